"""The pages under docs/reference, written from the code they describe, so that they cannot be wrong for long."""

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from django.core.management import get_commands, load_command_class
from django.utils import translation

from linli.apps.admission.flow import APPLICATION, APPLICATION_REASONS, TASK, TASK_REASONS
from linli.apps.certificates.flow import CERTIFICATE
from linli.apps.incidents.flow import INCIDENT, REASONS
from linli.foundation.accounts.roles import GRANTS, ROLES, Permission
from linli.project.cli.parser import command_line
from linli.project.cli.passing import PASSED_ON
from linli.spine.cases.flow import PART_LABELS, Flow, Move, Need, Part

PACKAGE: Final = Path(__file__).resolve().parent.parent
NOTE: Final = "<!-- Written by `make reference` from the code. Change the code, not this page. -->\n"
WIDTH: Final = 100

#: Every environment variable that the code reads: its default, and what it means.
VARIABLES: Final[Mapping[str, tuple[str, str]]] = {
    "LINLI_HOME": ("./var", "The folder of this installation: SQLite database, photos, keys, collected static files."),
    "DATABASE_URL": (
        "SQLite in LINLI_HOME",
        "The database, for example `postgres://user:password@host:5432/linli`. PostgreSQL 15 or newer.",
    ),
    "LINLI_SECRET_KEY": (
        "made once, in LINLI_HOME/secret-key",
        "Signs sessions and links. Give the same to every machine of an installation.",
    ),
    "LINLI_KEYRING": (
        "LINLI_HOME/keyring.json",
        "The file with the keys that seal phone numbers (SM4). Lost keys cannot be made again: keep a copy apart.",
    ),
    "LINLI_HOSTS": ("localhost,127.0.0.1,[::1]", "The host names that people use, separated by commas."),
    "LINLI_ORIGINS": ("empty", "The addresses forms may come from behind a proxy, such as `https://linli.example.cn`."),
    "LINLI_HTTPS": ("0", "1 when a proxy ends HTTPS before Linli: secure cookies, HSTS, trust in X-Forwarded-Proto."),
    "LINLI_PROXIES": ("0", "How many proxies of ours stand in front and may be believed about a visitor's address."),
    "LINLI_DEMO": ("0", "Demo mode. `linli demo` sets it; a real installation never does."),
    "LINLI_DEMO_PUBLIC": ("0", "1 lets a demo listen on an address that others reach. Never with true data."),
    "LINLI_DEBUG": ("0", "Error pages show the inside of the program. For developers only."),
    "LINLI_LOG_LEVEL": ("WARNING", "How much is logged: DEBUG, INFO, WARNING, ERROR."),
    "LINLI_SMS_GATEWAY": (
        "linli.foundation.notifications.gateways.NoGateway",
        "The class that sends text messages, as a dotted path.",
    ),
    "LINLI_FONTS": ("empty", "Fonts for PDF that come before the usual ones, by their names, separated by commas."),
    "LINLI_TILE_URL": ("empty", "The address of map tiles, such as `https://tiles.example.cn/{z}/{x}/{y}.png`."),
    "LINLI_TILE_HOSTS": ("empty", "The hosts those tiles come from, for the content security policy."),
    "LINLI_BENCH": ("0", "Set by `linli bench` for the servers it measures; a real installation never sets it."),
    "PORT": ("8000", "The port of `linli demo` and `linli serve`, where `--port` does not say another."),
    "HOST": ("127.0.0.1", "The address they listen on, where `--host` does not say another."),
}

FLOW_ABOUT: Final = (
    "One table drives the buttons, the permission checks and this page: `%s`. "
    "Moves that leave the case where it is are not in the diagram."
)
PERMISSIONS_ABOUT: Final = (
    "A right holds inside the area of the post and nowhere else: outside it things do not exist (404). "
    "Rights of several posts never add up. Inside the area, a move also needs the right part in the case "
    "(the second table) and the right state (incident-flow.md)."
)

_READ = re.compile(
    r"environment\.(?:text|flag|number|names)\(\s*\"([A-Z_]+)\"|\btext\(\"(LINLI_[A-Z_]+)\"|os\.environ\.get\(\"([A-Z_]+)\""
)


def pages() -> dict[str, str]:
    """Every page by its file name."""
    with translation.override("en"):
        written = {
            "incident-flow.md": _flow("The flow of an incident", INCIDENT, REASONS, "linli/apps/incidents/flow.py"),
            "task-flow.md": _flow("The flow of a task", TASK, TASK_REASONS, "linli/apps/admission/flow/task.py"),
            "application-flow.md": _flow(
                "The flow of an application",
                APPLICATION,
                APPLICATION_REASONS,
                "linli/apps/admission/flow/application.py",
            ),
            "certificate-flow.md": _flow(
                "The flow of a certificate", CERTIFICATE, {}, "linli/apps/certificates/flow.py"
            ),
            "permissions.md": _permissions(),
            "rules.md": _rules(),
            "codes.md": _codes(),
            "cli.md": _cli(),
            "settings.md": _settings(),
        }
    return {name: f"{NOTE}\n{text.rstrip()}\n" for name, text in written.items()}


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    titles = list(head)
    return "\n".join([line(titles), "|" + " --- |" * len(titles), *map(line, rows)])


# --- the flow


def _flow(title: str, flow: Flow, reasons: Mapping[str, Mapping[str, str]], file: str) -> str:
    states = _table(
        ("state", "label", "what residents read", "on whose desk", "own term", "kind"),
        (
            (
                f"`{state.code}`",
                state.label,
                state.told,
                _parts(state.owner),
                "yes" if state.step else "",
                "final" if state.final else "clocks stand still" if state.stopped else "",
            )
            for state in flow.states
        ),
    )
    return "\n\n".join(
        [
            f"# {title}",
            FLOW_ABOUT % file,
            f"```mermaid\n{_diagram(flow)}\n```",
            "## States",
            states,
            "## Moves",
            _table(
                ("move", "label", "from", "to", "who", "needs", "may have", "only if"),
                (_move_row(flow, move) for move in (*flow.openings, *flow.moves)),
            ),
            *(["## Reasons"] if reasons else []),
            "\n\n".join(
                f"`{move}`\n\n" + "\n".join(f"- `{code}`: {text}" for code, text in known.items())
                for move, known in reasons.items()
            ),
        ]
    )


def _diagram(flow: Flow) -> str:
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.code}: {state.label}" for state in flow.states]
    lines += [f"    [*] --> {move.target}: {move.label}" for move in flow.openings]
    for move in flow.moves:
        if move.target is not None:
            lines += [f"    {source} --> {move.target}: {move.label}" for source in _sorted(flow, move)]
    lines += [f"    {state.code} --> [*]" for state in flow.states if state.final]
    return "\n".join(lines)


def _sorted(flow: Flow, move: Move) -> list[str]:
    return [state.code for state in flow.states if state.code in move.source]


def _move_row(flow: Flow, move: Move) -> Iterator[object]:
    yield f"`{move.name}`"
    yield move.label
    yield ", ".join(f"`{code}`" for code in _sorted(flow, move)) or "(opens the case)"
    yield f"`{move.target}`" if move.target else "(stays)"
    yield _parts(move.who)
    yield _needs(move.needs)
    yield _needs(move.wants)
    yield ", ".join(f"`{guard.name}`" for guard in move.guards)


def _parts(parts: Iterable[Part]) -> str:
    return ", ".join(part.value for part in Part if part in set(parts))


def _needs(needs: Iterable[Need]) -> str:
    return ", ".join(need.value for need in needs)


# --- permissions


def _permissions() -> str:
    roles = list(ROLES.values())
    granted = (
        (f"`{permission}`", *("x" if permission in GRANTS[role.code] else "" for role in roles))
        for permission in Permission
    )
    return "\n\n".join(
        [
            "# Who may do what",
            PERMISSIONS_ABOUT,
            "## Roles",
            _table(("role", "name", "what it is for"), ((f"`{r.code}`", r.name, r.description) for r in roles)),
            "## Permissions of roles",
            _table(("permission", *(f"`{role.code}`" for role in roles)), granted),
            "## Parts in a case",
            _table(("part", "who that is"), ((f"`{part}`", PART_LABELS[part]) for part in Part)),
            *(text for flow in (INCIDENT, TASK, APPLICATION) for text in _moves_of_parts(flow)),
        ]
    )


def _moves_of_parts(flow: Flow) -> Iterator[str]:
    moves = [*flow.openings, *flow.moves]
    parts = [part for part in Part if any(part in move.who for move in moves)]
    yield f"## Moves of parts ({flow.kind})"
    yield _table(
        ("move", *(f"`{part}`" for part in parts)),
        ((f"`{move.name}`", *("x" if part in move.who else "" for part in parts)) for move in moves),
    )


# --- rules


def _shipped_rules() -> list[dict[str, Any]]:
    folder = resources.files("linli.foundation.rules") / "data"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    return sorted(rows, key=lambda row: (row["domain"], row["area_code"], row["version"]))


def _rule_head(row: Mapping[str, Any]) -> str:
    where = row["area_code"] or "everywhere"
    until = row["effective_to"] or "further notice"
    return (
        f"## `{row['domain']}`, version {row['version']}\n\n"
        f"Valid {where}, from {row['effective_from']} until {until}. Source: {row['source']}"
    )


def _rules() -> str:
    rows = [row for row in _shipped_rules() if not row["domain"].startswith("codes.")]
    sections = [
        f"{_rule_head(row)}\n\n```json\n{json.dumps(row['params'], ensure_ascii=False, indent=2)}\n```" for row in rows
    ]
    about = (
        "These sets ship with the package (`linli/foundation/rules/data`). A row of the table `rules_ruleset` for "
        "a more precise place, a later start or a higher version takes precedence. "
        "The code tables are in [codes.md](codes.md)."
    )
    return "\n\n".join(["# Rules that are data", about, *sections])


def _codes() -> str:
    rows = [row for row in _shipped_rules() if row["domain"].startswith("codes.")]
    sections = [
        f"{_rule_head(row)}\n\n" + " · ".join(f"`{code}` {label}" for code, label in row["params"]["entries"])
        for row in rows
    ]
    about = (
        "Versioned like every rule set: a row of the table `rules_ruleset` (domain `codes.…`) replaces a table "
        "for a place or from a day on."
    )
    return "\n\n".join(["# Code tables 代码表", about, *sections])


# --- the command line


def _cli() -> str:
    top = command_line()
    sections = [_usage(top, "##")]
    for name, parser in _subparsers(top):
        if name not in PASSED_ON:
            sections.append(_usage(parser, "##"))
            sections += [_usage(inner, "###") for _name, inner in _subparsers(parser)]
    known = get_commands()
    for name, about in PASSED_ON.items():
        if name == "manage":
            sections.append(f"## linli manage\n\n{about}")
            continue
        app = known[name]
        command = load_command_class(app, name) if isinstance(app, str) else app
        sections.append(f"## linli {name}\n\n```text\n{_help(command.create_parser('linli', name))}\n```")
    about = "Without make, on any machine with Python 3.11 or newer: `pip install .`, then `linli demo`."
    return "\n\n".join(["# The command `linli`", about, *sections])


def _subparsers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _usage(parser: argparse.ArgumentParser, mark: str) -> str:
    return f"{mark} {parser.prog}\n\n```text\n{_help(parser)}\n```"


def _help(parser: argparse.ArgumentParser) -> str:
    # One width, whatever terminal the page is written in.
    shape = parser.formatter_class
    parser.formatter_class = lambda prog: shape(prog, width=WIDTH)  # type: ignore[call-arg]
    return parser.format_help().rstrip()


# --- settings


def _settings() -> str:
    read = set(_variables())
    if read != set(VARIABLES):
        odd = ", ".join(sorted(read ^ set(VARIABLES)))
        raise ValueError(f"linli/project/reference.py and the code do not name the same variables: {odd}")
    about = "Linli reads its settings from the environment, once, when it starts. `linli doctor` says what is missing."
    rows = ((f"`{name}`", default, meaning) for name, (default, meaning) in VARIABLES.items())
    return "\n\n".join(["# Settings", about, _table(("variable", "default", "meaning"), rows)])


def _variables() -> Iterator[str]:
    """The variables that the code reads, found where it reads them."""
    sources: list[Path] = [PACKAGE / "project" / name for name in ("settings.py", "environment.py", "cli/parser.py")]
    for path in sources:
        for found in _READ.finditer(path.read_text(encoding="utf-8")):
            yield next(filter(None, found.groups()))
