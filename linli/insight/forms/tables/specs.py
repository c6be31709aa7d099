"""What a cell of a table of figures counts: the words of its row and of its column, put together. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import Any, Final

from linli.lib.chinese import fold

PEOPLE, HOUSEHOLDS, CASES, BIRTHS, DEATHS = "people", "households", "cases", "births", "deaths"


@dataclass(frozen=True)
class Spec:
    """What is counted; an empty field asks nothing. Ages are completed years, both included; `months` of the year.

    `measure` "" stands for what the other heading says, or else for people.
    """

    measure: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    kind: str = ""
    tag: str = ""
    area: str = ""
    months: tuple[int, ...] = ()
    case_class: str = ""

    def __and__(self, other: "Spec") -> "Spec | None":
        """Both at once; None where they contradict each other."""
        joined = self
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if theirs in ("", None, ()) or mine == theirs:
                continue
            if mine in ("", None, ()):
                joined = replace(joined, **{one.name: theirs})
            elif one.name == "age_from":
                joined = replace(joined, age_from=max(mine, theirs))
            elif one.name == "age_to":
                joined = replace(joined, age_to=min(mine, theirs))
            elif one.name == "area" and (mine.startswith(theirs) or theirs.startswith(mine)):
                joined = replace(joined, area=max(mine, theirs, key=len))
            else:
                return None
        low, high = joined.age_from, joined.age_to
        return None if low is not None and high is not None and low > high else joined

    @property
    def is_of_people(self) -> bool:
        """Whether it asks for something that only people have."""
        return bool(self.sex or self.kind or self.tag) or self.age_from is not None or self.age_to is not None


_ENDING: Final = re.compile(
    r"(?:老年人数|老人数|\(?[人户件名个]\)?|人数|人口|人口数|人员|老人|老年人|对象|儿童|数量|数|件数|类)$"
)
_BETWEEN: Final = re.compile(r"([0-9]{1,3})(?:周?岁)?[-—–―－~～至到]+([0-9]{1,3})(?:周)?岁?(?:人口)?")
_FROM: Final = re.compile(
    r"([0-9]{1,3})(?:周)?岁(?:\(含\))?(?:及其?)?以上(?:老年人|老人|人口|人数)?|([0-9]{1,3})\+|≥([0-9]{1,3})(?:周?岁)?"
)
_TO: Final = re.compile(r"([0-9]{1,3})(?:周)?岁(?:\(含\))?及以下(?:人口|人数)?")
#: “16岁以下” alone is no answer: the law counts the number in, offices mostly do not.
_BELOW: Final = re.compile(r"(?:不满|未满|<)([0-9]{1,3})(?:周)?岁?(?:人口|人数)?")
_MONTH: Final = re.compile(r"(?:20[0-9]{2}年)?(1[0-2]|0?[1-9])月(?:份)?")
_QUARTER: Final = re.compile(r"第?([一二三四1-4])季度")
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_FILLING: Final = re.compile(r"[\s:：、*＊]+|^其中|^[（(][一二三四五六七八九十0-9]+[)）]|[（(][人户件名个][)）]$")


def parse(heading: str) -> Spec | None:
    """What one heading asks for; None for one that means something else, or nothing that is held."""
    text = _FILLING.sub("", fold(heading).replace(" ", ""))
    if not text:
        return Spec()
    found = _measure(text) or _age(text) or _time(text) or _named(text)
    return Spec() if found is None and text in _words()["whole"] else found


def parse_path(path: Sequence[str]) -> Spec | None:
    """What a heading under its groups asks for: all of them together."""
    found: Spec | None = Spec()
    for part in path:
        one = parse(part)
        if one is None or found is None:
            return None
        found = found & one
    return found


@cache
def _words() -> Mapping[str, Any]:
    text = (resources.files("linli.insight.forms") / "data" / "figures.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _measure(text: str) -> Spec | None:
    measures: Mapping[str, Sequence[str]] = _words()["measures"]
    return next((Spec(measure=measure) for measure, words in measures.items() if text in words), None)


def _age(text: str) -> Spec | None:
    if hit := _BETWEEN.fullmatch(text):
        low, high = int(hit[1]), int(hit[2])
        return Spec(age_from=low, age_to=high) if low <= high else None
    if hit := _FROM.fullmatch(text):
        return Spec(age_from=int(hit[1] or hit[2] or hit[3]))
    if hit := _TO.fullmatch(text):
        return Spec(age_to=int(hit[1]))
    if hit := _BELOW.fullmatch(text):
        return Spec(age_to=int(hit[1]) - 1)
    return None


def _time(text: str) -> Spec | None:
    if hit := _MONTH.fullmatch(text):
        return Spec(months=(int(hit[1]),))
    if hit := _QUARTER.fullmatch(text):
        last = 3 * (_QUARTERS.get(hit[1]) or int(hit[1]))
        return Spec(months=(last - 2, last - 1, last))
    return None


def _named(text: str) -> Spec | None:
    bare = _ENDING.sub("", text)
    for word in (text, bare, _ENDING.sub("", bare)):
        if word in ("男", "男性"):
            return Spec(sex="1")
        if word in ("女", "女性"):
            return Spec(sex="2")
        if word in _words()["kinds"]:
            return Spec(kind=_words()["kinds"][word])
        if word in _words()["tags"]:
            # “低保户数” counts households in a group: told by nothing that is kept as such.
            return None if text.endswith(("户", "户数", "家庭", "家庭数")) else Spec(tag=_words()["tags"][word])
        if word in _words()["classes"]:
            return Spec(measure=CASES, case_class=_words()["classes"][word])
    return None
