"""What a citation carries: the kinds of thing, and what the words of a task mean whatever it is called. Pure.

An item carries what it says, or what the rules give to lists of its kind ("admission.citation"). A duty of the
community's own never carries more than the rules allow to duties; a place may allow less than the country, never more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from linli.lib.chinese import fold
from linli.spine.catalogue.wording import SIMPLE

DUTY: Final = "duty"
#: 建卫发〔2026〕5号: letters before a year in brackets, and a number. The issuer's letters may be missing.
_NUMBER: Final = re.compile(
    r"[一-鿿]{0,12} ?[〔\[(（【][^〔〕\[\]()（）【】\s]{2,6}[〕\])）】] ?第? ?0*[0-9]{1,5} ?号"
    # Without brackets, or without 号 at the end, behind letters that end as those of a document do.
    r"|[一-鿿]{1,10}[发办函字规令] ?[〔\[(（【]?20[0-9]{2}[〕\])）】]?年? ?第? ?0*[0-9]{1,5}(?: ?号|(?![0-9年月日]))"
)
#: The year of a number, whatever stands around it.
_YEAR: Final = re.compile(r"〔?(20[0-9]{2})〕?年?第?0*([0-9]{1,5})号?$")
#: What people put into a word so that it is not read: 检 查, 考·核, 盖-章. Commas part words, and stay.
_INSIDE: Final = re.compile(r"[^\S\n]+|(?<=[一-鿿A-Za-z])[-_·・.*/\\|—…@#+~]+(?=[一-鿿A-Za-z])")
_BRACKETS: Final = str.maketrans("[](【】)（）", "〔〕〔〔〕〕〔〕")


def carried(said: Sequence[str], sort: str, rules: Mapping[str, Any], widest: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds that an item of this sort of list carries. `widest` are the rules of the whole country.

    An item that says nothing carries what its place gives. A duty may say less than that, and never more.
    """
    given = tuple(kind for kind in rules["carries"].get(sort, ()) if kind in widest["carries"].get(sort, ()))
    if sort == DUTY:
        return tuple(kind for kind in said if kind in given) or given
    return tuple(said) or given


def looser(rules: Mapping[str, Any], widest: Mapping[str, Any]) -> list[str]:
    """In what a place would allow more than the country does: nothing, if its rules may be published.

    Words by which something is recognised may be added, never left out; thresholds may rise, never fall.
    """
    missing = [name for name in widest if name not in rules]
    if missing:
        return missing
    found = [
        f"carries.{sort}.{kind}"
        for sort, kinds in rules["carries"].items()
        for kind in kinds
        if kind not in widest["carries"].get(sort, ())
    ]
    found += [
        f"meant.{kind}.{word}"
        for kind, words in widest["meant"].items()
        for word in words
        if word not in rules["meant"].get(kind, ())
    ]
    found += [f"targets.{word}" for word in widest["targets"] if word not in rules["targets"]]
    found += [f"harmless.{word}" for word in rules["harmless"] if word not in widest["harmless"]]
    found += [f"fit.{name}" for name in ("enough", "none") if rules["fit"][name] < widest["fit"][name]]
    return found


def meant(texts: Iterable[str], rules: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The kinds of thing that texts ask for by their meaning, each with the words that say so.

    请整理检查资料迎检 → inspection;  请居民参加免费健康检查 → nothing
    """
    told = _without(_told(texts), rules["harmless"])
    found = {kind: _found(told, tuple(words)) for kind, words in rules["meant"].items()}
    return {kind: words for kind, words in found.items() if words}


def targets(texts: Iterable[str], rules: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that make a task a target: rates, least numbers, letters of responsibility."""
    return _found(_without(_told(texts), rules["harmless"]), tuple(rules["targets"]))


def numbers(texts: Iterable[str]) -> tuple[str, ...]:
    """The document numbers that stand in texts, in the order in which they stand there."""
    found = (match.group() for text in texts for match in _NUMBER.finditer(fold(text)))
    return tuple(dict.fromkeys(found))


def is_number_of(number: str, documents: Iterable[str]) -> bool:
    """Whether a number that stands in a text is that of one of these documents, whatever brackets it has."""
    even = _even(number)
    return any(own and even.endswith(own) for own in map(_even, documents))


def _even(number: str) -> str:
    said = fold(number).translate(_BRACKETS).replace(" ", "")
    return _YEAR.sub(r"〔\1〕\2号", re.sub(r"(?<=〕)第?0*", "", said))


def _told(texts: Iterable[str]) -> str:
    """Texts as they are read for their meaning: 檢 查 and 检·查 say 检查."""
    return "\n".join(_INSIDE.sub("", fold(text).translate(SIMPLE)) for text in texts)


def _without(text: str, harmless: Iterable[str]) -> str:
    """The text without phrases that hold a word and mean something else (健康检查), or its opposite (不考核)."""
    for phrase in sorted(harmless, key=len, reverse=True):
        text = text.replace(phrase, "　")
    return text


def _found(text: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.group() for match in _any(patterns).finditer(text)))


@lru_cache(maxsize=256)
def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))
