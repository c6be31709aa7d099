"""What a department's form asks for, whom it is about, and how much of it Linli holds: told from a floor above.

    held.register(Reader(asked=…, look=…, preview=…, words=…))      # in AppConfig.ready of a higher floor

Admission hands forms down and counts their columns; the register that holds the answers has readers of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from linli.apps.admission.models import Handing
from linli.foundation.files.models import StoredFile

#: How the period of a form about cases stands in what a task keeps of it (`Handing.roster`).
CASES_FROM: Final = "cases_from"
CASES_TO: Final = "cases_to"
#: Who said whom a form is about, and by which words: kept beside it (`Handing.roster`).
SAID_BY: Final = "said_by"
WORDS: Final = "words"


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


@dataclass(frozen=True)
class Guess:
    """Whom or what a form may be about: `label` in words, and the words on the form that speak for it."""

    roster: Mapping[str, str]
    label: str
    words: Sequence[str] = ()
    sure: bool = False


@dataclass(frozen=True)
class Look:
    """What was read on a form: whom it may be about, the likeliest first, and what a row of it is."""

    guesses: Sequence[Guess]
    unit: str

    @property
    def sure(self) -> Guess | None:
        """The one guess that nothing speaks against; None where its sender must say."""
        first = self.guesses[0] if self.guesses else None
        return first if first is not None and first.sure else None


@dataclass(frozen=True)
class Preview:
    """How many rows a form would have, in words that give nobody away: in all, and by community (code → words)."""

    label: str
    total: str
    by_area: Mapping[str, str]
    #: How many of a hundred cells are held, in steps; None where too few rows would tell.
    percent: int | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads forms. `asked`: its columns, for a roster; `look`: whom it is about; `preview`: its rows, counted;
    `words`: whom a roster means.
    """

    asked: Callable[[StoredFile, Mapping[str, str]], Asked]
    look: Callable[[StoredFile, date], Look | None]
    preview: Callable[[StoredFile, Mapping[str, str], Sequence[str], date], Preview]
    words: Callable[[Mapping[str, str]], str]


_reader: list[Reader] = []


def register(reader: Reader) -> None:
    """Say who reads forms; the last one wins."""
    _reader[:] = [reader]


def read(file: StoredFile, roster: Mapping[str, str]) -> Asked:
    """What the form asks for; nothing where nobody reads forms, or where it is no form that can be read."""
    return _reader[0].asked(file, roster) if _reader else Asked()


def look(files: Sequence[StoredFile], today: date) -> Look | None:
    """Whom the form among some files may be about; None where there is none."""
    if not _reader:
        return None
    return next((found for file in files if (found := _reader[0].look(file, today)) is not None), None)


def preview(
    files: Sequence[StoredFile], roster: Mapping[str, str], area_ids: Sequence[str], today: date
) -> Preview | None:
    """How many rows the form among some files would have; None where there is none."""
    for file in files:
        if _reader and _reader[0].look(file, today) is not None:
            return _reader[0].preview(file, roster, area_ids, today)
    return None


def words(roster: Mapping[str, str]) -> str:
    """Whom a roster means, in words."""
    return _reader[0].words(roster) if _reader else ""


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
