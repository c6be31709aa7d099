"""What somebody means who asks for a certificate in everyday words: 户口本丢了, 没结过婚, 人还在.

Every item has sayings (`data/sayings.tsv`, written for this purpose). What is typed is compared with them by runs of
one to four characters; a run counts the more, the fewer items say it, so that what belongs to another item counts
against this one.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from pathlib import Path
from typing import Final

SAYINGS: Final = Path(__file__).with_name("data") / "sayings.tsv"
#: The longest run of characters that is compared.
LONGEST_RUN: Final = 4
#: A longer text is not read: nobody asks for a certificate in more.
LONGEST_TEXT: Final = 60
#: From this likeness on an item surely answers what was said: other papers (居住证明, 停车证) stay below it.
NEAR: Final = 0.2


def runs(text: str) -> Counter[str]:
    """How often each run of one to four characters stands in a text."""
    return Counter(
        text[at : at + length] for length in range(1, LONGEST_RUN + 1) for at in range(len(text) - length + 1)
    )


@dataclass(frozen=True)
class Sayings:
    """The sayings as weights: for every run, the items that say it; and the single sayings, each of length one."""

    weights: Mapping[str, float]
    single: Mapping[str, tuple[tuple[str, int, float], ...]]
    whole: Mapping[str, Mapping[str, float]]

    def likeness(self, text: str) -> dict[str, float]:
        """How near each item is to a text, 0 (nothing in common) to 1 (a saying of it, word for word)."""
        if len(text) > LONGEST_TEXT:
            return {}
        said = _unit({run: (1 + log(n)) * self.weights.get(run, 1.0) * len(run) for run, n in runs(text).items()})
        sayings: dict[tuple[str, int], float] = defaultdict(float)
        items: dict[str, float] = defaultdict(float)
        for run, weight in said.items():
            for code, at, other in self.single.get(run, ()):
                sayings[code, at] += weight * other
            for code, other in self.whole.get(run, {}).items():
                items[code] += weight * other
        best: dict[str, float] = defaultdict(float)
        for (code, _at), value in sayings.items():
            best[code] = max(best[code], value)
        return {code: (best[code] + items[code]) / 2 for code in items}


def learn(said: Mapping[str, tuple[str, ...]]) -> Sayings:
    """The weights of sayings, by the code of their item."""
    counts = {code: sum((runs(one) for one in sayings), Counter[str]()) for code, sayings in said.items()}
    said_by = Counter(run for code in counts for run in counts[code])
    weights = {run: log((1 + len(said)) / items) for run, items in said_by.items()}
    single: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
    whole: dict[str, dict[str, float]] = defaultdict(dict)
    for code, sayings in said.items():
        for at, one in enumerate(sayings):
            for run, weight in _unit({r: (1 + log(n)) * weights[r] * len(r) for r, n in runs(one).items()}).items():
                single[run].append((code, at, weight))
        for run, weight in _unit({r: sqrt(n) * weights[r] * len(r) for r, n in counts[code].items()}).items():
            whole[run][code] = weight
    return Sayings(weights, {run: tuple(rows) for run, rows in single.items()}, whole)


def written() -> dict[str, tuple[str, ...]]:
    """The sayings as they ship, by the code of their item."""
    lines = SAYINGS.read_text(encoding="utf-8").splitlines()
    return {code: tuple(sayings.split()) for code, sayings in (line.split("\t") for line in lines)}


@cache
def shipped() -> Sayings:
    """What is learnt from the sayings that ship; once per process."""
    return learn(written())


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {run: weight / length for run, weight in weights.items()}
