"""The numbers of 18 characters that stand for one person in China: check, read, bring to one form, mask.

Citizens have one (公民身份号码, GB 11643-1999), and it is the same number in the identity card and the hukou booklet.
Residents from Hong Kong (81), Macao (82) and Taiwan (83) have one of the same form in their residence permit (国办发
〔2018〕81号). Foreigners with permanent residence have had one that begins with 9 since 1 December 2023: 9, two digits
of the province that received the application, three digits of the nationality at the first issue (ISO 3166-1),
birthday, sequence, check digit (国家移民管理局, 新版外国人永久居留身份证机读信息规则, 2023). The order of its parts was
confirmed at second hand only: compare it with a card.

Source: domain.md §6.1. The first six digits may be a division that no longer exists, so they are not looked up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from linli.lib import countries
from linli.lib.chinese import fold

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
OLD_FORM = re.compile(r"[1-8][0-9]{14}", re.ASCII)
FILLING = re.compile(r"""[\s\-‐‑‒–—―−'"`‘’“”]+""")
INSIDE = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx]", re.ASCII)
LONGEST_TYPED = 64
WHOLE, OLD = 18, 15
FOREIGN = "9"
PERMITS: Final[Mapping[str, "Holder"]] = {"81": "hongkong", "82": "macao", "83": "taiwan"}
#: Sequences of the old numbers that were kept for people born before 1900.
CENTENARIANS = ("996", "997", "998", "999")

Holder = Literal["citizen", "hongkong", "macao", "taiwan", "foreigner"]


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that passed every check, and what it says. `nationality` is three letters, "" when not known."""

    number: str
    born: date
    sex: Literal["male", "female"]
    holder: Holder = "citizen"
    nationality: str = "CHN"

    @property
    def division(self) -> str:
        """The six digits of the district that first registered the person, possibly a former one."""
        return self.number[:6]


def check_digit(first17: str) -> str:
    """Return the last character for the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def normal(text: str) -> str:
    """A number of any document in one form: half-width capitals, without what people put around and between them.

    A star or another mark for a hidden character stays, so that what is left never passes for a shorter number.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return FILLING.sub("", fold(text[:LONGEST_TYPED])).upper()


def whole(text: str) -> str:
    """The 18 characters of a number, however it was typed, or "" when it cannot be one.

    Old numbers of 15 digits are written out (19 before the year, and a check digit), unless they may be something
    else: see `upgraded`.
    """
    number = normal(text)
    if len(number) == OLD:
        return upgraded(number)
    if not FORM.fullmatch(number) or check_digit(number[:17]) != number[17] or _day(number[6:14]) is None:
        return ""
    return number


def upgraded(number: str) -> str:
    """The 18 characters of an old number of 15 digits (国发〔1999〕15号), or "" when that is not certain.

    Not certain are sequences kept for people born before 1900, and 15 digits that may be the beginning of a number of
    18 whose end was lost: 320105 201012031 is somebody of 10 December 1920, or the beginning of 3 December 2010.
    """
    if not OLD_FORM.fullmatch(number) or number[12:] in CENTENARIANS or number[6:8] in ("19", "20"):
        return ""
    if _day("19" + number[6:12]) is None:
        return ""
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_digit(first17)


def read(text: str, *, today: date) -> CitizenId | None:
    """Read a number, however it was typed, or return None if it cannot be one.

    Refused are wrong check digits, dates that do not exist and births after `today`.
    """
    if len(text) > LONGEST_TYPED:
        return None
    number = whole(text)
    born = _day(number[6:14]) if number else None
    if born is None or born > today:
        return None
    sex: Literal["male", "female"] = "male" if int(number[16]) % 2 else "female"
    return CitizenId(number, born, sex, holder_of(number), nationality_of(number))


def holder_of(number: str) -> Holder:
    """Who has such a number of 18 characters."""
    if number.startswith(FOREIGN):
        return "foreigner"
    return PERMITS.get(number[:2], "citizen")


def nationality_of(number: str) -> str:
    """The nationality that a number says, in three letters; that of a foreigner is the one at the first issue."""
    return countries.words().get(number[3:6], "") if number.startswith(FOREIGN) else "CHN"


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def age(born: date, on: date) -> int:
    """Return the completed years of life on a day; who was born on 29 February counts from 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def mask(number: str) -> str:
    """Mask a number wherever it is shown; anything that is no whole number is hidden whole.

    The birthday, the sex and the district usually stand beside it, so all that they say is hidden, and of the rest only
    the check digit shows: it tells two numbers apart that differ in one digit, and leaves about 45 numbers that fit
    one birthday, sex and district (domain.md §14). There is only this one form: another one beside it would fill it.
    """
    return number[:4] + "*" * 13 + number[-1:] if len(number) == WHOLE else "*" * 8


def masks(number: str) -> tuple[str, ...]:
    """The forms in which a number stands, masked, in workbooks that left here: now, and before December 2026."""
    return mask(number), number[:6] + "********" + number[-4:] if len(number) == WHOLE else "*" * 8


def mask_within(text: str) -> str:
    """A text with the numbers of persons in it masked, also where one begins a longer number (残疾人证 adds two)."""
    return INSIDE.sub(lambda found: mask(found[0].upper()) if whole(found[0]) else found[0], text)
