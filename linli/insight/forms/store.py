"""Released forms in the private store: random names, readable by the installation's own user only, until they end."""

import secrets
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """Where released forms lie: outside everything that is served."""
    found = Path(settings.LINLI_HOME) / "released"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def new_name() -> str:
    """A name that nobody can guess."""
    return f"{secrets.token_hex(16)}.xlsx"


def path_of(name: str) -> Path:
    """Where the file of this name lies."""
    return folder() / Path(name).name


def remove(name: str) -> None:
    """Delete a file; harmless when it is gone."""
    if name:
        path_of(name).unlink(missing_ok=True)
