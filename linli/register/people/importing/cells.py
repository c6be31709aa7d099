"""How one cell is read: code tables, days, phones, documents, groups. Fast, because there are millions of them.

The rules are those of `actions.fields.clean`; here each kind of cell remembers what it has read, and a refusal is a
code with its values (`sentences`), not an exception, so that it can be shown in every language later.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from operator import mul
from typing import Any, Generic, TypeVar

from linli.lib import citizen_id
from linli.lib.chinese import fold, mobile
from linli.lib.days import read_day
from linli.register.people import codes

Said = TypeVar("Said")
Found = TypeVar("Found")
#: A refusal: the code of a sentence, and the values in it.
Why = tuple[str, Mapping[str, Any]]
SEPARATORS = re.compile(r"[\s,;/、，；|+]+")
MOST_REMEMBERED = 200_000
EARLIEST = date(1880, 1, 1)
#: Days from the one beginning of spreadsheets to the other, and the digits of a day of our lives.
DAYS_TO_1904, SERIAL_DIGITS = 1462, 5
ZERO = ord("0") * sum(citizen_id.WEIGHTS)
NOTHING = frozenset({"无", "否", "没有", "不是", "/", "-", "—", "0", "×", "x", "X", "N", "n", "no"})


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


def code_reader(table: str, entries: tuple[tuple[str, str], ...]) -> Remembered[str, tuple[str, Why | None]]:
    """Reads a code, its label or a usual word."""

    def read(text: str) -> tuple[str, Why | None]:
        word = fold(text).strip().lower()
        if not word:
            return "", None
        code = codes._code_of(table, entries, word)
        return (code, None) if code is not None else ("", ("not_in_table", {"text": text[:30]}))

    return Remembered(read)


def day_reader(today: date) -> Days:
    """Reads a day in any of the forms that sheets have; not after today, not before 1880."""

    def read(text: str) -> tuple[date | None, Why | None]:
        if not text.strip():
            return None, None
        day = read_day(text, today=today)
        if day is None:
            return None, ("no_day", {"text": text[:20]})
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


def phone(text: str) -> tuple[str, Why | None]:
    """A mobile number, or a fixed line with its area code."""
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] == "1" and text[1] in "3456789":
        return text, None
    given = fold(text).strip().removesuffix(".0")
    if not given or given in NOTHING:
        return "", None
    number = mobile(given)
    if number is not None:
        return number, None
    if "E+" in given.upper():
        return "", ("damaged_number", {})
    digits = "".join(character for character in given if character.isdigit())
    if 7 <= len(digits) <= 12 and (digits.startswith("0") or len(digits) in (7, 8)):
        return digits, None
    return "", ("phone", {"digits": len(digits)})


def tidy_number(text: str) -> str:
    """The number of a document without what people put around it."""
    if text.isascii() and text.isalnum():
        return text.upper()[:30]
    number = fold(text).replace(" ", "").replace("-", "").strip("'`‘’\"").upper()
    return number[:30]


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


def group_reader(
    known: Mapping[str, tuple[str, bool, bool]], levels: Mapping[str, tuple[str, ...]]
) -> Remembered[str, tuple[tuple[tuple[str, str], ...], Why | None]]:
    """Reads a cell that names special groups: 低保、残疾二级. Computed ones are left out, nobody types them."""
    words = sorted(known, key=len, reverse=True)

    def read(text: str) -> tuple[tuple[tuple[str, str], ...], Why | None]:
        found: dict[str, tuple[str, str]] = {}
        for part in SEPARATORS.split(fold(text)):
            if not part or part in NOTHING:
                continue
            word = _group_word(part, words)
            if not word:
                return (), ("no_group", {"text": part[:20]})
            code, computed, restricted = known[word]
            if restricted:
                return (), ("restricted_group", {})
            if not computed:
                found[code] = (code, next((level for level in levels.get(code, ()) if level in part), ""))
        return tuple(found.values()), None

    return Remembered(read)


def _group_word(part: str, words: list[str]) -> str:
    """The group that a word means: the longest that it is, that it begins with, or that is in it."""
    if part in words:
        return part
    return next((word for word in words if part.startswith(word)), "") or next(
        (word for word in words if len(word) > 1 and word in part), ""
    )
