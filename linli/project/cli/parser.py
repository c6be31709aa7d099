"""The command line of `linli`: what may be written, and what it runs."""

import argparse
import os
from collections.abc import Callable
from typing import Any

from linli import __version__
from linli.project.cli import runs
from linli.project.cli.passing import PASSED_ON

Subparsers = Any  # argparse keeps the type of its subparsers to itself.

ENDING = "Exit codes: 0 well; 1 trouble, named; 2 wrongly called or set up; 130 stopped by Ctrl-C."


def command_line() -> argparse.ArgumentParser:
    """The whole command line."""
    about = "Linli 邻里: the daily work of urban communities."
    parser = argparse.ArgumentParser(prog="linli", description=about, epilog=ENDING)
    parser.add_argument("--version", action="version", version=f"linli {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serving(commands)
    _add_checking(commands)
    for name, text in PASSED_ON.items():
        commands.add_parser(name, help=text, add_help=False)
    return parser


def _add(commands: Subparsers, name: str, text: str, run: Callable[[Any], int]) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, epilog=ENDING)
    command.set_defaults(run=run)
    return command


def _add_serving(commands: Subparsers) -> None:
    demo = _add(commands, "demo", "Load the demo district, if it is not there yet, and serve it.", runs.demo)
    demo.add_argument("--load-only", action="store_true", help="load the district and end")
    demo.add_argument("--residents", type=_number, help="made-up residents in the register (default: 20000)")
    demo.add_argument("--district", type=_district, help="the district they live in (default: 320105)")
    demo.add_argument("--seed", type=_number, help="another seed makes other residents")
    serve = _add(commands, "serve", "Serve the pages and run the background worker.", runs.serve)
    for command in (demo, serve):
        _add_server_options(command)
    worker = _add(commands, "worker", "Run periodic jobs and queued tasks.", runs.worker)
    worker.add_argument("--once", action="store_true", help="do what is due now, then end")
    worker.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)


def _add_server_options(command: argparse.ArgumentParser) -> None:
    host = os.environ.get("HOST", "").strip() or "127.0.0.1"
    port = os.environ.get("PORT", "").strip() or "8000"
    command.add_argument("--host", default=host, help="address to listen on (default: $HOST or 127.0.0.1)")
    command.add_argument("--port", type=_port, default=port, help="port to listen on (default: $PORT or 8000)")
    command.add_argument("--workers", type=_count, help="server processes (default: 2)")
    command.add_argument("--threads", type=_count, help="threads of each (default: 1 on SQLite, 2 on PostgreSQL)")
    command.add_argument("--no-worker", action="store_true", help="no background worker: it runs elsewhere")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r} does not do; write a number from 1 to 256")
    return int(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 10_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} does not do; write a number from 0 to 10000000")
    return int(text)


def _district(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) == 6):
        raise argparse.ArgumentTypeError(f"{text!r} is not the code of a district; write its six digits")
    return text


def _add_checking(commands: Subparsers) -> None:
    _add(commands, "doctor", "Say in plain words what is wrong with this installation.", runs.doctor)
    audit = _add(commands, "audit", "Prove that histories are whole.", runs.audit_verify)
    verify = audit.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser(
        "verify",
        help="check every event of one case, or of all",
        description="Check the hash chain of one case, or of all; name every edited, removed or reordered event.",
        epilog=ENDING,
    )
    verify.add_argument("number", nargs="?", help="the number of one case; without it, all")
    recount = _add(commands, "recount", "Prove that the figures kept by every move equal a full recount.", runs.recount)
    recount.add_argument(
        "--groups", action="store_true", help="first write the groups that follow from facts anew: after an upgrade"
    )
