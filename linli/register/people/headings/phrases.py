"""One heading by itself: of whom it speaks, what it asks, which side of it, and whether it asks the opposite."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from rapidfuzz import fuzz

from linli.lib.chinese import fold
from linli.register.people.headings import tokens as cutting
from linli.register.people.headings.tokens import Token, tokens
from linli.register.people.headings.words import (
    BY_NAME,
    BY_SUBJECT,
    PARTICLES,
    SELF,
    UNKNOWN,
    is_group,
    plain,
    whole_words,
)

Why = Literal["", "name", "group", "beside", "like", "content"]
SURE: Final = 100
#: A likeness below this is no likeness.
LEAST_LIKE: Final = 84
MEMBER, FORMER = "member", "former"
#: What somebody stands behind: of an unknown possessor, such a column is asked about, never taken.
POSSESSED: Final = frozenset(
    {
        *("name", "identity", "identity_kind", "phone", "other_phone", "sex", "born", "age", "relation", "address"),
        *("registered_address", "workplace", "employment", "education", "political", "marital", "ethnic"),
    }
)
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_RELATION = re.compile(r"(?P<whose>.*?)(?:与|和|同|跟|系)(?P<other>.+?)(?:的|之|是何|何)?(?:关系|何关系)")
#: A heading that only names somebody, and these words after it, asks for the name.
_NAMES: Final = frozenset({"名称", "全称", "名"})
#: What may follow any field that has a number.
_NUMBERS: Final = frozenset({"编号", "号", "证号码"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a heading says by itself. `subject` is "" where it names nobody, "unknown" where it names a stranger.

    `aspect` is the side of a special group that it asks for: member, kind, level, certificate, since, amount …
    `towards`: it asks what somebody is to the person of the row, so that somebody else must stand beside it.
    """

    subject: str = ""
    field: str = ""
    aspect: str = ""
    opposite: bool = False
    why: Why = ""
    score: int = 0
    sure: bool = True
    towards: bool = False


@cache
def phrase(name: str) -> Phrase:
    """Read one heading (without its groups)."""
    if (known := _known(plain(name))) is not None:
        return known
    remarks = [plain(remark) for remark in _BRACKETS.findall(fold(name))]
    outside = plain(_BRACKETS.sub("", fold(name))) if remarks else plain(name)
    found = _known(outside) or _read(outside)
    if not outside and remarks:
        return _known(remarks[0]) or _read(remarks[0])
    for remark in remarks:
        found = _with_remark(found, remark)
    return found


def _known(key: str) -> Phrase | None:
    """A heading that is one of the synonyms, asked as a question or not."""
    words = whole_words()
    whole = words.get(key)
    if whole is None:
        asked = (key.replace(question, "", 1) for question in PARTICLES["questions"] if question in key)
        whole = next((words[rest] for rest in asked if rest in words and BY_NAME[words[rest][0]].kind != "held"), None)
        if whole is None or not _is_yes_or_no(whole[0]):
            return None
    field, opposite = whole
    subject = SELF if field == "relation" and "户主" in key else ""
    return Phrase(subject, field, MEMBER if is_group(field) else "", opposite, "name", SURE)


def _is_yes_or_no(field: str) -> bool:
    return is_group(field) or field == "match"


def _with_remark(found: Phrase, remark: str) -> Phrase:
    """What stands in brackets after a heading names somebody (监护人), narrows an address (户籍), or says nothing."""
    said = _known(remark) or _read(remark)
    if said.field == "registered_address" and found.field == "address":
        return replace(found, field=said.field)
    named = said.subject if not said.field or _only_names(remark) else ""
    if not named or named == found.subject:
        return found
    if found.subject in ("", SELF):
        return replace(found, subject=named, sure=found.sure and named != UNKNOWN)
    return found if named == SELF else replace(found, subject=UNKNOWN, sure=False)


def _only_names(key: str) -> bool:
    return all(token.can_be(cutting.SUBJECT) or token.can_be(cutting.OR) for token in tokens(key))


def _read(key: str) -> Phrase:
    if not key or len(key) > 40:
        return Phrase()
    return _relation(key) or _Sentence(tokens(key)).phrase()


def _relation(key: str) -> Phrase | None:
    """与户主关系, 监护人与被监护人关系: what somebody is to somebody."""
    match = _RELATION.fullmatch(key)
    if match is None:
        return None
    whose, other = (_Sentence(tokens(match[part])).whom() if match[part] else "" for part in ("whose", "other"))
    if whose in ("", SELF) and other == "head":
        return Phrase(SELF, "relation", "", False, "name", SURE)
    if whose in ("", SELF) and (other == SELF or (other in BY_SUBJECT and BY_SUBJECT[other].instead)):
        return Phrase("", "relation", "", False, "name", SURE - 10, sure=other != SELF, towards=True)
    if whose in ("", SELF):
        return Phrase(other or UNKNOWN, "relation", "", False, "name", SURE - 10, sure=False)
    return Phrase(whose, "relation", "", False, "name", SURE, sure=whose != UNKNOWN)


class _Sentence:
    """The words of one heading, and what each of them is in it."""

    def __init__(self, words: Sequence[Token]) -> None:
        self.words = words
        self.roles: list[tuple[str, str]] = []
        for at in range(len(words)):
            self.roles.append(self._role(at))

    def _role(self, at: int) -> tuple[str, str]:
        """What one word is here: many can be two things, and those beside them tell which."""
        word = self.words[at]
        after_group = any(what == cutting.FIELD and _of_groups(which) for what, which in self.roles)
        person_later = any(
            later.can_be(cutting.FIELD) and not _of_groups(later.means[cutting.FIELD]) for later in self.words[at + 1 :]
        )
        for what, holds in (
            (cutting.OPPOSITE, True),
            (cutting.ASPECT, after_group),
            (cutting.SUFFIX, after_group and not person_later),
            (cutting.SUBJECT, not word.can_be(cutting.FIELD) or person_later),
            (cutting.FIELD, True),
        ):
            if holds and word.can_be(what):
                return what, word.means[what]
        return next(iter(word.means.items()))

    def _all(self, what: str) -> list[str]:
        return list(dict.fromkeys(which for role, which in self.roles if role == what))

    def _has(self, what: str) -> bool:
        return any(role == what for role, _which in self.roles)

    def whom(self) -> str:
        """Of whom the words speak; "" of nobody."""
        named = self._all(cutting.SUBJECT)
        others = [name for name in named if name != SELF]
        if len(others) > 1 or (others and len(named) > 1 and self._has(cutting.OR)):
            return UNKNOWN
        return others[0] if others else (SELF if named else "")

    def phrase(self) -> Phrase:
        """What the heading says."""
        fields = [which for role, which in self.roles if role in (cutting.FIELD, cutting.OPPOSITE)]
        people = [field for field in fields if not _of_groups(field)]
        subject = self.whom()
        if people and len(people) < len(fields):
            # 低保户姓名: the group says only who is meant.
            fields, subject = people, subject or SELF
        fields = list(dict.fromkeys(fields))
        if not fields:
            return self._without_field(subject)
        if len(fields) > 1:
            return self._of_several(subject, fields)
        return self._of_one(subject, fields[0])

    def _without_field(self, subject: str) -> Phrase:
        strange = "".join(which for role, which in self.roles if role == cutting.STRANGE)
        if self._has(cutting.QUESTION) or self._has(cutting.NEGATION) or self._has(cutting.ASPECT):
            return Phrase(subject, aspect=next(iter(self._all(cutting.ASPECT)), ""))
        if not strange and subject and subject != UNKNOWN:
            return self._bare(subject)
        if strange in _NAMES and subject:
            return Phrase(subject, "name", "", False, "name", SURE)
        alike = like(strange if subject else "".join(word.text for word in self.words))
        if alike is None:
            return Phrase(subject)
        return Phrase(subject, alike[0], MEMBER if is_group(alike[0]) else "", False, "like", alike[1])

    def _bare(self, subject: str) -> Phrase:
        """A heading that only names somebody: 户主, 监护人, 申请人; or says nothing more than 老人."""
        pairs = zip(self.words, self.roles, strict=True)
        said = "".join(word.text for word, (role, _which) in pairs if role == cutting.SUBJECT)
        suffix = self._all(cutting.SUFFIX)
        if suffix and not set(suffix) & _NAMES:
            return Phrase(subject, sure=False)
        is_name = bool(suffix) or said in BY_SUBJECT[subject].bare
        return Phrase(subject, "name" if is_name else "", "", False, "name" if is_name else "", SURE if is_name else 0)

    def _of_several(self, subject: str, fields: Sequence[str]) -> Phrase:
        """单位电话 is not one's own phone; 姓名及电话 is two things in one cell."""
        last = fields[-1]
        if self._has(cutting.OR) or last not in POSSESSED:
            return Phrase(subject, sure=False)
        return Phrase(subject if subject not in ("", SELF) else UNKNOWN, last, "", False, "like", 50, sure=False)

    def _of_one(self, subject: str, field: str) -> Phrase:
        at = max(place for place, (role, _which) in enumerate(self.roles) if role in (cutting.FIELD, cutting.OPPOSITE))
        before, after = self._strange(0, at), self._strange(at + 1, len(self.roles))
        aspect = next((which for role, which in self.roles[at + 1 :] if role == cutting.ASPECT), "")
        if after and not after.isdigit():
            return Phrase(subject)
        if _of_groups(field):
            return self._of_group(subject, field, aspect, bool(before))
        if aspect and not (self._numbered(at) and field != "name"):
            return Phrase(subject)
        negated = self._has(cutting.NEGATION)
        if _is_yes_or_no(field):
            opposite = self._has(cutting.OPPOSITE) is not self._is_negated()
            return Phrase(subject, field, "", opposite, "name", SURE - 5)
        if negated or self._has(cutting.QUESTION):
            return Phrase(subject)
        if before:
            return self._of_stranger(subject, field)
        # What else stands there changes nothing: 现居住详细地址.
        return Phrase(subject, field, "", False, "name" if subject else "like", SURE - 5, sure=subject != UNKNOWN)

    def _of_stranger(self, subject: str, field: str) -> Phrase:
        """A possessor that nobody knows, 邻居电话: never the person's own."""
        if subject not in ("", SELF, UNKNOWN):
            return Phrase(subject, field, "", False, "like", SURE - 15)
        if field not in POSSESSED:
            return Phrase()
        return Phrase(UNKNOWN, field, "", False, "like", 50, sure=False)

    def _of_group(self, subject: str, field: str, aspect: str, strange: bool) -> Phrase:
        if strange:
            return Phrase(subject)
        if self._has(cutting.PAST):
            aspect = FORMER
        if field == "tags":
            return Phrase(subject, field, "", False, "like", SURE - 5) if not self._is_negated() else Phrase(subject)
        return Phrase(subject, field, aspect or MEMBER, self._is_negated(), "name", SURE - 5)

    def _is_negated(self) -> bool:
        return sum(1 for role, _which in self.roles if role == cutting.NEGATION) % 2 == 1

    def _numbered(self, at: int) -> bool:
        return all(word.text in _NUMBERS for word in self.words[at + 1 :] if word.can_be(cutting.ASPECT))

    def _strange(self, start: int, end: int) -> str:
        return "".join(which for role, which in self.roles[start:end] if role == cutting.STRANGE)


def _of_groups(field: str) -> bool:
    return is_group(field) or field == "tags"


@cache
def like(key: str) -> tuple[str, int] | None:
    """The field whose name a heading is almost, and how much (of 100); None where it is like none.

    It must begin as that name does: what stands before it is a possessor, and that is no likeness.
    """
    if not 3 <= len(key) <= 30:
        return None
    best, score = "", 0.0
    for word, (field, opposite) in whole_words().items():
        if len(word) < 3 or word[0] != key[0] or opposite or BY_NAME[field].kind == "held":
            continue
        likeness = fuzz.ratio(key, word)
        if likeness > score:
            best, score = field, likeness
    return (best, min(round(score), 99)) if score >= LEAST_LIKE else None


@cache
def group(name: str) -> Phrase:
    """Read the heading of a group of columns: of whom all of it speaks, or of which field. Never of a name.

    `sure` is False for words that may be a possessor whom nobody knows: 邻居, 结对单位.
    """
    found = phrase(name)
    key = plain(name)
    for tail in sorted(PARTICLES["tails"], key=len, reverse=True):
        if not found.subject and not found.field and key.endswith(tail) and key != tail:
            found = phrase(key.removesuffix(tail))
    if found.subject == UNKNOWN:
        return Phrase(UNKNOWN, sure=False)
    if found.subject == SELF and any(token.can_be(cutting.STRANGE) for token in tokens(key)):
        return Phrase(sure=False)
    if found.subject:
        return Phrase(found.subject)
    if found.field:
        return Phrase(field=found.field, aspect=found.aspect, opposite=found.opposite)
    named = _Sentence(tokens(key)).whom()
    return Phrase(named) if named not in ("", SELF) else Phrase(sure=_is_neutral(key))


@cache
def _is_neutral(key: str) -> bool:
    words = sorted({*map(plain, PARTICLES["groups"]), *PARTICLES["suffixes"]} - {""}, key=len, reverse=True)
    return re.fullmatch("(?:" + "|".join(map(re.escape, words)) + r"|[0-9一二三四五六七八九十])*", key) is not None
