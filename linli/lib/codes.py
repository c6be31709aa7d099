"""National division codes as area ids, and tracking codes that residents can read over the phone.

An area id is the 12-digit statistical division code cut to its significant digits: province 2, city 4, district 6,
street 9, community 12 (domain.md §6.2); then 15 for a grid and 18 for a sub-grid. A subtree is a prefix.
"""

import itertools
import re
from typing import Literal

from cryptography.hazmat.primitives import hashes, hmac

from linli.lib.chinese import fold

Level = Literal["province", "city", "district", "street", "community", "grid", "subgrid"]

LENGTHS: dict[Level, int] = {
    "province": 2,
    "city": 4,
    "district": 6,
    "street": 9,
    "community": 12,
    "grid": 15,
    "subgrid": 18,
}
LEVELS: dict[int, Level] = {length: level for level, length in LENGTHS.items()}
NATIONAL_LENGTH = 12
DIGITS = re.compile(r"[0-9]+", re.ASCII)

# Douglas Crockford's base 32: no I, L, O, U, so that nothing looks like anything else and nothing is rude.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TRACKING_LENGTH = 12
TRACKING = re.compile(f"[{ALPHABET}]{{{TRACKING_LENGTH}}}", re.ASCII)
LOOKALIKES = str.maketrans("OIL", "011")
SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−_.·]+")
#: Longer input is no tracking code, however it is spaced.
LONGEST_TYPED = 64


class BadCode(ValueError):  # noqa: N818 - read aloud it is what is meant
    """A division code or area id that cannot be one; the message says what is wrong."""


def _segments(area_id: str) -> list[str]:
    """Split an area id into the digits that each level adds."""
    edges = [0, *(length for length in LEVELS if length <= len(area_id))]
    return [area_id[a:b] for a, b in itertools.pairwise(edges)]


def _checked(area_id: str) -> str:
    """Return the id if it is one.

    A level in between may be empty: Dongguan (4419) and a few more cities have streets (441900003) but no
    districts. The province and the last level may not.
    """
    if len(area_id) not in LEVELS or not DIGITS.fullmatch(area_id):
        raise BadCode(f"an area id has 2, 4, 6, 9, 12, 15 or 18 digits, not {area_id[:24]!r}")
    segments = _segments(area_id)
    if not segments[0].strip("0") or not segments[-1].strip("0"):
        raise BadCode(f"the last level of an area id cannot be zero: {area_id}")
    return area_id


def cut(code12: str, level: Level | None = None) -> str:
    """Cut a 12-digit code to the significant digits of its area.

    With a level (as lists of divisions state it) the code must agree with it; without one, it is found from the
    levels that are zero. Raises BadCode.
    """
    if len(code12) != NATIONAL_LENGTH or not DIGITS.fullmatch(code12):
        raise BadCode(f"a division code has 12 digits, not {code12[:24]!r}")
    if level is None:
        length = next((n for n in (12, 9, 6, 4, 2) if _segments(code12[:n])[-1].strip("0")), 2)
    else:
        length = LENGTHS[level]
    if length > NATIONAL_LENGTH or code12[length:].strip("0"):
        raise BadCode(f"{code12} is not the code of a {level}")
    return _checked(code12[:length])


def pad12(area_id: str) -> str:
    """Write an area id as a 12-digit national code; raises BadCode for grids, which have none."""
    if len(_checked(area_id)) > NATIONAL_LENGTH:
        raise BadCode(f"a grid has no national code: {area_id}")
    return area_id.ljust(NATIONAL_LENGTH, "0")


def level_of(area_id: str) -> Level:
    """Return the level of an area; raises BadCode."""
    return LEVELS[len(_checked(area_id))]


def ancestors(area_id: str) -> tuple[str, ...]:
    """Return the ids from the province down to the area itself; levels that do not exist here are left out."""
    _checked(area_id)
    ids, end = [], 0
    for segment in _segments(area_id):
        end += len(segment)
        if segment.strip("0"):
            ids.append(area_id[:end])
    return tuple(ids)


def parent_of(area_id: str) -> str:
    """Return the id of the area above, or "" for a province; raises BadCode."""
    above = ancestors(area_id)[:-1]
    return above[-1] if above else ""


def _grouped(code: str) -> str:
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def tracking_code(key: bytes, number: str) -> str:
    """Return the code, XXXX-XXXX-XXXX, by which a resident follows the case with this number.

    60 bits of HMAC-SM3 under a secret key: from a number nobody can work out the code, nor from one code the next.
    Among ten million cases the chance that any two share a code is 1 in 23,000: keep the column unique all the same.
    """
    keyed = hmac.HMAC(key, hashes.SM3())
    keyed.update(number.encode("utf-8", "surrogatepass"))
    bits = int.from_bytes(keyed.finalize()[:8], "big") >> 4
    return _grouped("".join(ALPHABET[bits >> shift & 31] for shift in range(55, -5, -5)))


def normal_tracking_code(text: str) -> str | None:
    """Return a tracking code as we write it, however it was typed, or None if it cannot be one.

    Case, spaces, dashes and full-width letters do not matter; O is 0, I and L are 1.
    """
    if len(text) > LONGEST_TYPED:
        return None
    code = SEPARATORS.sub("", fold(text)).upper().translate(LOOKALIKES)
    return _grouped(code) if TRACKING.fullmatch(code) else None
