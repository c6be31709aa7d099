"""Phones as sheets write them: one or several in a cell, with the names of whose they are, or with a part hidden."""

import json
import re
from pathlib import Path
from typing import Final, NamedTuple

from linli.lib.chinese import fold, mobile

_DATA: Final = json.loads((Path(__file__).parent.parent / "data" / "cells.json").read_text(encoding="utf-8"))
#: Several stars, crosses or dots among digits: a part of a number is hidden.
HIDDEN: Final = re.compile(r"[*＊●•※?？#]|(?<=[0-9])[xX×]{2,}|[xX×]{3,}")
#: What a number is made of, and nothing beside it.
_BARE: Final = re.compile(r"[0-9+()\s\-‐‑–—.]+")
_NUMBER: Final = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?86[\s-]*)?(1[3-9][0-9][\s-]?[0-9]{4}[\s-]?[0-9]{4})(?![0-9])"
    r"|(?<![0-9])\(?(0[0-9]{2,3})\)?[\s-]?([2-9][0-9]{6,7})(?![0-9])"
    r"|(?<![0-9-])([2-9][0-9]{6,7})(?![0-9-])",
)
_AROUND: Final = re.compile(r"[\s()（）/、,，;；|:：.。\-—和或及与]+")
#: Words beside a number that say it is the person's own.
OWN: Final = frozenset(["", *_DATA["own_number"]])
NONE: Final = frozenset(_DATA["no_number"])


class Phones(NamedTuple):
    """The numbers of a cell: the person's own, another (their second, or that of somebody beside them, by name).

    `rest` tells that the cell says more than was taken; `why` the sentence of a cell that cannot be read.
    """

    own: str = ""
    other: str = ""
    who: str = ""
    rest: bool = False
    why: str = ""
    digits: int = 0


def read_phones(text: str) -> Phones:
    """The phones that a cell names. Never glues the digits of two, and never takes one with a part hidden."""
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] == "1" and text[1] in "3456789":
        return Phones(text)
    given = fold(text).strip().removesuffix(".0")
    if not given or given.lower() in NONE:
        return Phones()
    whole = mobile(given)
    if whole is not None:
        return Phones(whole)
    if "E+" in given.upper():
        return Phones(why="damaged_number")
    if HIDDEN.search(given):
        return Phones(why="hidden")
    digits = "".join(one for one in given if one.isdigit())
    if _BARE.fullmatch(given) and 7 <= len(digits) <= 12 and (digits.startswith("0") or len(digits) in (7, 8)):
        return Phones(digits)
    return _several(given, len(digits))


def _several(given: str, digits: int) -> Phones:
    found = list(_NUMBER.finditer(given))
    if not found:
        return Phones(why="phone", digits=digits)
    # A name stands before its number or in brackets behind it; what stands between two numbers is the one or the other.
    behind = not _word(given[: found[0].start()]) and bool(_word(given[found[-1].end() :]))
    pairs = []
    for at, one in enumerate(found):
        before = given[found[at - 1].end() if at else 0 : one.start()]
        after = given[one.end() : found[at + 1].start() if at + 1 < len(found) else len(given)]
        pairs.append((_number(one), _word(after if behind else before)))
    if any(any(character.isdigit() for character in word) for _number_, word in pairs):
        return Phones(why="phone", digits=digits)
    own = [number for number, word in pairs if word.lower() in OWN]
    others = [(number, word) for number, word in pairs if word.lower() not in OWN]
    first = own[0] if own else ""
    spare = [(number, "") for number in own[1:] if number != first] + others
    last = "" if behind else _word(given[found[-1].end() :])
    more = len(spare) > 1 or bool(last)
    return Phones(first, spare[0][0] if spare else "", spare[0][1] if spare else "", rest=more)


def _word(text: str) -> str:
    return _AROUND.sub("", text)


def _number(found: re.Match[str]) -> str:
    if found[1]:
        return re.sub(r"[\s-]", "", found[1])
    return (found[2] + found[3]) if found[2] else found[4]
