"""Files for a few eyes in the private store: random names, readable by the installation's own user, until they end."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class PrivateStore:
    """A folder outside everything that is served; `name` is its own."""

    name: str

    def folder(self) -> Path:
        """Where its files lie."""
        found = Path(settings.LINLI_HOME) / self.name
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found

    def new_name(self) -> str:
        """A name that nobody can guess."""
        return f"{secrets.token_hex(16)}.xlsx"

    def path_of(self, name: str) -> Path:
        """Where the file of this name lies."""
        return self.folder() / Path(name).name

    def remove(self, name: str) -> None:
        """Delete a file; harmless when it is gone."""
        if name:
            self.path_of(name).unlink(missing_ok=True)
