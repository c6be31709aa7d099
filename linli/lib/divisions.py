"""Administrative divisions of China down to the county, by their six-digit codes (GB/T 2260), with those that were
abolished since 1980: a hukou book may still name them.

    find("320105")  →  [Division("320105", "江苏省南京市建邺区")]
    find("南京鼓楼")  →  [Division("320106", "江苏省南京市鼓楼区")]

`data/divisions_cn.csv`: code, name, and the year until which it was in force (empty while it is). [GK] State of 2021;
compare it with what the Ministry of Civil Affairs announces before relying on a single code.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from linli.lib.chinese import fold

DIGITS: Final = 6
#: Lengths of the codes of a county, street and community.
LENGTHS: Final = (6, 9, 12)
MOST_FOUND: Final = 20
_FILLERS: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_CODE = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Division:
    """A division: its six digits, its whole name, and the year until which it was in force ("" while it is)."""

    code: str
    name: str
    until: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@cache
def _all() -> Mapping[str, Division]:
    text = (resources.files("linli.lib") / "data" / "divisions_cn.csv").read_text("utf-8")
    rows = {row["code"]: row for row in csv.DictReader(text.splitlines())}
    return {code: Division(code, _whole_name(code, rows), row["until"]) for code, row in rows.items()}


def _whole_name(code: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    above = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    names = [rows[one]["name"] for one in above if one in rows]
    return "".join(name for name in names if name not in _FILLERS)


def known(code: str) -> Division | None:
    """The division whose code this is, or that lies around it (of 9 or 12 digits the first six count); or None."""
    return _all().get(code[:DIGITS]) if code.isascii() and code.isdigit() and len(code) in LENGTHS else None


def code_in(text: str) -> str:
    """The digits of a code as people write one: 320105-001-001, “320105 江苏省…”, 320105000000; "" without any."""
    found = _CODE.match(re.sub(r"(?<=[0-9])[-\s](?=[0-9])", "", fold(text).strip()))
    digits = found[0] if found else ""
    while len(digits) > DIGITS and digits.endswith("000"):
        digits = digits[:-3]
    return digits


def find(text: str, *, most: int = MOST_FOUND) -> list[Division]:
    """The divisions that a code, the beginning of one, or a name means; those in force first, then by code.

    A name may leave out what stands above (鼓楼区) and the endings (江苏南京鼓楼). A whole name means itself alone.
    """
    typed = fold(text).replace(" ", "")
    if not typed:
        return []
    if digits := code_in(typed):
        return _first((one for one in _all().values() if one.code.startswith(digits[:DIGITS])), most)
    exact = [one for one in _all().values() if one.name == typed]
    if exact:
        return _first(exact, most)
    said = [one for one in _all().values() if typed in one.name]
    return _first(said or [one for one in _all().values() if _runs_through(typed, one.name)], most)


def _runs_through(typed: str, name: str) -> bool:
    """Whether a name has these characters in their order: 江苏鼓楼 in 江苏省南京市鼓楼区."""
    letters = iter(name)
    return all(character in letters for character in typed)


def _first(found: Iterable[Division], most: int) -> list[Division]:
    return sorted(found, key=lambda one: (one.until != "", one.code))[:most]
