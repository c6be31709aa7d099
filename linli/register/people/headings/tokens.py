"""A heading cut into the words it is made of, so that each can be asked what it means."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from linli.register.people.headings.words import FIELDS, PARTICLES, SUBJECTS, plain

#: What a word can be in a heading.
SUBJECT, FIELD, OPPOSITE, ASPECT = "subject", "field", "opposite", "aspect"
QUESTION, NEGATION, OF, OR, MODIFIER, SUFFIX, PAST, STRANGE = (
    "question", "negation", "of", "or", "modifier", "suffix", "past", "strange",
)  # fmt: skip
_SMALL: Final = (
    (QUESTION, "questions"), (NEGATION, "negations"), (OF, "of"), (OR, "or"), (MODIFIER, "modifiers"),
    (SUFFIX, "suffixes"), (PAST, "past"),
)  # fmt: skip
#: Words of one letter that are a subject only where the heading begins.
_SHORT_SUBJECTS: Final = frozenset({"妻", "夫", "父", "母", "爸", "妈"})


class Token(NamedTuple):
    """A word of a heading and what it can be: what → which (guardian, phone, level …); `strange` of unknown words."""

    text: str
    means: Mapping[str, str]

    def can_be(self, what: str) -> bool:
        """Tell whether the word can be that."""
        return what in self.means


@cache
def vocabulary() -> Mapping[str, Mapping[str, str]]:
    """Every word that can be a part of a heading → what it can be."""
    found: dict[str, dict[str, str]] = {}
    for word, what, which in _words():
        found.setdefault(plain(word) or word, {}).setdefault(what, which)
    return found


def _words() -> Iterator[tuple[str, str, str]]:
    """Word, what it can be, and which of these."""
    for subject in SUBJECTS:
        yield from ((word, SUBJECT, subject.name) for word in subject.words)
    for field in FIELDS:
        # What is only held or reckoned is asked in these words alone, and codes (xm, sfzh) stand alone, too.
        parts = [] if field.kind == "held" else [one for one in field.synonyms if not plain(one).isascii()]
        yield from ((word, FIELD, field.name) for word in parts if len(plain(word)) > 1)
        yield from ((word, OPPOSITE, field.name) for word in field.opposites)
    for what, key in _SMALL:
        yield from ((word, what, word) for word in PARTICLES[key])
    for aspect, words in PARTICLES["aspects"].items():
        yield from ((word, ASPECT, aspect) for word in words)


@cache
def _longest() -> int:
    return max(map(len, vocabulary()))


@cache
def tokens(text: str) -> tuple[Token, ...]:
    """Cut a plain heading into words: the fewest strange letters, then the fewest words, then long words last.

    Letters that no word covers come together as strange words.
    """
    words, longest = vocabulary(), _longest()
    # From each place: strange letters, words, and the length of the first word (0: a strange letter).
    best: list[tuple[int, int, int]] = [(0, 0, 0)] * (len(text) + 1)
    for at in range(len(text) - 1, -1, -1):
        rest = best[at + 1]
        choice = (rest[0] + 1, rest[1], 0)
        for length in range(min(longest, len(text) - at), 0, -1):
            word = text[at : at + length]
            if word not in words or (at and word in _SHORT_SUBJECTS):
                continue
            rest = best[at + length]
            found = (rest[0], rest[1] + 1, length)
            if found[:2] <= choice[:2]:
                choice = found
        best[at] = choice
    return _cut(text, best)


def _cut(text: str, best: list[tuple[int, int, int]]) -> tuple[Token, ...]:
    words = vocabulary()
    cut: list[Token] = []
    at, strange = 0, ""
    while at < len(text):
        length = best[at][2]
        if not length:
            strange += text[at]
            at += 1
            continue
        if strange:
            cut.append(Token(strange, {STRANGE: strange}))
            strange = ""
        word = text[at : at + length]
        cut.append(Token(word, words[word]))
        at += length
    if strange:
        cut.append(Token(strange, {STRANGE: strange}))
    return tuple(cut)
