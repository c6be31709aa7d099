"""Names as sheets write them: spread over a cell, with dots of many kinds; and what stands there that is no name."""

import json
import re
from pathlib import Path
from typing import Final

from linli.lib.chinese import fold, tidy

_DATA: Final = json.loads((Path(__file__).parent.parent / "data" / "cells.json").read_text(encoding="utf-8"))
LONGEST: Final = 60
#: The dots between the parts of a name (买买提·阿布都拉), as fonts and typewriters write them; GB/T 2312 has U+00B7.
_DOTS: Final = re.compile(r"(?<=[^\W\d_])\s*[·•・‧∙⋅●﹒．｡\u0387\u2024\u318d.]\s*(?=[^\W\d_])")
_SPACES: Final = re.compile(r"\s+")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ'’.\-\s]+")
#: What stands in the column of names and is nobody's: places, marks, sums, parts of a household.
NOBODY: Final = frozenset(_DATA["nobody"])
#: What somebody who knows the person may say is a name after all.
MAY_BE: Final = frozenset({"name_nobody", "name_several", "name_digits", "name_brackets"})
#: Several people in one cell, or more than a name.
_SEVERAL: Final = re.compile(r"[、,，;；/／+&＆\n]|(?<=[^\W\d_])(?:和|与|及)(?=[^\W\d_]{2})")
_AND_OTHERS: Final = re.compile(r"等\s*[0-9一二三四五六七八九十两几]*\s*[人口户]$")
_SURNAME_AND: Final = frozenset("和与及")
#: Surnames of two characters.
_OF_TWO: Final = frozenset(_DATA["two_character_surnames"])
_HIDDEN: Final = re.compile(r"[*＊×●○■□※?？]|[xX]{2,}")
_NAMESAKE: Final = re.compile(r"([\u3400-\u9fff]{1,4})[0-9]{1,2}")
_BRACKETS: Final = re.compile(r"[(（\[【].*[)）\]】]")
#: A name as nearly all are: nothing in it has another form, or could stand between two.
_PLAIN: Final = re.compile("[\u4e00-\u9fff]{2,4}")
_TELLING: Final = re.compile("[和与及等]")


def spread(text: str) -> str:
    """A name in the form that is kept: 王　芳香 is 王芳香, dots are ·, Latin names keep one space."""
    if _PLAIN.fullmatch(text):
        return text
    name = _SPACES.sub(" ", tidy(text)).strip()
    if _LATIN.fullmatch(name):
        return name
    name = _DOTS.sub("·", name)
    return _SPACES.sub("", name) if not name.isascii() else name


def why_no_name(text: str) -> str:
    """The code of the sentence why a cell is nobody's name, or ""."""
    if _PLAIN.fullmatch(text) and not _TELLING.search(text):
        return "name_nobody" if text in NOBODY else ""
    return _why_no_name(fold(text).strip())


def _why_no_name(name: str) -> str:
    plain = _SPACES.sub("", name).lower()
    if not plain:
        return "name_missing"
    if plain in NOBODY:
        return "name_nobody"
    if plain[0] in "=+-@|":
        return "name_formula"
    if _HIDDEN.search(name):
        return "name_hidden"
    if _AND_OTHERS.search(plain) or _several(name):
        return "name_several"
    if any(one.isdigit() for one in plain):
        return _numbered(plain)
    if not any(one.isalpha() for one in plain):
        return "name_nobody"
    if _BRACKETS.search(name):
        return "name_brackets"
    if len(plain) > LONGEST:
        return "name_long"
    return ""


def _numbered(plain: str) -> str:
    """Lists number namesakes (李军1, 李军2), which is a name; 空房1 and 3幢 are none."""
    found = _NAMESAKE.fullmatch(plain)
    if found is None:
        return "name_digits"
    return "name_nobody" if found[1] in NOBODY else ""


def _several(name: str) -> bool:
    if _LATIN.fullmatch(name):
        return bool(re.search(r"[,;/&+]", name)) and name.count(",") != 1
    for found in _SEVERAL.finditer(name):
        if found[0] not in _SURNAME_AND:
            return True
        # 李和平 is a name; 张三和李四 are two.
        if found.start() >= 2 and len(name) - found.end() >= 2:
            return True
    parts = _SPACES.split(name)
    whole = len(parts) > 1 and all(len(part) > 1 and not part.isascii() for part in parts)
    # 欧阳 娜娜 is one, 张三 李四 are two.
    return whole and not (len(parts) == 2 and parts[0] in _OF_TWO)
