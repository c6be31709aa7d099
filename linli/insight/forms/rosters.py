"""Whom a form is about, read from what stands on it: candidates with the words that speak for each. Pure.

A roster is what `Handing.roster` keeps: a mapping of a few plain words.

    tag, kind, sex, age_from, age_to    the people of a group, of a kind of population, of a sex, of an age
    cases_from, cases_to, cases_class   the cases that came in between two days, of one class or of all
    visits_from, visits_to              the visits of a period
    unit                                what a row is: person, household, tenancy, case or visit
    all                                 everybody who lives there, said and not only left open
    none                                people that no register of Linli holds; the form goes out without rows

`none` is no failure: rows of other people would be one.
"""

import json
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.lib.chinese import fold
from linli.register.people import headings

CASES_CLASS: Final = "cases_class"
VISITS_FROM, VISITS_TO = "visits_from", "visits_to"
#: What narrows rows down; the rest of a roster says how it came about.
FILTERS: Final = (
    *("tag", "kind", "sex", "age_from", "age_to"),
    *(CASES_FROM, CASES_TO, CASES_CLASS, VISITS_FROM, VISITS_TO, "unit", "all", "none"),
)
PERSON, HOUSEHOLD, TENANCY, CASE, VISIT = UNITS = ("person", "household", "tenancy", "case", "visit")

#: How much it counts where a word stands: a title says whom, a note only mentions.
_WEIGHTS: Final = {"title": 6, "file": 4, "sheet": 3, "notes": 1}
#: A candidate is sure from this weight on, and with no rival of half of it.
_SURE_FROM: Final = 3
_AGE: Final = re.compile(r"([1-9][0-9]{1,2})(?:周)?岁(?:\(含\)|（含）)?(?:及)?(?:以上|以上的)")
_AGES: Final = re.compile(r"([0-9]{1,2})(?:周?岁)?[-—–~～至到]([0-9]{1,2})(?:周)?岁")
_YOUNGER: Final = re.compile(r"([1-9][0-9]?)(?:周)?岁(?:及)?以下")
_YEAR: Final = re.compile(r"(20[0-9]{2})年")
_MONTH: Final = re.compile(r"(?<![0-9])(1[0-2]|0?[1-9])月")
_QUARTER: Final = re.compile(r"第?([一二三四1-4])季度")
_HALF: Final = re.compile(r"([上下])半年")
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True)
class Said:
    """What stands on a form and around it: the rows above its header, its sheets, its file, its notes, its headings."""

    title: str = ""
    file: str = ""
    sheets: Sequence[str] = ()
    notes: str = ""
    headings: Sequence[str] = ()


@dataclass(frozen=True)
class Candidate:
    """Somebody, or something, that a form may be about; `words` spoke for it; `sure` where nothing spoke against."""

    roster: Mapping[str, str]
    words: tuple[str, ...] = ()
    sure: bool = False


@dataclass
class _Found:
    roster: dict[str, str]
    weight: int = 0
    words: list[str] = field(default_factory=list)
    alone: bool = False


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        (resources.files("linli.insight.forms") / "data" / "rosters.json").read_text("utf-8")
    )
    return found


@cache
def _words() -> Sequence[tuple[str, Mapping[str, str], bool]]:
    """(word, roster, whether it is enough), the longest words first."""
    rows = [(word, one["roster"], one["sure"]) for one in _data()["groups"] for word in one["words"]]
    rows += [(word, {"none": word}, True) for word in _data()["unheld"]]
    return sorted(rows, key=lambda row: -len(row[0]))


def guess(said: Said, today: date) -> list[Candidate]:
    """Whom or what a form is about, the likeliest first; at most four. Empty where nothing on it says."""
    unit = unit_of(said.headings)
    found: dict[tuple[tuple[str, str], ...], _Found] = {}
    for text, where in _texts(said):
        for word, roster, is_enough in _named(text, today):
            one = found.setdefault(tuple(sorted(roster.items())), _Found(dict(roster)))
            one.weight += _WEIGHTS[where]
            one.alone |= is_enough
            if word not in one.words:
                one.words.append(word)
    if unit in (TENANCY, VISIT):
        found = _of_unit(found, unit)
    ranked = sorted(_merged(list(found.values())), key=lambda one: -one.weight)[:4]
    return [_candidate(one, ranked, unit, said, today) for one in ranked]


def _of_unit(found: dict[tuple[tuple[str, str], ...], _Found], unit: str) -> dict[tuple[tuple[str, str], ...], _Found]:
    """What the headings say beyond doubt: rows are tenancies or visits. Visits may be those to one group of people."""
    mark = "visits" if unit == VISIT else "unit"
    mine = next((one for one in found.values() if mark in one.roster), _Found({mark: "all"}, _SURE_FROM))
    if unit == TENANCY:
        mine.roster = {"unit": TENANCY}
    mine.alone, mine.weight = True, max(mine.weight, _SURE_FROM)
    others = {key: one for key, one in found.items() if one is not mine and mark not in one.roster}
    groups = [key for key, one in others.items() if "tag" in one.roster]
    if unit == VISIT and len(groups) == 1:
        group = others.pop(groups[0])
        mine.roster, mine.words = {**mine.roster, "tag": group.roster["tag"]}, [*mine.words, *group.words]
    elif unit == TENANCY:
        others = {key: one for key, one in others.items() if "none" in one.roster}
    return {(): mine, **others}


def _merged(found: list[_Found]) -> list[_Found]:
    """Without those that only say less than another: “老年人” beside “80周岁以上”, everybody beside anybody."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (_is_general(one), -len(one.roster))):
        other = next((other for other in kept if other.weight >= _SURE_FROM and _says_less(one, other)), None)
        if other is None:
            kept.append(one)
            continue
        other.weight += one.weight
        other.alone |= one.alone
        other.words += [word for word in one.words if word not in other.words]
    return kept


def _is_general(one: _Found) -> int:
    """How little somebody's age says: an age that is written out, 高龄, old people; and everybody at last."""
    if "all" in one.roster:
        return 3
    if one.roster == {"tag": "aged"}:
        return 1
    is_age = set(one.roster) <= {"age_from", "age_to"} and bool(one.roster)
    return 2 if is_age and not any(_AGE.search(word) or _AGES.search(word) for word in one.words) else 0


def _says_less(one: _Found, other: _Found) -> bool:
    if "none" in other.roster:
        # 志愿服务队志愿者: of neither does anybody hold a list.
        return "none" in one.roster
    is_part = one.roster.items() <= other.roster.items()
    ages = {"age_from", "age_to"}
    is_older = _is_general(one) in (1, 2) and (bool(ages & other.roster.keys()) or other.roster == {"tag": "aged"})
    return is_part or is_older or "all" in one.roster


def _candidate(one: _Found, ranked: Sequence[_Found], unit: str, said: Said, today: date) -> Candidate:
    roster = _with_period(one.roster, said, today)
    if unit == HOUSEHOLD and not {"unit", "none", CASES_FROM, VISITS_FROM} & roster.keys():
        roster["unit"] = HOUSEHOLD
    rival = max((other.weight for other in ranked if other is not one), default=0)
    sure = one.alone and one.weight >= _SURE_FROM and 2 * rival < one.weight
    return Candidate(roster, tuple(one.words), sure)


def _texts(said: Said) -> Iterable[tuple[str, str]]:
    yield fold(said.title), "title"
    yield fold(said.file), "file"
    for name in said.sheets:
        yield fold(name), "sheet"
    yield fold(said.notes), "notes"


def _named(text: str, today: date) -> list[tuple[str, Mapping[str, str], bool]]:
    """The words of a text that name somebody, the longest first, none inside another; and an age that it says."""
    found: list[tuple[str, Mapping[str, str], bool]] = []
    left = text.replace(" ", "")
    for word, roster, is_enough in _words():
        if word in left:
            found.append((word, roster, is_enough))
            left = left.replace(word, "\n")
    aged = _aged(left)
    if aged is None:
        return found
    word, ages = aged
    # “60周岁以上老年人” is one thing: the age, said twice. “60岁以上独居老人” is those alone who are so old.
    general = [one for one in found if set(one[1]) <= {"age_from", "age_to"} or one[1] == {"tag": "aged"}]
    others = [one for one in found if one not in general]
    if not others:
        return [(word, ages, True)]
    return [(said, {**roster, **ages} if "none" not in roster else roster, sure) for said, roster, sure in others]


def _aged(text: str) -> tuple[str, dict[str, str]] | None:
    if hit := _AGES.search(text):
        return hit[0], {"age_from": str(int(hit[1])), "age_to": str(int(hit[2]))}
    if hit := _AGE.search(text):
        return hit[0], {"age_from": str(int(hit[1]))}
    if hit := _YOUNGER.search(text):
        return hit[0], {"age_to": str(int(hit[1]))}
    return None


def _with_period(roster: Mapping[str, str], said: Said, today: date) -> dict[str, str]:
    """The roster with its days: those that the form names, or else the year so far."""
    found = dict(roster)
    which = found.pop("cases", "")
    if which:
        first, last = period(f"{said.title} {said.file}", today)
        found |= {CASES_FROM: f"{first}", CASES_TO: f"{last}"} | ({} if which == "all" else {CASES_CLASS: which})
    if found.pop("visits", ""):
        found |= _visits(said, today)
    return found


def cases_of(said: Said, today: date) -> dict[str, str]:
    """All cases of the days that a form names."""
    return _with_period({"cases": "all"}, said, today)


def _visits(said: Said, today: date) -> dict[str, str]:
    first, last = period(f"{said.title} {said.file}", today)
    return {VISITS_FROM: f"{first}", VISITS_TO: f"{last}", "unit": VISIT}


def period(text: str, today: date) -> tuple[date, date]:
    """The days that a title names: a year, a half, a quarter, a month of it; else the year of `today`."""
    text = fold(text).replace(" ", "")
    year = int(hit[1]) if (hit := _YEAR.search(text)) else today.year
    if hit := _QUARTER.search(text):
        month = 3 * _QUARTERS[hit[1]]
        return _span(year, month - 2, month)
    if hit := _HALF.search(text):
        return _span(year, 1, 6) if hit[1] == "上" else _span(year, 7, 12)
    if hit := _MONTH.search(text):
        return _span(year, int(hit[1]), int(hit[1]))
    return _span(year, 1, 12)


def _span(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


#: What headings say of a row: the first line of which one occurs, and none of the second does.
_MEMBERS: Final = ("与户主关系", "与户主的关系", "户主关系", "成员姓名", "家庭成员姓名", "家庭成员")
_TENANTS: Final = ("承租人", "租户", "租客", "出租房", "租赁", "承租方")
#: One place of several for members of a household: such a row is the household.
SLOT: Final = re.compile(r"(?:成员|子女|人员|家属)[（(]?[0-9一二三四五六]")
_VISITED: Final = ("被走访", "走访人", "走访时间", "走访日期", "探访人", "探访时间", "探访日期", "探访方式", "走访方式")
_OWN_NAMES: Final = frozenset({"姓名", "人员姓名", "居民姓名", "老人姓名", "残疾人姓名", "本人姓名", "对象姓名"})


def unit_of(headings: Sequence[str]) -> str:
    """What a row of a form is, by its headings: a person, a household, a tenancy or a visit."""
    names = [name for one in headings if not SLOT.search(name := fold(one).replace(" ", ""))]
    if any(word in name for name in names for word in _MEMBERS):
        return PERSON
    if any(word in name for name in names for word in _VISITED):
        return VISIT
    if any(word in name for name in names for word in _TENANTS):
        return TENANCY
    is_headed = any(name.startswith("户主") or "/户主" in name for name in names)
    return HOUSEHOLD if is_headed and not any(is_own_name(name) for name in names) else PERSON


def is_own_name(name: str) -> bool:
    """Whether a heading is the name of whom the rows are about: 姓名, 儿童姓名, 残疾人姓名, 妇女姓名."""
    last = fold(name).replace(" ", "").split("/")[-1]
    if "/" in name and headings.read([name])[0].subject not in (headings.SELF, headings.UNKNOWN):
        return False
    if last in _OWN_NAMES:
        return True
    whose = last.removesuffix("姓名")
    if whose == last or not whose:
        return False
    return any(
        whose == word or (len(whose) > 1 and word.endswith(whose))
        for word, roster, _enough in _words()
        if "none" not in roster and "unit" not in roster
    )
