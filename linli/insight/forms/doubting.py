"""What a heading asks that only looks like something held: a part of a number, an earlier address, a second guardian.

A form cannot ask back. What is not exactly what Linli holds stays empty: a wrong cell is worse than an empty one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from linli.lib.chinese import fold
from linli.lib.sheets.headers import plain_name
from linli.register.people.headings import SELF, Heading
from linli.register.people.headings.phrases import phrase

_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_QUESTIONS: Final = ("是否", "是不是", "有无", "有没有")
_HOMES: Final = re.compile(r"家庭|[全本该]户|户$")


@cache
def _data() -> Mapping[str, Any]:
    text = (resources.files("linli.insight.forms") / "data" / "doubts.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def last_part(name: str) -> str:
    """A heading without its groups, in one form for comparing."""
    return plain_name(name.rpartition("/")[2])


def is_question(name: str) -> bool:
    """Whether a heading asks for yes or no."""
    return any(word in last_part(name) for word in _QUESTIONS)


def is_of_home(name: str) -> bool:
    """Whether a heading asks for the household and not for the person: 家庭是否低保, 是否低保户."""
    return bool(_HOMES.search(last_part(name)))


def is_home_group(kind: str) -> bool:
    """Whether a group is one that a household belongs to by any of its members."""
    return kind in _data()["homes"]


def asks_something_else(heading: Heading) -> bool:
    """Whether a heading narrows what is held, or means a time, a part or a person of which nobody can be sure."""
    name = last_part(heading.name)
    if any(word in bracketed for bracketed in _BRACKETS.findall(name) for word in _data()["bracketed"]):
        return True
    if any(name.startswith(word) for word in _data()["leading"]):
        return True
    if any(word in name for word in _data()["fields"].get(heading.field, ())):
        return True
    if heading.aspect not in ("", "member") and is_question(name):
        # Whether somebody has a certificate is asked, and not its number.
        return True
    return heading.subject != SELF and _is_another(fold(heading.name), heading.subject)


def _is_another(name: str, subject: str) -> bool:
    """Whether somebody beside the person is one of several, or is called by what Linli does not keep."""
    name = plain_name(name)
    if subject == "contact" and any(word in name for word in _data()["agents"]):
        return True
    if any(word in name for word in _data()["narrow"]):
        return True
    return any(word in _without_brackets(name) for word in _data()["later"])


def _without_brackets(name: str) -> str:
    return _BRACKETS.sub("", name)


def sex_of_spouse(name: str) -> str:
    """The sex that a heading says a spouse has, by its code; "" where it says none."""
    last = fold(name)
    if any(word in last for word in _data()["wives"]):
        return "2"
    return "1" if any(word in last for word in _data()["husbands"]) and "夫妻" not in last else ""


def strangers_own(headings: Sequence[Heading]) -> frozenset[int]:
    """The places of columns that stand behind somebody nobody knows (介绍人, 联系电话) and may be theirs."""
    people, never = re.compile(_data()["people"]), re.compile(_data()["not_people"])
    found: set[int] = set()
    stranger: Sequence[str] | None = None
    for one in headings:
        *groups, last = [plain_name(part) for part in one.name.split("/")]
        is_person = not one.field and bool(people.search(last)) and not never.search(last)
        if is_person:
            stranger = groups
        elif one.subject == SELF and one.field in _data()["after"] and not phrase(last).subject:
            if stranger is not None and stranger == groups:
                found.add(one.at)
        else:
            stranger = None
    return frozenset(found)
