"""How a command ends: an exit code, and a sentence instead of a traceback for trouble that can be foreseen."""

import os
import sys
from collections.abc import Callable
from typing import Final

GOOD: Final = 0
TROUBLE: Final = 1
WRONGLY_CALLED: Final = 2
STOPPED: Final = 130


class Trouble(Exception):  # noqa: N818 - an answer to the person, not a failure of ours
    """Something that stops a command; the message says what it is and what to do."""


def reported(run: Callable[[], int]) -> int:
    """Run a command; foreseeable trouble becomes one sentence on stderr and an exit code."""
    from linli.lib.errors import Refusal
    from linli.project.environment import BadSetting

    try:
        return run()
    except KeyboardInterrupt:
        say("Stopped.")
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has gone (`linli … | head`); nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return GOOD
    except BadSetting as trouble:
        say(str(trouble))
        return WRONGLY_CALLED
    except (Trouble, Refusal) as trouble:
        say(str(trouble))
        return TROUBLE
    except Exception as trouble:
        if not _is_database_trouble(trouble):
            raise
        say(f"The database cannot be used: {str(trouble).strip()}")
        say("`linli doctor` says what is wrong with this installation.")
        return TROUBLE


def say(sentence: str) -> None:
    """One line on stderr."""
    print(sentence, file=sys.stderr, flush=True)


def _is_database_trouble(trouble: Exception) -> bool:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, InterfaceError

    return isinstance(trouble, DatabaseError | InterfaceError | ImproperlyConfigured)
