"""What a sentence asks of a community, by its meaning: a small linear model over characters. Pure, and trained here.

The model knows nothing but the sentences that it is given, each with one of the prohibited categories or NONE. It
reads runs of one to four characters, and signs that the rules set beside them (a subject of a category with a word of
bearing …). A multinomial logistic regression, trained in a fixed order with a falling step: the same sentences always
make the same model. A thousand sentences take about a second.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

NONE: Final = "no"
ROUNDS: Final = 12
STEP: Final = 0.25
LONGEST_RUN: Final = 4
#: Signs weigh more than runs: a rule was thought about, a run of characters only occurred.
OF_SIGNS: Final = 1.5
_DIGITS: Final = re.compile("[0-9]+")

Signs = Callable[[str], tuple[str, ...]]
Pair = tuple[str, str]


class Model:
    """Weights of every trait for every category. Make one with `trained`."""

    def __init__(self, codes: Sequence[str], signs: Signs) -> None:
        self.codes = tuple(codes)
        self.weights: dict[str, list[float]] = {}
        self.signs = signs

    def chances(self, text: str) -> dict[str, float]:
        """How likely each category is, NONE among them; together 1."""
        return dict(zip(self.codes, self._chances(self._traits(text)), strict=True))

    def telling(self, text: str, code: str, most: int = 4) -> tuple[str, ...]:
        """The words that decided for a category against NONE: those with the highest weight, in their order."""
        even = _even(text)
        at, none = self.codes.index(code), self.codes.index(NONE)
        gains = [0.0] * len(even)
        for start, end in _runs(even):
            row = self.weights.get(even[start:end])
            if row is not None:
                share = (row[at] - row[none]) / (end - start)
                for place in range(start, end):
                    gains[place] += share
        least = max(max(gains, default=0.0) * 0.4, 1e-9)
        found: list[tuple[float, int, str]] = []
        for match in re.finditer("1+", "".join("1" if gain >= least else "0" for gain in gains)):
            word = even[match.start() : match.end()]
            if len(word) > 1:
                found.append((-max(gains[match.start() : match.end()]), match.start(), word))
        best = sorted(sorted(found)[:most], key=lambda one: one[1])
        return tuple(dict.fromkeys(word.replace("0", "…") for _gain, _at, word in best))

    def learn(self, text: str, code: str, step: float) -> None:
        """Move the weights of what stands in a sentence towards its category."""
        traits = self._traits(text)
        chances = self._chances(traits)
        wrong = [(at, (1.0 if name == code else 0.0) - chances[at]) for at, name in enumerate(self.codes)]
        for trait, weight in traits:
            row = self.weights.setdefault(trait, [0.0] * len(self.codes))
            for at, miss in wrong:
                row[at] += step * weight * miss

    def _chances(self, traits: Iterable[tuple[str, float]]) -> list[float]:
        sums = [0.0] * len(self.codes)
        for trait, weight in traits:
            row = self.weights.get(trait)
            if row is not None:
                sums = [total + weight * one for total, one in zip(sums, row, strict=True)]
        top = max(sums)
        powers = [math.exp(one - top) for one in sums]
        whole = sum(powers)
        return [one / whole for one in powers]

    def _traits(self, text: str) -> list[tuple[str, float]]:
        even = _even(text)
        runs = {even[start:end] for start, end in _runs(even)}
        # However long a sentence is, its runs together weigh about the same.
        each = 2.5 / math.sqrt(len(runs) + 1)
        return [("", 1.0), *((run, each) for run in sorted(runs)), *((sign, OF_SIGNS) for sign in self.signs(text))]


def trained(examples: Iterable[Pair], signs: Signs) -> Model:
    """A model of these sentences, each a pair of its category and its words."""
    pairs = sorted(set(examples))
    model = Model(sorted({code for code, _text in pairs} | {NONE}), signs)
    # A fixed stride mixes the categories without chance: it shares no divisor with the number of sentences.
    stride = next(n for n in range(max(1, len(pairs) * 5 // 8), 2 * len(pairs) + 2) if math.gcd(n, len(pairs)) == 1)
    for done in range(ROUNDS):
        for at in range(len(pairs)):
            code, text = pairs[at * stride % len(pairs)]
            model.learn(text, code, STEP / (1 + done / 4))
    return model


@lru_cache(maxsize=1)
def shipped() -> tuple[Pair, ...]:
    """The sentences that come with the code, all made up for it, with their categories."""
    text = (resources.files("linli.spine.catalogue") / "data" / "prohibited.txt").read_text("utf-8")
    return tuple(read(text))


def read(text: str) -> Iterable[Pair]:
    """Sentences under headings of their category: [tax] and then one sentence a line."""
    code = NONE
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            code = line.strip("[]")
        else:
            yield code, line


def _even(text: str) -> str:
    return _DIGITS.sub("0", text)


def _runs(text: str) -> Iterable[tuple[int, int]]:
    return ((at, end) for at in range(len(text)) for end in range(at + 1, min(at + LONGEST_RUN, len(text)) + 1))


def confusion(model: Model, examples: Iterable[Pair], least: float) -> Mapping[str, int]:
    """How often a model is right and wrong about sentences: for figures, and for what a change would do."""
    counts = dict.fromkeys(("found", "missed", "false", "right"), 0)
    for code, text in examples:
        said = 1 - model.chances(text)[NONE] >= least
        counts[("found" if said else "missed") if code != NONE else ("false" if said else "right")] += 1
    return counts
