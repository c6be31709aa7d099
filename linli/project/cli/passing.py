"""Commands that are Django's own management commands under a shorter name."""

from collections.abc import Mapping, Sequence

from linli.project.cli.loading import load_django
from linli.project.cli.outcome import GOOD, TROUBLE

PASSED_ON: Mapping[str, str] = {
    "areas": "Import divisions, list gaps, show the tree of areas.",
    "account": "Make staff accounts, give and end posts, reset passwords, close accounts.",
    "bench": "Measure this installation against its raw limits.",
    "keys": "Rotate the keys of sealed values, show which key seals what, take old keys off.",
    "token": "Issue, list and revoke API tokens.",
    "manage": "Run any management command of Django, for example `linli manage migrate`.",
}


def pass_on(arguments: Sequence[str]) -> int:
    """Hand the line to Django and return its exit code."""
    from django.core.management import ManagementUtility

    load_django()
    line = ["linli manage", *arguments[1:]] if arguments[0] == "manage" else ["linli", *arguments]
    try:
        ManagementUtility(line).execute()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else (TROUBLE if end.code else GOOD)
    return GOOD
