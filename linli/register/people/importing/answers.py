"""What a cell says about belonging to a special group: yes, no, nothing, or a word that asks. Closed lists, no guesses.

The words stand in `data/answers.json`: those of every column, and per group its own names, kinds, levels and the words
that deny it (健康 in a column of disability). A cell is cut into known words from left to right; where one of its
letters belongs to none of them it asks. A word that denies (非, 曾, 已停发) never gives the group.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from linli.lib.chinese import fold

DATA: Final = Path(__file__).parent.parent / "data" / "answers.json"
#: What separates the groups of a list: 低保、残疾二级.
SEPARATORS: Final = re.compile(r"[\s,;/、|+&和及]+")
#: Longer than any answer; such a cell tells a story, and stories ask.
LONGEST: Final = 30
_BOXES: Final = {"☑": True, "■": True, "√": True, "✓": True, "✔": True, "□": False, "☐": False, "○": False}
_BOX_FIRST = re.compile(r"([☑■√✓✔□☐○])(是|否|有|无)([☑■√✓✔□☐○])(是|否|有|无)")
_BOX_LAST = re.compile(r"(是|否|有|无)([☑■√✓✔□☐○])(是|否|有|无)([☑■√✓✔□☐○])")

Says = Literal["yes", "no", "nothing", "asks"]


class Answer(NamedTuple):
    """What a cell says. `level` is one of the group's; `facts` are held with the group: kind, degree."""

    says: Says
    level: str = ""
    facts: tuple[tuple[str, str], ...] = ()


YES, NO, NOTHING, ASKS = Answer("yes"), Answer("no"), Answer("nothing"), Answer("asks")


class Belongs(NamedTuple):
    """Somebody belongs to a group."""

    code: str
    level: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Token:
    """What a known word can be."""

    name: bool = False
    kind: str | None = None
    level: str = ""
    degree: str = ""
    bare: str = ""
    denies: bool = False
    waits: bool = False
    affirms: bool = False


@dataclass
class _Read:
    """The words of a cell put together."""

    denied: list[int] = field(default_factory=list)
    said: int = 0
    affirmed: bool = False
    waits: bool = False
    contradicts: bool = False
    name: bool = False
    kinds: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    degrees: list[str] = field(default_factory=list)


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


@cache
def _plain(which: str) -> frozenset[str]:
    return frozenset(key(word) for word in _data()[which])


def key(text: str) -> str:
    """A cell in one form: folded, small letters, without spaces and the dots and marks around it."""
    return fold(text).lower().replace(" ", "").strip(".。;:'\"“”!")


class Group:
    """One group with the words of its column. `words` are what the rule set calls it, `levels` its levels there."""

    def __init__(self, code: str, words: Collection[str], levels: Sequence[str]) -> None:
        own = _data()["groups"].get(code, {})
        self.code, self.levels = code, tuple(levels)
        self.no = frozenset(key(word) for word in own.get("no", ()))
        self.names = frozenset(key(word) for word in (*own.get("words", ()), *words) if word)
        self.tokens: dict[str, _Token] = {}
        for word in _data()["fillers"]:
            self._token(word).affirms = word in ("是", "有", "√", "享受", "在享", "正在享受", "享受中", "已享受")
        for word in _data()["waits"]:
            self._token(word).waits = True
        for word in _data()["negations"]:
            self._token(word).denies = True
        for word in own.get("words", ()):
            self._is_name(word)
        for word in words:
            self._is_name(word)
        self._sides(own)
        self.longest = max(map(len, self.tokens))

    def _sides(self, own: Mapping[str, Any]) -> None:
        """The words of kinds, levels and degrees."""
        for word, kind in own.get("kinds", {}).items():
            self._own(word).kind = kind
        for word in self.levels:
            self._own(word).level = word
        for word, level in own.get("levels", {}).items():
            if level in self.levels:
                self._own(word).level = level
        for word, degree in own.get("degrees", {}).items():
            self._own(word).degree = "" if self._own(word).level else degree
        for word, level in own.get("bare", {}).items():
            self._own(word).bare = level if level in self.levels else ""

    def _token(self, word: str) -> _Token:
        return self.tokens.setdefault(key(word) or word, _Token())

    def _own(self, word: str) -> _Token:
        """A word of the group's own: 不能自理 is no 不."""
        token = self._token(word)
        token.denies = token.waits = token.affirms = False
        return token

    def _is_name(self, word: str) -> None:
        if word:
            self._own(word).name = True

    def answer(self, text: str, *, opposite: bool = False, aspect: str = "") -> Answer:
        """What a cell of this group's column says; `opposite`: the heading asks whether they do not belong.

        `aspect` is what of it the column tells (kind, level): there a bare 4 or 二 counts.
        """
        word = key(text)
        if word in self.no:
            return NO
        found = self._aspect(word, aspect) if aspect else None
        if found is not None:
            return found
        ticked = _ticked(word)
        found = _general(word) if ticked is None else YES if ticked else NO
        if found is None:
            return self.composed(word)
        if opposite and found.says in ("yes", "no"):
            return NO if found.says == "yes" else YES
        return found

    def _aspect(self, word: str, aspect: str) -> Answer | None:
        token = self.tokens.get(word)
        if aspect == "level" and token is not None and token.bare:
            return Answer("yes", token.bare)
        kinds: dict[str, str] = _data()["groups"].get(self.code, {}).get("kinds", {})
        if aspect == "kind" and word.isdigit() and word in kinds.values():
            return Answer("yes", "", (("kind", word),))
        return None

    def composed(self, word: str) -> Answer:
        """What a cell of several words says: 残疾(肢体二级), 低保已停发, 重度失能."""
        cut = self._cut(word)
        if cut is None:
            return ASKS
        read = self._read(cut)
        if read.waits or read.contradicts:
            return ASKS
        if read.denied:
            return self._denied(read)
        if not (read.name or read.kinds or read.levels or read.degrees):
            return ASKS
        if len(set(read.levels)) > 1:
            return ASKS
        return Answer("yes", read.levels[0] if read.levels else "", self._facts(read))

    def identifies(self, word: str) -> bool:
        """Whether a word names this group, and not only a kind or level that others have, too."""
        cut = self._cut(word)
        own = {name for name in _data()["groups"].get(self.code, {}).get("kinds", {}) if len(name) > 1}
        return cut is not None and any(part in self.names or (self.code == "disabled" and part in own) for part in cut)

    def _cut(self, word: str) -> list[str] | None:
        """The word as known words, the longest first from left to right; None where a letter belongs to none."""
        if not word or len(word) > LONGEST:
            return None
        parts, at = [], 0
        while at < len(word):
            size = next(
                (n for n in range(min(self.longest, len(word) - at), 0, -1) if word[at : at + n] in self.tokens), 0
            )
            if not size:
                return None
            parts.append(word[at : at + size])
            at += size
        return parts

    def _read(self, cut: Sequence[str]) -> _Read:
        read = _Read()
        bare = []
        for part in cut:
            token = self.tokens[part]
            read.waits = read.waits or token.waits
            if token.denies:
                # 是(已停发): which of the two?
                read.contradicts = read.contradicts or read.affirmed
                read.denied.append(read.said)
            elif token.affirms:
                read.affirmed = read.affirmed or not read.denied
                continue
            elif not (token.name or token.kind is not None or token.level or token.degree or token.bare):
                continue
            read.said += 1
            read.name = read.name or token.name
            read.kinds += [token.kind] if token.kind else []
            read.levels += [token.level] if token.level else []
            read.degrees += [token.degree] if token.degree else []
            bare += [token.bare] if token.bare and not (token.level or token.kind) else []
        if read.name or read.kinds:
            read.levels += bare
        elif bare:
            read.contradicts = True
        return read

    def _denied(self, read: _Read) -> Answer:
        """Denied at the beginning or the end (非低保户, 低保已停发); elsewhere, or twice over, it asks."""
        ends = all(at in (0, read.said - 1) for at in read.denied)
        twice = any(later - at == 1 for at, later in zip(read.denied, read.denied[1:], strict=False))
        return NO if ends and not twice else ASKS

    def _facts(self, read: _Read) -> tuple[tuple[str, str], ...]:
        facts = []
        kinds = list(dict.fromkeys(read.kinds))
        if kinds:
            # Of disability, two kinds are the kind “several”.
            facts.append(("kind", "7" if self.code == "disabled" and len(kinds) > 1 else "、".join(kinds)))
        if read.degrees and not read.levels:
            facts.append(("degree", read.degrees[0]))
        return tuple(facts)


def _general(word: str) -> Answer | None:
    """The words that mean the same in every column."""
    if word in _plain("yes"):
        return YES
    if word in _plain("no"):
        return NO
    if not word or word in _plain("silent"):
        return NOTHING
    return ASKS if word in _plain("waits") else None


def _ticked(word: str) -> bool | None:
    """是☑ 否□: whether 是 is ticked; None where it is no such cell, or both or none are."""
    found = _BOX_FIRST.fullmatch(word)
    pairs = [(found[2], found[1]), (found[4], found[3])] if found else []
    if not found and (found := _BOX_LAST.fullmatch(word)):
        pairs = [(found[1], found[2]), (found[3], found[4])]
    ticked = [label for label, box in pairs if _BOXES[box]]
    return ticked[0] in ("是", "有") if len(ticked) == 1 else None


class Listed(NamedTuple):
    """What a cell that lists groups says: groups, the words in it that ask, and whether a restricted one is named."""

    groups: tuple[Belongs, ...] = ()
    asks: tuple[str, ...] = ()
    restricted: bool = False


class Lists:
    """Reads cells that name special groups: 低保、残疾二级.

    Computed groups are left out, nobody types them. A cell that names one group and denies another (非低保、残疾) asks
    as a whole: nobody knows how far the denial reaches.
    """

    def __init__(self, groups: Mapping[str, Group], computed: Collection[str], restricted: Collection[str]) -> None:
        self.groups, self.computed = groups, frozenset(computed)
        self.restricted = tuple(sorted((key(word) for word in restricted if len(word) > 1), key=len, reverse=True))

    def read(self, text: str, saved: Mapping[str, str]) -> Listed:
        """What a cell says; `saved` is what the community has said of such words (word → codes)."""
        word = key(text)
        if word in saved:
            return Listed(tuple(Belongs(code) for code in saved[word].split()))
        general = _general(word)
        if general in (NO, NOTHING):
            return Listed()
        parts = [part for part in (key(part) for part in SEPARATORS.split(fold(text))) if part]
        found, asks, denied = {}, [], False
        for part in parts:
            if any(one in part for one in self.restricted):
                return Listed(restricted=True)
            answer, code = (YES, "") if part in saved else self._part(part)
            if part in saved:
                found.update({code: Belongs(code) for code in saved[part].split()})
            elif answer.says == "asks":
                asks.append(part)
            elif answer.says == "no":
                denied = True
            elif code and code not in self.computed:
                found[code] = Belongs(code, answer.level, answer.facts)
        dangles = any(part in _plain("negations") or part in _plain("waits") for part in parts)
        if (denied and (found or asks)) or (dangles and len(parts) > 1):
            return Listed(asks=(word[:LONGEST],))
        return Listed(tuple(found.values()), tuple(dict.fromkeys(asks)))

    def _part(self, part: str) -> tuple[Answer, str]:
        """The answer of one part, and the one group that it is about."""
        for code, group in self.groups.items():
            if part in group.names:
                others = [one for one, other in self.groups.items() if one != code and part in other.names]
                return (ASKS, "") if others else (group.composed(part), code)
        sure = []
        for code, group in self.groups.items():
            if group.identifies(part):
                answer = group.composed(part)
                if answer.says in ("yes", "no"):
                    sure.append((answer, code))
        return sure[0] if len(sure) == 1 else (ASKS, "")

    def named(self, text: str) -> list[str]:
        """The groups whose names stand anywhere in a cell: what a page suggests, never what is entered by itself."""
        word = key(text)
        found = {
            code: max((len(name) for name in group.names if name in word), default=0)
            for code, group in self.groups.items()
        }
        return [code for code, size in sorted(found.items(), key=lambda one: -one[1]) if size]
