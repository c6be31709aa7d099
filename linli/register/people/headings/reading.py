"""All headings of a sheet: of whom each column speaks, told by its heading, its group and the columns beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from linli.register.people.headings import beside, content
from linli.register.people.headings.keys import Meaning, key_of
from linli.register.people.headings.phrases import MEMBER, POSSESSED, SURE, Phrase, Why, group, phrase
from linli.register.people.headings.words import BY_NAME, BY_SUBJECT, SELF, UNKNOWN, is_group, plain, whole_words

#: The one field whose parts are often columns under it.
REGISTERED: Final = "registered_address"
_STROKE = re.compile(r"/(?![^()（）]*[)）])")


@dataclass(frozen=True, slots=True)
class Heading:
    """What one column is.

    `at` is its place (from 0), `subject` of whom it speaks (self, head, guardian …, “unknown” where nobody can tell),
    `field` what it says of them ("" where nobody can tell), `aspect` which side of a special group (member, kind,
    level, certificate, since, amount …), `opposite` whether it asks the opposite of the field, `why` and `score` (0 to
    100) how that is known. Of what is not `sure` people must be asked before anything is read from it.
    """

    at: int
    name: str
    subject: str = SELF
    field: str = ""
    aspect: str = ""
    opposite: bool = False
    why: Why = ""
    score: int = 0
    sure: bool = True

    @property
    def key(self) -> str:
        """The key under which the column is kept (`keys.key_of`); "" for what nobody can tell."""
        return key_of(Meaning(self.subject, self.field, self.aspect, self.opposite))


def is_known(name: str) -> bool:
    """Tell whether a heading is understood by itself: what `find_header` wants to know."""
    if not name:
        return False
    found = phrase(name) if _is_whole(name) else phrase(_parts(name)[-1])
    return bool(found.field) and found.why == "name"


def read(names: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> tuple[Heading, ...]:
    """Read the headings of a sheet, “group/heading” where they stand in groups; `sample`: rows of it.

    One for each column, in their order. Nothing that speaks of somebody else, or of somebody unknown, is `self`.
    """
    columns = [_column(at, name) for at, name in enumerate(names)]
    columns = _stand_ins(columns)
    columns = _strangers(columns)
    columns = beside.told(columns, sample)
    columns = _beside_strangers(_twice(columns))
    return tuple(_heading(column, content.cells(sample, column.at), columns) for column in columns)


def _is_whole(name: str) -> bool:
    return "/" not in name or plain(name) in whole_words()


def _parts(name: str) -> list[str]:
    """The groups of a heading and the heading; a stroke in brackets divides nothing: 人户分离(是/否)."""
    return _STROKE.split(name)


def _column(at: int, name: str) -> beside.Column:
    """A column by its own words and those of its groups."""
    if _is_whole(name):
        return beside.Column(at, name, phrase(name))
    *above, last = _parts(name)
    groups = [group(one) for one in above if one]
    found = _in_groups(phrase(last), groups)
    strange = not found.subject and any(not one.sure for one in groups)
    return beside.Column(at, name, found, tuple(above), strange)


def _in_groups(found: Phrase, groups: Sequence[Phrase]) -> Phrase:
    whose = next((one.subject for one in reversed(groups) if one.subject), "")
    fields = [one for one in groups if one.field]
    if whose:
        return _of_group(found, whose)
    if any(one.field == REGISTERED for one in fields) and found.field not in ("name", "identity", "phone"):
        return Phrase("", REGISTERED, "", False, "group", SURE - 10)
    side = next((one for one in reversed(fields) if is_group(one.field)), None)
    if side is not None and not found.subject and (not found.field or found.field in content.SIDES):
        aspect = found.aspect or content.SIDES.get(found.field, "")
        return replace(side, aspect=aspect, why="group", score=SURE - 10) if aspect else found
    return replace(found, score=max(found.score - 5, 0)) if found.field else found


def _of_group(found: Phrase, whose: str) -> Phrase:
    """A heading under the name of somebody: theirs, unless it names another."""
    if found.subject in ("", whose, SELF):
        sure = found.sure and whose != UNKNOWN and not (found.subject == SELF and whose != SELF and not found.towards)
        sure = sure or (found.towards and whose not in (SELF, UNKNOWN))
        if found.subject == SELF and found.field == "relation":
            # 家庭成员/与户主关系 is what the person is to the head, under whatever group.
            return found
        return replace(found, subject=whose, why="group" if found.field else found.why, sure=sure)
    if whose in (SELF, "contact", "head"):
        return found
    return replace(found, subject=UNKNOWN, sure=False)


def _stand_ins(columns: list[beside.Column]) -> list[beside.Column]:
    """In a list of tenants or applicants that names nobody else, they are the persons of the rows."""
    named = {column.subject for column in columns if column.field == "name"}
    waiting = {column.subject for column in columns if column.subject in BY_SUBJECT}
    instead = {subject for subject in waiting if BY_SUBJECT[subject].instead}
    if {"", SELF} & named:
        return [_applicant(column) for column in columns]
    chosen = next((subject for subject in instead if subject in named), next(iter(sorted(instead)), ""))
    return [column.of(SELF) if chosen and column.subject == chosen else column for column in columns]


def _applicant(column: beside.Column) -> beside.Column:
    """Beside a name of the person, an applicant is somebody of whom nobody knows whether they are the same."""
    return column.of(UNKNOWN, sure=False) if column.subject == "applicant" else column


def _strangers(columns: list[beside.Column]) -> list[beside.Column]:
    """Columns under a group that may be somebody unknown (邻居/电话), where the person is named elsewhere."""
    named = [column for column in columns if column.field == "name" and column.subject in ("", SELF)]
    outside = any(not column.strange for column in named)
    several = len({column.groups for column in named if column.strange}) > 1
    if not outside and not several:
        return columns
    return [
        column.of(UNKNOWN, sure=False) if column.strange and column.field in POSSESSED else column for column in columns
    ]


def _twice(columns: list[beside.Column]) -> list[beside.Column]:
    """A second column of the same thing under another word for the person may be somebody else's: it is asked about."""
    first: dict[str, beside.Column] = {}
    told: list[beside.Column] = []
    for column in sorted(columns, key=lambda one: (one.subject == SELF, one.at)):
        if column.subject in ("", SELF) and column.field in beside.TAKEN and column.phrase.sure:
            other = first.setdefault(column.field, column)
            if other is not column and (other.says_the_same(column) or other.subject != column.subject):
                column = column.of(UNKNOWN, sure=False)
        told.append(column)
    return sorted(told, key=lambda one: one.at)


def _beside_strangers(columns: list[beside.Column]) -> list[beside.Column]:
    """家庭成员/姓名 beside the person's own name is nobody known: so is the relation or phone under that group."""
    names = [column for column in columns if column.field == "name" and column.groups]
    own = {column.groups for column in names if column.subject in ("", SELF)}
    others = {column.groups for column in names if column.subject == UNKNOWN} - own
    return [
        column.of(UNKNOWN, sure=False) if column.groups in others and column.subject in ("", SELF) else column
        for column in columns
    ]


def _heading(column: beside.Column, cells: Sequence[str], columns: Sequence[beside.Column]) -> Heading:
    found = column.phrase
    if not found.field and not found.subject and not found.aspect:
        others = any(one.subject not in ("", SELF) for one in columns)
        guessed = content.guess(column.name, cells)
        if guessed is not None:
            sure = not column.name and not others
            return Heading(column.at, column.name, SELF, guessed[0], "", False, "content", guessed[1], sure)
    subject = found.subject or SELF
    if found.field and BY_NAME[found.field].kind == "held" and subject != SELF:
        return Heading(column.at, column.name, subject, sure=found.sure)
    aspect = found.aspect or (MEMBER if is_group(found.field) else "")
    return Heading(
        column.at, column.name, subject, found.field, aspect, found.opposite, found.why, found.score, found.sure
    )
