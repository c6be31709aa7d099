"""What a column of a form asks for: of whom, what, and under which key that is held. Blank where nobody can be sure.

The subject and the attribute come from `register.people.headings`, which serves the import and the ledgers, too. What
the import may ask back, a form cannot: what is not sure is left to people. A wrong cell is worse than an empty one.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

from linli.insight.forms import doubting, rosters
from linli.insight.forms.column import NUMBER, AskedColumn, Level
from linli.insight.forms.rosters import CASE, HOUSEHOLD, PERSON, SLOT, TENANCY
from linli.insight.forms.sources.lines import BY_ATTRIBUTE, OF_OTHERS
from linli.insight.ledgers import definitions
from linli.insight.ledgers.models import Subject
from linli.lib.chinese import fold
from linli.lib.sheets.headers import plain_name
from linli.register.people import headings
from linli.register.people.headings import SELF, UNKNOWN, Heading
from linli.register.people.headings.phrases import group as group_phrase
from linli.register.people.headings.phrases import phrase

#: Never held for a form: a remark is the form's own, and a class of “people” is the sender's.
_OWN: Final = frozenset({"note", "event", "happened_on", "registered_area", "status", "recorded"})
_OWN_NAMES: Final = frozenset(
    ["人员类别", "对象类别", "救助类别", "人群类别", "困难类别", "人员属性", "群体类别", "帮扶类别", "特殊情况", "职业"]
)
#: Words that say a column wants to know more than whether somebody belongs to a group.
_MORE_THAN_YES: Final = ("能力", "评估", "情况", "程度", "健康", "原因", "状况", "档案", "备注", "说明")
#: Groups whose members have lost the child that their forms ask for.
_WITHOUT_CHILDREN: Final = frozenset({"bereaved"})
#: What is read of somebody of the register who stands beside the person of a row.
_OF_OTHERS: Final = frozenset(
    {
        *("name", "identity", "phone", "sex", "born", "age", "ethnic", "address", "registered_address", "relation"),
        *("political", "education", "workplace", "employment", "marital"),
    }
)
#: Where somebody lives: under the heading of another place it is that place's.
_OF_HOME: Final = frozenset({"door", "community", "street"})
_SENSITIVE: Final = frozenset({"identity", "phone", "other_phone", "disabled.certificate", "low_income.account"})
#: Facts of a membership whose heading does not name the group: those of the group that the roster is about.
_OF_ROSTER: Final[Mapping[str, str]] = {
    "fact:monthly": "monthly",
    "fact:account": "account",
    "fact:account_name": "account_name",
    "fact:approved_on": "approved_on",
    "fact:certificate": "certificate",
    "fact:classified": "classified",
    "fact:covered": "covered",
    "fact:from_month": "begins",
    "fact:category": "kind",
    "tag_level": "level",
    "tag_since": "since",
    "tag_review": "review",
}


def columns_of(names: Sequence[str], *, unit: str = PERSON, tag: str = "") -> tuple[AskedColumn, ...]:
    """What each heading asks for (grouped ones joined by “/”); `unit` is what a row is, `tag` the roster's group."""
    if unit == CASE:
        raise ValueError("cases have words of their own")
    read = tuple(
        replace(heading, name=name)
        for heading, name in zip(headings.read([_of_row(name) for name in names]), names, strict=True)
    )
    strange = doubting.strangers_own(read)
    found = tuple(_column(heading, unit, tag, heading.at in strange) for heading in read if heading.name)
    return tuple(_beside(column, {one.key for one in found}) for column in found)


def _of_row(name: str) -> str:
    """妇女姓名, 军人姓名 are whoever the rows are about; what stands behind them is theirs."""
    group, stroke, last = name.rpartition("/")
    known = phrase(last)
    is_own = known.field == "name" and known.subject == UNKNOWN and rosters.is_own_name(name)
    return f"{group}{stroke}姓名" if is_own else name


def _beside(column: AskedColumn, keys: Set[str]) -> AskedColumn:
    """门牌号 is as much of the way to the door as no other column of the form tells."""
    if column.key != "door":
        return column
    key = "door.building"
    if {"entrance", "building"} & keys:
        key = "door.room" if "entrance" in keys else "door.entrance"
    return replace(column, key=key, attribute=key)


def _column(heading: Heading, unit: str, tag: str, is_strange: bool) -> AskedColumn:
    name = heading.name
    if is_strange or SLOT.search(fold(name)):
        return AskedColumn(heading.at, name, "")
    key = _own_key(name, unit)
    if key == "":
        return AskedColumn(heading.at, name, "")
    if key is None:
        subject, attribute = _meant(heading, unit, tag)
    else:
        subject, attribute = SELF, key
    if not attribute or not is_told(subject, attribute):
        return AskedColumn(heading.at, name, "", subject)
    key = attribute if subject == SELF else f"{subject}:{attribute}"
    return AskedColumn(heading.at, name, key, subject, attribute, _level(attribute))


@cache
def _more() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """What a row is ("" for anything) → key → the headings that only forms have for it."""
    text = (resources.files("linli.insight.forms") / "data" / "headings.json").read_text("utf-8")
    found: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(text)["headings"]
    return found


@cache
def _words_of(unit: str) -> Mapping[str, str]:
    return {
        plain_name(word): key
        for rows in (_more()[""], _more().get(unit, {}))
        for key, words in rows.items()
        for word in words
    }


def _own_key(name: str, unit: str) -> str | None:
    """The key of a heading that only forms have; None for all others, "" for what nobody holds."""
    *groups, last = [plain_name(part) for part in name.split("/")]
    words = fold("/".join([*groups, last]))
    if "是否享受" in last or "是否领取" in last:
        for part, key in (("生活补贴", "disabled.living"), ("护理补贴", "disabled.care")):
            if part in words:
                return key
    whole = _words_of(unit)
    if groups and (found := whole.get(words)):
        return found
    if groups and _is_of_somebody(groups):
        return None
    own = whole.get(last)
    # 户籍地/门牌号 is not where they live.
    is_of_another_place = any(_group_field(group) == "registered_address" for group in groups)
    return "" if own in _OF_HOME and is_of_another_place else own


def is_own(name: str) -> bool:
    """Whether a heading is one that only forms have."""
    last = plain_name(name.rpartition("/")[2])
    return any(last in _words_of(unit) for unit in _more())


@cache
def _group_subject(group: str) -> str:
    return headings.read([f"{group}/姓名"])[0].subject


@cache
def _group_field(group: str) -> str:
    return group_phrase(group).field


def _is_of_somebody(groups: Sequence[str]) -> bool:
    return any(_group_subject(group) not in (SELF, "") for group in groups)


def _meant(heading: Heading, unit: str, tag: str) -> tuple[str, str]:
    """(subject, attribute) of a heading; an attribute of "" where nobody can be sure."""
    subject, field = heading.subject or SELF, heading.field
    if doubting.asks_something_else(heading) or (subject == "child" and tag in _WITHOUT_CHILDREN):
        return subject, ""
    if unit == HOUSEHOLD and subject == "head" and (heading.sure or heading.why == "beside"):
        # In a list of households what names nobody is the head's, and the head is the person of the row.
        subject = SELF
    elif not heading.sure or not field:
        return subject, ""
    if unit == TENANCY and subject == SELF and field in _OF_OTHERS - {"address"}:
        subject = "tenant"
    if subject != SELF:
        known = field in _OF_OTHERS and subject in OF_OTHERS and not heading.opposite
        return subject, field if known else ""
    return SELF, _of_self(heading, field, unit, tag)


def _of_self(heading: Heading, field: str, unit: str, tag: str) -> str:
    last = plain_name(heading.name.rpartition("/")[2])
    asks = doubting.is_question(last)
    if field in _OWN or last in _OWN_NAMES:
        return ""
    if field == "serial":
        return NUMBER
    if field.startswith("tag:"):
        return _of_group(heading, field, last, unit)
    if field == "match":
        return "is:apart" if heading.opposite else "is:together" if asks else "match"
    if field == "fact:covered" and unit == HOUSEHOLD:
        return "own.covered"
    if field == "household_size" and unit == HOUSEHOLD:
        return "own.size"
    if field in _OF_ROSTER:
        return f"{tag}.{_OF_ROSTER[field]}" if tag else ""
    if heading.opposite or asks or field.startswith("fact:"):
        return ""
    return field


def _of_group(heading: Heading, field: str, last: str, unit: str) -> str:
    kind = field.removeprefix("tag:")
    is_own = unit != HOUSEHOLD or heading.subject == "head"
    if doubting.is_of_home(heading.name) or not (is_own or heading.aspect not in ("", "member")):
        asked = doubting.is_home_group(kind) and not heading.opposite and heading.aspect in ("", "member")
        return f"home:{kind}" if asked and not any(word in last for word in _MORE_THAN_YES) else ""
    if not is_own and not doubting.is_home_group(kind):
        # Whose certificate it is in a row about a household, nobody says.
        return ""
    if heading.aspect not in ("", "member"):
        return f"{kind}.{heading.aspect}"
    if heading.opposite or any(word in last for word in _MORE_THAN_YES):
        return ""
    return field


def is_told(subject: str, attribute: str) -> bool:
    """Whether anything can tell an attribute: the rows of forms have a reader for it, or the ledgers do."""
    if subject != SELF:
        return attribute in _OF_OTHERS
    is_group = attribute.startswith(("tag:", "home:"))
    return is_group or attribute in BY_ATTRIBUTE or attribute in definitions.fields(Subject.PEOPLE)


def _level(attribute: str) -> Level:
    if attribute in _SENSITIVE:
        return "sensitive"
    known = definitions.fields(Subject.PEOPLE).get(attribute)
    if known is not None:
        return _LEVELS[known.level]
    return "open" if attribute in _OPEN else "personal"


_LEVELS: Final[Mapping[str, Level]] = {"open": "open", "personal": "personal", "sensitive": "sensitive"}
_OPEN: Final = frozenset({NUMBER, "community", "street", "grid", "estate", "building", "own.rental_use", "own.way"})
