"""The code tables of the register (GB/T 2261, 3304, 4658, 4761 …): versioned reference data of `foundation/rules`."""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from rapidfuzz import fuzz, process

from linli.foundation.rules import queries as rules
from linli.lib import countries
from linli.lib.chinese import fold

DATA: Final = Path(__file__).parent / "data" / "words.json"
_DATA: Final[Mapping[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
#: What sheets write for a code, by table: data of the field, like the headings of columns (domain.md §15). Folded.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **{table: {fold(word).lower(): code for word, code in words.items()} for table, words in _DATA["words"].items()},
    "nationality": {fold(word).lower(): code for word, code in countries.words().items()},
}
#: Words of either sex (公婆, 子女): the code of a man, of a woman, and where the sex is not known ("" asks).
BY_SEX: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    table: {fold(word): (men, women, either) for word, (men, women, either) in words.items()}
    for table, words in _DATA["by_sex"].items()
}
#: Words that mean one thing here and another there: they ask, with these as suggestions.
ASKED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    table: {fold(word): tuple(found) for word, found in words.items()} for table, words in _DATA["asked"].items()
}
#: What people write into a cell that says nothing.
SILENT: Final = frozenset(fold(word).lower() for word in _DATA["silent"])
#: Endings that sheets leave out or add: 汉 for 汉族, 已婚状态 for 已婚.
ENDINGS: Final[tuple[str, ...]] = tuple(_DATA["endings"])
#: A code and then what it is called: “20-已婚”, “01 户主”, “1.男”.
_CODE_AND_WORD = re.compile(r"([0-9]{1,3}(?=[^0-9])|[a-z]+(?=[^a-z0-9]))[\s\-—–.、,:：_/|(]*([^0-9].*)")


def labels(table: str, *, area_id: str = "", on: date | None = None) -> Mapping[str, str]:
    """Code → label of a table in force at a place on a day (today without one)."""
    return _labels(_entries(table, area_id, on or timezone.localdate()))


def label(table: str, code: str, *, area_id: str = "", on: date | None = None) -> str:
    """The label of a code; the code itself where the table no longer has it, nothing for none."""
    return labels(table, area_id=area_id, on=on).get(code, code)


def choices(table: str, *, area_id: str = "", on: date | None = None, empty: str | None = "—") -> list[tuple[str, str]]:
    """The entries for a drop-down, an empty one first (none with `empty=None`)."""
    rows = list(labels(table, area_id=area_id, on=on).items())
    return rows if empty is None else [("", empty), *rows]


def code_of(table: str, text: str, *, area_id: str = "", on: date | None = None) -> str | None:
    """The code that a cell means, be it the code, its label, a usual word or “20-已婚”; None where it means none."""
    word = fold(text).strip().lower()
    # Nothing typed means nothing: the endings below would make “党员” of it.
    return _code_of(table, _entries(table, area_id, on or timezone.localdate()), word) if word else None


@lru_cache(maxsize=50_000)
def _code_of(table: str, entries: tuple[tuple[str, str], ...], text: str) -> str | None:
    known = _labels(entries)
    code = _as_code(text, known)
    if code is not None:
        return code
    found = _CODE_AND_WORD.fullmatch(text)
    if found is not None:
        code, word = _as_code(found[1], known), found[2].strip()
        word = word.removesuffix(")") if "(" not in word else word
        if code is not None and fold(known[code]).lower() == word:
            return code
        # Tables of other systems number otherwise: where code and word disagree, the word is what was meant.
        return _as_word(table, entries, word)
    return _as_word(table, entries, text)


def _as_code(text: str, known: Mapping[str, str]) -> str | None:
    """The code that a text is; Excel eats leading zeros: 1 for 01."""
    if text in known or text.upper() in known:
        return text if text in known else text.upper()
    if text.isascii() and text.isdigit():
        padded = text.zfill(max(len(code) for code in known))
        return padded if padded in known else None
    return None


def _as_word(table: str, entries: tuple[tuple[str, str], ...], text: str) -> str | None:
    """The code that a label or a usual word stands for, with or without an ending."""
    words, by_label = WORDS.get(table, {}), _by_label(entries)
    if text in ASKED.get(table, {}):
        return None
    for word in (
        text,
        *(text.removesuffix(ending) for ending in ENDINGS if text.endswith(ending)),
        *(text + ending for ending in ENDINGS),
    ):
        code = words.get(word) or by_label.get(word)
        if word and code is not None:
            return code
    return None


def by_sex(table: str, text: str, sex: str) -> str | None:
    """The code of a word of either sex (公婆, 子女), by whose row it is; None where that does not tell."""
    found = BY_SEX.get(table, {}).get(fold(text).strip())
    if found is None:
        return None
    return {"1": found[0], "2": found[1]}.get(sex, found[2]) or None


def says_nothing(text: str) -> bool:
    """Whether a cell of a code says that nothing is known: empty, a stroke, 不详, 暂无."""
    return fold(text).strip().lower() in SILENT


def alike(table: str, text: str, *, area_id: str = "", on: date | None = None, most: int = 3) -> list[str]:
    """The codes that an unknown word most probably means, best first: what is known of it, then what looks like it."""
    entries, word = _entries(table, area_id, on or timezone.localdate()), fold(text).strip().lower()
    known = _labels(entries)
    found = [code for code in (*ASKED.get(table, {}).get(word, ()), *BY_SEX.get(table, {}).get(word, ())) if code]
    candidates = {**WORDS.get(table, {}), **_by_label(entries)}
    near = process.extract(word, list(candidates), scorer=fuzz.ratio, limit=8, score_cutoff=50)
    found += [candidates[one] for one, _score, _at in near]
    return [code for code in dict.fromkeys(found) if code in known][:most]


@lru_cache(maxsize=256)
def _by_label(entries: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    # Folded like the text: 退（离）休人员 has brackets of two widths.
    return {fold(name).lower(): code for code, name in entries}


@lru_cache(maxsize=256)
def _labels(entries: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(entries)


def _entries(table: str, area_id: str, on: date) -> tuple[tuple[str, str], ...]:
    found: Any = rules.params(f"codes.{table}", area_id, on)["entries"]
    return _as_tuple(id(found), found) if isinstance(found, list) else found


_kept: dict[int, tuple[Any, tuple[tuple[str, str], ...]]] = {}


def _as_tuple(key: int, found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    # The rules hand out the same list again and again; a row of an import must not copy it a million times.
    kept = _kept.get(key)
    if kept is None or kept[0] is not found:
        kept = _kept[key] = (found, tuple((code, name) for code, name in found))
    return kept[1]
