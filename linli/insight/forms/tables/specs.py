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
MOVED_IN, MOVED_OUT, CAME, LEFT = "moved_in", "moved_out", "came", "left"
#: What a share is of: of what its row says, or of all people there.
OF_ROW, OF_PEOPLE = "row", "people"
#: Months that only the title of a form tells: the one it is about, and all up to that.
THIS_MONTH, UP_TO_THIS_MONTH = (-1,), (-2,)


@dataclass(frozen=True)
class Spec:
    """What is counted; an empty field asks nothing. Ages are completed years, both included; `months` of the year.

    `measure` "" stands for what the other heading says, or else for people. `share`: not how many, but how many of a
    hundred of what its row says (“row”), or of all people there (“people”).
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
    share: str = ""

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
_COUNTED: Final = re.compile(r"(?:\(?[人个名]\)?|人数|人口数|人口|总数|数)$")
_BETWEEN: Final = re.compile(r"([0-9]{1,3})(?:周?岁)?[-—–―－~～至到]+([0-9]{1,3})(?:周)?岁?(?:人口)?")
_FROM: Final = re.compile(
    r"([0-9]{1,3})(?:周)?岁(?:\(含\))?(?:及其?)?以上(?:老年人|老人|人口|人数)?|([0-9]{1,3})\+|≥([0-9]{1,3})(?:周?岁)?"
)
_TO: Final = re.compile(r"([0-9]{1,3})(?:周)?岁(?:\(含\))?及以下(?:人口|人数)?")
#: “16岁以下” alone is no answer: the law counts the number in, offices mostly do not.
_BELOW: Final = re.compile(r"(?:不满|未满|<)([0-9]{1,3})(?:周)?岁?(?:人口|人数)?")
_MONTH: Final = re.compile(r"(?:20[0-9]{2}年)?(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?")
_MONTHS: Final = {word: at for at, word in enumerate([*"一二三四五六七八九十", "十一", "十二"], start=1)}
_SPANS: Final = {
    **{f"{which}半年": tuple(range(first, first + 6)) for which, first in (("上", 1), ("下", 7))},
    **dict.fromkeys(("全年", "年度"), tuple(range(1, 13))),
    **dict.fromkeys(("本月", "当月", "本月数"), THIS_MONTH),
    **dict.fromkeys(("本年累计", "累计", "累计数", "年累计", "1至本月累计", "1月至本月累计"), UP_TO_THIS_MONTH),
}
_QUARTER: Final = re.compile(r"第?([一二三四1-4])季度")
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_FILLING: Final = re.compile(r"[\s:：、*＊]+|^其中|^[（(][一二三四五六七八九十0-9]+[)）]|[（(][人户件名个][)）]$")


def parse(heading: str) -> Spec | None:
    """What one heading asks for; None for one that means something else, or nothing that is held."""
    text = _FILLING.sub("", fold(heading).replace(" ", ""))
    if not text:
        return Spec()
    found = _measure(text) or _share(text) or _age(text) or _time(text) or _named(text)
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


def _share(text: str) -> Spec | None:
    """65岁以上占比, 占总人口比例, 占比(%)."""
    words = _words()
    bare = text.removesuffix("(%)").removesuffix("%")
    ending = next((word for word in sorted(words["shares"], key=len, reverse=True) if bare.endswith(word)), None)
    whole = next((word for word in words["of_people"] if word in bare), "")
    if whole and (ending or bare.endswith((f"{whole}比", f"{whole}的比"))):
        bare, of = bare.partition(whole)[0], OF_PEOPLE
    elif ending is not None:
        bare, of = bare.removesuffix(ending), OF_ROW
    else:
        return None
    whose = parse(bare) if bare else Spec()
    return replace(whose, share=of) if whose is not None and not whose.share else None


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
    if text in _SPANS:
        return Spec(months=_SPANS[text])
    if hit := _MONTH.fullmatch(text):
        return Spec(months=(_MONTHS.get(hit[1]) or int(hit[1]),))
    if hit := _QUARTER.fullmatch(text):
        last = 3 * (_QUARTERS.get(hit[1]) or int(hit[1]))
        return Spec(months=(last - 2, last - 1, last))
    return None


def _homes(text: str) -> Spec | None:
    """低保户数: the households with somebody in the group."""
    for ending in ("家庭户数", "家庭数", "户数", "家庭", "户"):
        if text.endswith(ending):
            tag = _words()["homes"].get(text.removesuffix(ending))
            return Spec(measure=HOUSEHOLDS, tag=tag) if tag else None
    return None


def _named(text: str) -> Spec | None:
    if homes := _homes(text):
        return homes
    if aged := next(
        (_words()["ages"][word] for word in (text, _COUNTED.sub("", text)) if word in _words()["ages"]), None
    ):
        return Spec(sex=aged[0], age_from=aged[1], age_to=aged[2])
    bare = _ENDING.sub("", text)
    for word in (text, bare, _ENDING.sub("", bare)):
        if word in ("男", "男性"):
            return Spec(sex="1")
        if word in ("女", "女性"):
            return Spec(sex="2")
        if word in _words()["kinds"]:
            return Spec(kind=_words()["kinds"][word])
        if word in _words()["tags"]:
            # Of other groups nobody says that a household belongs to them.
            return None if text.endswith(("户", "户数", "家庭", "家庭数")) else Spec(tag=_words()["tags"][word])
        if word in _words()["classes"]:
            return Spec(measure=CASES, case_class=_words()["classes"][word])
    return None
