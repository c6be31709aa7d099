"""How one cell is read: code tables, days, phones, documents, groups. Fast, because there are millions of them.

The rules are those of `actions.fields.clean`; here each kind of cell remembers what it has read, and a refusal is a
code with its values (`sentences`), not an exception, so that it can be shown in every language later.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from operator import mul
from pathlib import Path
from typing import Any, Generic, TypeVar

from linli.lib import citizen_id
from linli.lib.chinese import fold, tidy
from linli.lib.days import read_day, read_partial_day
from linli.register.people import codes
from linli.register.people.importing.numbers import HIDDEN

Said = TypeVar("Said")
Found = TypeVar("Found")
_DATA = json.loads((Path(__file__).parent.parent / "data" / "cells.json").read_text(encoding="utf-8"))
#: A refusal: the code of a sentence, and the values in it.
Why = tuple[str, Mapping[str, Any]]
MOST_REMEMBERED = 200_000
EARLIEST = date(1880, 1, 1)
#: Days from the one beginning of spreadsheets to the other, and the digits of a day of our lives.
DAYS_TO_1904, SERIAL_DIGITS = 1462, 5
ZERO = ord("0") * sum(citizen_id.WEIGHTS)
#: What stands for no number.
NOTHING = frozenset(
    {"", "无", "否", "没有", "不是", "/", "-", "--", "—", "0", "×", "x", "X", "N", "n", "no", "暂无", "不详", "未知"}
)
#: “As in the row above.” `reading` puts the cell above in its place; one that is left says nothing that can be read.
DITTO = frozenset(_DATA["ditto"])
#: A word that can be asked about; longer cells tell a story, and digits in a row may be somebody's number.
_A_WORD = re.compile(r"(?!.*[0-9]{5}).{1,30}", re.DOTALL)
LONGEST_NUMBER = 30


class Remembered(dict[Said, Found], Generic[Said, Found]):
    """A reading that remembers its answers, up to a bound: sheets say the same things again and again.

    `remembered(text)` is a look-up in a dictionary, and nothing else once the text was read.
    """

    def __init__(self, read: Callable[[Said], Found]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: Said) -> Found:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        found = self[text] = self.read(text)
        return found

    __call__ = dict.__getitem__


Days = Remembered[str, tuple[date | None, Why | None]]


def asked_word(text: str) -> str:
    """A cell as a word that somebody can be asked about, in one form; "" where it is none."""
    word = fold(text).strip().lower()
    return word if _A_WORD.fullmatch(word) and text not in DITTO else ""


def code_reader(
    table: str, entries: tuple[tuple[str, str], ...], saved: Mapping[str, str]
) -> Remembered[str, tuple[str, Why | None]]:
    """Reads a code, its label, a usual word, or a word of which the community has said what it means (`saved`)."""

    def read(text: str) -> tuple[str, Why | None]:
        word = fold(text).strip().lower()
        if word in saved:
            return saved[word], None
        if word in codes.BY_SEX.get(table, {}):
            # Whose row it is decides, when the row is read.
            return "", ("not_in_table", {"text": text[:30]})
        code = codes._code_of(table, entries, word) if word else ""
        if code is not None:
            return code, None
        if word in codes.SILENT:
            return "", None
        return "", ("ditto" if text in DITTO else "not_in_table", {"text": text[:30]})

    return Remembered(read)


def day_reader(today: date, *, partly: bool = False) -> Days:
    """Reads a day in any of the forms that sheets have; not after today, not before 1880.

    `partly`: a year or a month alone is read, too (a `PartialDay`): births are known no better sometimes.
    """

    def read(text: str) -> tuple[date | None, Why | None]:
        if codes.says_nothing(text):
            return None, None
        day = read_day(text, today=today) or (read_partial_day(text, today=today) if partly else None)
        if day is None:
            return None, ("ditto" if text in DITTO else "no_day", {"text": text[:20]})
        if day > today:
            return None, ("future_day", {})
        if day < EARLIEST:
            return None, ("too_early", {})
        return day, None

    return Remembered(read)


def since_1904(read: Days) -> Days:
    """The same for a book whose days are counted from 1904: a bare number of a day means another day there."""

    def shifted(text: str) -> tuple[date | None, Why | None]:
        bare = len(text) == SERIAL_DIGITS and text.isascii() and text.isdigit()
        return read(str(int(text) + DAYS_TO_1904) if bare else text)

    return Remembered(shifted)


def text_reader(most: int) -> Remembered[str, tuple[str, Why | None]]:
    """Reads words that are kept as they are. Nothing is cut: what is too long is told."""

    def read(text: str) -> tuple[str, Why | None]:
        said = tidy(text)
        if text in DITTO:
            return "", ("ditto", {"text": text})
        return ("", ("too_long", {"most": most, "n": len(said)})) if len(said) > most else (said, None)

    return Remembered(read)


def tidy_number(text: str) -> str:
    """The number of a document without what people put around it."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return fold(text).replace(" ", "").replace("-", "").strip("'`‘’\"").upper()


class Identities:
    """Reads numbers of documents: what a citizen's number says, or why it cannot be one."""

    def __init__(self, today: date) -> None:
        self.days = Remembered(self._day)
        self.today = today

    def _day(self, digits: str) -> date | None:
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return None
        return day if day <= self.today else None

    def citizen(self, number: str) -> tuple[date | None, str, Why | None]:
        """Birthday and sex of a citizen's number."""
        if len(number) != 18 or not number[:17].isdecimal() or not number.isascii():
            return None, "", self.why_not(number)
        left = (sum(map(mul, number.encode(), citizen_id.WEIGHTS)) - ZERO) % 11
        if citizen_id.CHECK_DIGITS[left] != number[17]:
            return None, "", self.why_not(number)
        born = self.days(number[6:14])
        if born is None:
            return None, "", ("identity_birthday", {})
        return born, "1" if number[16] in "13579" else "2", None

    @staticmethod
    def why_not(number: str) -> Why:
        """Why this cannot be a citizen's number."""
        if HIDDEN.search(number):
            return ("hidden", {})
        if "E+" in number or (number.replace(".", "").isdigit() and "." in number):
            return ("damaged_identity", {})
        if len(number) == 18 and number.isdigit() and number.endswith("000"):
            return ("damaged_identity", {})
        if len(number) == 15 and number.isdigit():
            return ("identity_old", {})
        if len(number) != 18:
            return ("identity_length", {"n": len(number)})
        if not citizen_id.FORM.fullmatch(number):
            return ("identity_form", {})
        return ("identity_digit", {})
