"""The citizen identity number (GB 11643-1999): check, read, mask.

Source: domain.md §6.1. The first six digits may be a division that no longer exists, so they are not looked up.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from linli.lib.chinese import fold

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
LONGEST_TYPED = 64


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that passed every check, and what it says."""

    number: str
    born: date
    sex: Literal["male", "female"]

    @property
    def division(self) -> str:
        """The six digits of the district that first registered the person, possibly a former one."""
        return self.number[:6]


def check_digit(first17: str) -> str:
    """Return the last character for the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def read(text: str, *, today: date) -> CitizenId | None:
    """Read an 18-character number, however it was typed, or return None if it cannot be one.

    Refused are wrong check digits, dates that do not exist and births after `today`.
    """
    if len(text) > LONGEST_TYPED:
        return None
    number = re.sub(r"[\s-]+", "", fold(text)).upper()
    if not FORM.fullmatch(number) or check_digit(number[:17]) != number[17]:
        return None
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    if born > today:
        return None
    return CitizenId(number, born, "male" if int(number[16]) % 2 else "female")


def age(born: date, on: date) -> int:
    """Return the completed years of life on a day; who was born on 29 February counts from 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def mask(number: str) -> str:
    """Mask a number for the screen: first 6 and last 4 characters (domain.md §14); anything shorter whole."""
    return number[:6] + "********" + number[-4:] if len(number) == len("11010519491231002X") else "*" * 8
