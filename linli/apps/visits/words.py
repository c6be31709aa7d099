"""How visits are said: why somebody is due, how late it is, what a line of a list shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.apps.visits import care
from linli.apps.visits.care import Care
from linli.apps.visits.queries.plan import Due
from linli.register.people.models.event import EventKind


def every(days: int) -> str:
    """A cycle in words."""
    known = {7: _("once a week"), 31: _("once a month"), 92: _("once a quarter")}
    return known.get(days) or ngettext("every day", "every %(n)s days", days) % {"n": days}


def short_day(moment: datetime | date | None, today: date) -> str:
    """Month and day; the year only where it is not this one."""
    if moment is None:
        return ""
    day = timezone.localdate(moment) if isinstance(moment, datetime) else moment
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"


def because(found: Care) -> str:
    """The groups that somebody is looked after for, with the age where the rule asks for one."""
    names = "、".join(found.because)
    return _("%(age)s or older, %(groups)s") % {"age": found.from_age, "groups": names} if found.from_age else names


def why(line: Due, today: date) -> str:
    """Why somebody is due, in one sentence: 80 岁以上独居老人，每周一次，上次 11-15."""
    parts = []
    if line.care is not None:
        values = {"groups": because(line.care), "every": every(line.care.days)}
        parts.append(_("%(groups)s, %(every)s") % values)
    if line.change is not None:
        kind = EventKind(line.change[0]).label
        parts.append(_("a change in the household on %(day)s: %(kind)s") % {
            "day": short_day(line.change[1], today), "kind": kind,
        })  # fmt: skip
    if line.agreed_on is not None:
        parts.append(_("agreed for %(day)s") % {"day": short_day(line.agreed_on, today)})
    parts.append(_("last %(day)s") % {"day": short_day(line.last, today)} if line.last else _("not visited yet"))
    return _(", ").join(parts)


def lateness(line: Due, today: date) -> str:
    """How late it is, or when it is due."""
    if line.late_days:
        return ngettext("%(n)s day late", "%(n)s days late", line.late_days) % {"n": line.late_days}
    if line.due_on <= today:
        return _("due today")
    return _("due on %(day)s") % {"day": short_day(line.due_on, today)}


@dataclass(frozen=True)
class Card:
    """One person of a list, as the templates draw it. `key` makes a tap on "nobody home" one record."""

    person_id: int
    name: str
    age: int | None
    address: str
    why: str
    late: str
    late_kind: str
    risk: str
    risk_kind: str
    tried: str
    has_phone: bool
    worker: str
    key: UUID


RISK_KINDS = {"high": "late", "key": "soon", "general": "doing"}


def cards(lines: Iterable[Due], today: date) -> list[Card]:
    """The lines as cards, in their order."""
    return [_card(line, today) for line in lines]


def _card(line: Due, today: date) -> Card:
    risk = line.care.risk if line.care else None
    tried = ""
    if line.last_any is not None and (line.last is None or line.last_any > line.last):
        tried = _("tried on %(day)s") % {"day": short_day(line.last_any, today)}
    return Card(
        person_id=line.person.pk,
        name=line.person.name,
        age=care.age_on(line.person.born, today),
        address=address_of(line),
        why=why(line, today),
        late=lateness(line, today),
        late_kind="late" if line.late_days else "ok",
        risk=str(care.RISK_WORDS[risk]) if risk else _("agreed day"),
        risk_kind=RISK_KINDS[risk] if risk else "new",
        tried=tried,
        has_phone=bool(line.person.phone_index),
        worker=line.assignment.post.user.name if line.assignment is not None else "",
        key=uuid4(),
    )


def address_of(line: Due) -> str:
    """Where to knock: the dwelling's address, else the grid's name."""
    home = line.person.dwelling
    return home.address if home is not None else line.person.area.name
