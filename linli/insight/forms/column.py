"""A column of a form, and how sensitive what it asks for is."""

from dataclasses import dataclass
from typing import Final, Literal

from linli.register.people.headings import SELF

Level = Literal["open", "personal", "sensitive"]
NUMBER: Final = "number"


@dataclass(frozen=True)
class AskedColumn:
    """A column of a form: its place among all columns (from 0), its headings, and the key under which it is held.

    The key is "" for what is not held. `subject` is of whom it speaks (self, head, guardian, landlord …), `attribute`
    what of them; `level` how sensitive that is, as in the ledgers. `page` is its sheet, where that is not the first.
    """

    at: int
    name: str
    key: str
    subject: str = SELF
    attribute: str = ""
    level: Level = "open"
    page: str = ""

    @property
    def is_held(self) -> bool:
        """Whether nobody need type it."""
        return bool(self.key)

    @property
    def is_counted(self) -> bool:
        """Whether it is an answer at all: the number of a line is nobody's."""
        return self.key != NUMBER
