"""How well do the words of a task fit the item that it cites? Pure: the words are data ("admission.citation", "fit").

    流感疫苗接种告知 · 协助做好公共卫生工作    → objects and actions meet
    清理占道摊贩     · 管理居民委员会的财产     → nothing meets

A task says what is to be done (actions) with what (objects) for whom (people). Words of one group mean the same thing;
what is in no group is compared by pairs of characters. Words that make a community act against people (取缔, 拆除,
查处 …) fit only where the item has them, too. The words that met and those that did not are told with every score.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from linli.lib.chinese import bigrams, fold

#: What a title says counts double: it names the task, the text describes it.
TITLE = 2
#: A word of the task that the item lacks takes away less than one that it has gives.
LACKING = 0.5


@dataclass(frozen=True)
class Fit:
    """Of a hundred; the words of the task that met, those of the item that they met, and those that met nothing."""

    score: int
    matched: tuple[str, ...] = ()
    item_words: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def kept(self) -> dict[str, list[str]]:
        """As a task keeps it."""
        return {"matched": list(self.matched), "item": list(self.item_words), "missing": list(self.missing)}


@dataclass(frozen=True)
class _Said:
    """Group → its word as it stands in a text, for one kind of words."""

    words: Mapping[int, str]

    def __and__(self, other: "_Said") -> set[int]:
        return self.words.keys() & other.words.keys()

    def __sub__(self, other: "_Said") -> set[int]:
        return self.words.keys() - other.words.keys()


def fit(*, title: str, text: str, item: Sequence[str], rules: Mapping[str, Any]) -> Fit:
    """Compare a task with the texts of an item: its name first, then what it says more. `rules`: "fit" of the set."""
    title, text = fold(title), fold(text)
    own = fold("\n".join(item))
    matched: list[str] = []
    theirs: list[str] = []
    missing: list[str] = []
    parts: dict[str, float | None] = {}
    for kind in ("objects", "people", "actions"):
        head, body, here = (_said(one, rules[kind]) for one in (title, f"{title}\n{text}", own))
        gives = sum(TITLE if group in head.words else 1 for group in body & here)
        lacks = sum(TITLE if group in head.words else 1 for group in body - here)
        parts[kind] = gives / (gives + LACKING * lacks) if gives or lacks else None
        matched += [body.words[group] for group in sorted(body & here)]
        theirs += [here.words[group] for group in sorted(body & here)]
        missing += [body.words[group] for group in sorted(body - here)]
    pairs = _pairs(title, rules["plain"])
    shared = [pair for pair in pairs if pair in own]
    parts["letters"] = len(shared) / len(pairs) if pairs else 0.0
    matched += [pair for pair in shared if not any(pair in word for word in matched)]
    theirs += [pair for pair in shared if not any(pair in word for word in theirs)]
    said = {name: part for name, part in parts.items() if part is not None}
    weights = rules["weights"]
    score = round(100 * sum(weights[name] * part for name, part in said.items()) / sum(weights[name] for name in said))
    heavy = _said(f"{title}\n{text}", rules["heavy"])
    against = heavy - _said(own, rules["heavy"])
    if against:
        missing = [*(heavy.words[group] for group in sorted(against)), *missing]
        score = min(score, rules["heavy_cap"])
    return Fit(score, _once(matched), _once(theirs), _once(missing))


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is one of these words: how a page shows what met."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return [(text, False)] if text else []
    pieces = re.split(f"({'|'.join(re.escape(word) for word in wanted)})", text)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def _said(text: str, groups: Sequence[Sequence[str]]) -> _Said:
    """The groups of which a word stands in the text; longer words first, so that 经济普查 is no 经济."""
    found: dict[int, str] = {}
    for group, word in _longest_first(tuple(map(tuple, groups))):
        if word in text and group not in found:
            found[group] = word
    return _Said(found)


@lru_cache(maxsize=64)
def _longest_first(groups: tuple[tuple[str, ...], ...]) -> list[tuple[int, str]]:
    words = [(group, word) for group, names in enumerate(groups) for word in names]
    return sorted(words, key=lambda one: (-len(one[1]), one[0]))


def _pairs(text: str, plain: Iterable[str]) -> list[str]:
    """The pairs of characters of a text without the words that every task has."""
    for word in sorted(plain, key=len, reverse=True):
        text = text.replace(word, " ")
    return list(dict.fromkeys(pair for pair in bigrams(text) if len(pair) == 2 and not pair.isdigit()))


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
