"""Whose a column is that names nobody, beside one that does: 监护人姓名, 联系电话."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from linli.lib import citizen_id
from linli.lib.days import read_day
from linli.register.people.headings.phrases import Phrase, Why
from linli.register.people.headings.tokens import QUESTION, STRANGE, tokens
from linli.register.people.headings.words import SELF, UNKNOWN, plain

#: What of somebody stands right after their name.
NEXT: Final = frozenset(
    {
        *("identity", "identity_kind", "phone", "other_phone", "relation", "sex", "born", "age", "address"),
        *("workplace", "employment"),
    }
)
#: What one person alone has: not the door, which a whole household has.
_OF_ONE: Final = frozenset({"identity", "identity_kind", "phone", "other_phone", "sex", "born", "age"})
#: What nobody may take from another: of these a second column is asked about.
TAKEN: Final = frozenset({"name", "identity", "phone"})
#: How words for a person end, whatever stands before.
_PERSONS: Final = (
    *"人员者师警友户亲",
    *("医生", "干部", "邻居", "同事", "代表", "单位", "亲属", "家属", "主任"),
    *("校长", "院长", "所长", "站长", "班长", "队长", "组长", "会长"),
)
#: How many rows must tell whose a number is, and what share of them must agree.
_LEAST_ROWS: Final = 3
_LEAST_SHARE: Final = 0.9
_MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A heading with its groups. `strange`: they may name somebody whom nobody knows."""

    at: int
    name: str
    phrase: Phrase
    groups: tuple[str, ...] = ()
    strange: bool = False

    @property
    def subject(self) -> str:
        """Of whom it speaks; "" where nothing says so."""
        return self.phrase.subject

    @property
    def field(self) -> str:
        """What it asks."""
        return self.phrase.field

    def of(self, subject: str, *, why: Why | None = None, sure: bool = True) -> "Column":
        """The same column, of somebody."""
        phrase = replace(self.phrase, subject=subject, sure=sure and self.phrase.sure, why=why or self.phrase.why)
        return replace(self, phrase=phrase)

    def says_the_same(self, other: "Column") -> bool:
        """Tell whether both have the same heading, whatever their groups."""
        return plain(self.name.rpartition("/")[2]) == plain(other.name.rpartition("/")[2])


def told(columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> list[Column]:
    """Columns right after the name of somebody else: whose they are, or that nobody can tell.

    Another's are those of which the person has one of their own elsewhere, and phones and relations; a number that
    nobody else has may be either's. All of them are asked about, but where the rows tell whose it is.
    """
    found: list[Column] = []
    owner = ""
    for column in columns:
        owner = _owner(column, found[-1] if found else None, owner)
        found.append(_of_owner(column, owner, columns, sample) if owner and not column.subject else column)
    return found


def _owner(column: Column, before: Column | None, owner: str) -> str:
    """After whose name a column stands; "" after nobody's."""
    if before is None or column.groups != before.groups or column.subject or column.field not in NEXT:
        return ""
    if before.field == "name" or (not before.field and before.subject not in ("", SELF)):
        # 长子, 电话: a heading that only says who somebody is stands for their name.
        return "" if before.subject in ("", SELF) else before.subject
    if not before.field and _is_a_stranger(before):
        return UNKNOWN
    return owner if before.subject == owner or not before.phrase.sure else ""


def _is_a_stranger(column: Column) -> bool:
    """Tell whether a heading that asks nothing may be somebody whom nobody knows: 结对党员, 楼上邻居."""
    words = tokens(plain(column.name.rpartition("/")[2]))
    # 是否常住人 asks something, and names nobody.
    asks = any(word.can_be(QUESTION) for word in words)
    return not asks and any(word.can_be(STRANGE) for word in words) and words[-1].text.endswith(_PERSONS)


def _of_owner(column: Column, owner: str, columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> Column:
    field = column.field
    if owner == UNKNOWN:
        return column.of(UNKNOWN, sure=False)
    if owner == "head" and field == "relation":
        return column.of(SELF)
    if column.phrase.towards and owner not in ("head", "worker"):
        return _sure(column.of(owner, why="beside"))
    if not any(one.field == "name" and one.subject in ("", SELF) for one in columns):
        # A list of households names their heads alone: whatever stands there is the head's.
        return column.of(owner, why="beside", sure=owner == "head") if field in _OF_ONE else column.of(SELF)
    if any(one.field == field and one.subject in ("", SELF) and one.at != column.at for one in columns):
        return column.of(owner, why="beside", sure=False)
    if field == "identity":
        return column.of(SELF, sure=_agree(column.at, columns, sample))
    if field not in ("phone", "other_phone", "relation"):
        return column.of(SELF)
    return column.of(SELF if owner == "head" else owner, why="beside", sure=False)


def _sure(column: Column) -> Column:
    return replace(column, phrase=replace(column.phrase, sure=True))


def _agree(at: int, columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> bool:
    """Tell whether the numbers of a column have the birthdays of the persons of their rows."""
    born = next((one.at for one in columns if one.field == "born" and one.subject in ("", SELF)), None)
    if born is None:
        return False
    said = [
        same
        for row in sample[:_MOST_ROWS]
        if max(at, born) < len(row) and (same := _same_day(row[at], row[born])) is not None
    ]
    return len(said) >= _LEAST_ROWS and sum(said) >= _LEAST_SHARE * len(said)


def _same_day(number: str, day: str) -> bool | None:
    """Tell whether a number has this birthday; None where one of them cannot be read."""
    facts = citizen_id.read(number, today=date.max)
    # A year of two digits means the one of the number, whatever the century.
    told = read_day(day, today=date(facts.born.year + 1, 12, 31)) if facts is not None else None
    return told == facts.born if facts is not None and told is not None else None
