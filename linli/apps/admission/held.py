"""What a department's form asks for, and how much of it Linli holds already: who can tell stands on a floor above.

    held.register(read)      # in AppConfig.ready of a higher floor

Admission hands forms down and counts their columns; the register that holds the answers has readers of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.apps.admission.models import Handing
from linli.foundation.files.models import StoredFile

#: How the period of a form about cases stands in what a task keeps of it (`Handing.roster`).
CASES_FROM: Final = "cases_from"
CASES_TO: Final = "cases_to"


@dataclass(frozen=True)
class Asked:
    """How many columns a form asks for, and how many of them are held; `has_rows`: it is not empty."""

    columns: int = 0
    held: int = 0
    has_rows: bool = False

    @property
    def all_held(self) -> bool:
        """Whether nobody need be asked for anything."""
        return 0 < self.columns == self.held


#: Reads a form that is about those, or that, of which a task keeps the filter (`Handing.roster`).
Reader = Callable[[StoredFile, Mapping[str, str]], Asked]

_reader: list[Reader] = []


def register(reader: Reader) -> None:
    """Say who reads forms; the last one wins."""
    _reader[:] = [reader]


def read(file: StoredFile, roster: Mapping[str, str]) -> Asked:
    """What the form asks for; nothing where nobody reads forms, or where it is no form that can be read."""
    return _reader[0](file, roster) if _reader else Asked()


#: Is told of a form that was handed down, and to which communities; in the transaction of the handing down.
Arrived = Callable[[Handing, Iterable[str], datetime], None]

_arrived: list[Arrived] = []


def on_handed_down(told: Arrived) -> None:
    """Say who keeps the forms that communities give; the last one wins."""
    _arrived[:] = [told]


def handed_down(handing: Handing, area_ids: Iterable[str], now: datetime) -> None:
    """A form was handed down to these communities; nothing happens where nobody keeps forms."""
    for told in _arrived:
        told(handing, area_ids, now)
