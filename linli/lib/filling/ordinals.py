"""The numbers that forms print in front of their rows: 1, 01, （1）, 1、, 一, 十二, （三）, ①."""

import re
from dataclasses import dataclass, replace
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
#: The numbers in circles: 1 to 20, 21 to 35, 36 to 50.
_CIRCLES: Final = "".join(
    chr(code)
    for first, last in ((0x2460, 0x2473), (0x3251, 0x325F), (0x32B1, 0x32BF))
    for code in range(first, last + 1)
)
_PRINTED: Final = re.compile(
    rf"(?P<before>[(（第]?)(?:(?P<decimal>[0-9]{{1,7}})|(?P<chinese>[一二三四五六七八九十]{{1,3}})|(?P<circle>[{_CIRCLES}]))"
    r"(?P<after>[)）、.．]?)"
)
_TENS: Final = re.compile(f"([{_DIGITS[1:]}]?)十([{_DIGITS[1:]}]?)")


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A printed number and how it is written; `width` is how many digits a padded one has."""

    number: int
    kind: str = "decimal"
    before: str = ""
    after: str = ""
    width: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether it is a number as a cell keeps one."""
        return self.kind == "decimal" and not self.before and not self.after and self.width == 1

    def moved(self, by: int) -> "Ordinal":
        """The number so many rows further down."""
        return replace(self, number=self.number + by)

    def __str__(self) -> str:
        return f"{self.before}{self._core()}{self.after}"

    def _core(self) -> str:
        if self.kind == "chinese" and 0 < self.number < 100:
            tens, ones = divmod(self.number, 10)
            if not tens:
                return _DIGITS[ones]
            return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"
        if self.kind == "circle" and 0 < self.number <= len(_CIRCLES):
            return _CIRCLES[self.number - 1]
        return str(self.number).zfill(self.width)


def read(text: str) -> Ordinal | None:
    """The number that a text is; None for any other text."""
    found = _PRINTED.fullmatch(text.strip())
    if found is None:
        return None
    before, after = found["before"], found["after"]
    if found["decimal"]:
        padded = len(found["decimal"]) if found["decimal"].startswith("0") else 1
        return Ordinal(int(found["decimal"]), "decimal", before, after, padded)
    if found["circle"]:
        return Ordinal(_CIRCLES.index(found["circle"]) + 1, "circle", before, after)
    number = _chinese(found["chinese"])
    return Ordinal(number, "chinese", before, after) if number else None


def printed(said: str, above: str, below: str) -> Ordinal | None:
    """The number that a form printed in front of a row: the first of them, or one that goes with its neighbours."""
    own, before, after = read(said), read(above), read(below)
    if own is None:
        return None
    follows = before is not None and (before.kind, before.number + 1) == (own.kind, own.number)
    leads = after is not None and (after.kind, after.number - 1) == (own.kind, own.number)
    return own if own.number == 1 or follows or leads else None


def _chinese(text: str) -> int:
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS.index(text)
    tens = _TENS.fullmatch(text)
    if tens is None:
        return 0
    return 10 * (_DIGITS.index(tens[1]) if tens[1] else 1) + (_DIGITS.index(tens[2]) if tens[2] else 0)
