"""The console command `linli`. Thin: each subcommand parses, calls one function, and says how it went.

Exit codes: 0 it went well; 1 it found or met trouble, and says which; 2 it was called or set up wrongly; 130 stopped
by Ctrl-C. Django is loaded only by the command that needs it, after the environment is set.
"""

import os
import sys
from collections.abc import Sequence

from linli.project.cli.outcome import GOOD, reported
from linli.project.cli.parser import command_line
from linli.project.cli.passing import PASSED_ON, pass_on

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `linli` with these arguments (those of the process by default) and return the exit code."""
    os.umask(0o077)  # what is written is for the installation's own user only
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in PASSED_ON:
        return reported(lambda: pass_on(arguments))
    parser = command_line()
    if not arguments:
        parser.print_help()
        return GOOD
    options = parser.parse_args(arguments)
    return reported(lambda: options.run(options))
