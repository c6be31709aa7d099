"""Who has looked at somebody, and who changed what is held about them (PIPL §44: the right to know).

Four sources, merged by time: the access log (pages opened, numbers revealed, requests answered), exports, changes of
fields, and population events. An export writes one line, `note_export`, with its area and its filter in words, not one
for each of two hundred thousand people: that would make the log larger than the register. A person finds the exports of
every area in which they stood that day, with the filter, and reads there that they may have been in the list: rather
too much than too little.

Lines about restricted groups name the entry and not the person; they are told to the person (in plain words that do not
give the group away to whoever looks over their shoulder) and to the officer, to nobody else.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, User
from linli.foundation.accounts.roles import ROLES, Permission
from linli.foundation.audit import actions as audit
from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import restricted
from linli.register.people.models import Change, Person, PopulationEvent, Spell

PAGE: Final = 50
EXPORTED: Final = "people.exported"
#: At the same moment the sources come in this order.
LOG, EXPORT, CHANGE, EVENT = range(4)
#: The most fields that one change of a person can touch.
MOST_FIELDS: Final = 30


@dataclass(frozen=True)
class Look:
    """One line: when, what was done, why, and under which post. `role` and `place` are words; `name` is for staff."""

    at: datetime
    source: int
    pk: int
    what: str
    reason: str = ""
    detail: str = ""
    user_id: int | None = None
    post_id: int | None = None
    role: str = ""
    place: str = ""
    name: str = ""
    fields: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[datetime, int, int]:
        """Its place in the list, newest first."""
        return (self.at, -self.source, self.pk)

    @property
    def cursor(self) -> str:
        """Where the next page begins, for an address."""
        return f"{self.at.timestamp():.6f}.{self.source}.{self.pk}"


@dataclass(frozen=True)
class Looks:
    """A page of lines, and where the next begins ("" at the end)."""

    rows: list[Look]
    after: str


def note_export(*, by: Actor, area_id: str, words: str, rows: int, reason: str, now: datetime, ip: str = "") -> None:
    """Write down that a list of people of an area left the house. `words` is the filter, without personal data."""
    audit.record(
        by=by,
        action=EXPORTED,
        subject_kind="export",
        subject_id=area_id,
        reason=reason,
        ip=ip,
        data={"area": area_id, "filter": words[:300], "rows": rows},
        now=now,
    )


def of_person(
    *, person: Person, own: bool = False, by: Actor | None = None, after: str = "", limit: int = PAGE
) -> Looks:
    """Who looked at a person, newest first, a page at a time. The caller has asked for the right.

    `own`: for the person themselves, with roles and units but no names of staff. Seven statements, however many lines.
    """
    cursor = _cursor(after)
    with_restricted = own or (by is not None and by.can(Permission.PEOPLE_RESTRICTED))
    sources = (
        _log(person, cursor, limit, with_restricted=with_restricted, own=own),
        _exports(person, cursor, limit),
        _changes(person, cursor, limit),
        _events(person, cursor, limit),
    )
    merged = heapq.merge(*sources, key=lambda look: look.key, reverse=True)
    rows = [look for look, _n in zip(merged, range(limit + 1), strict=False)]
    shown = rows[:limit]
    return Looks(_named(shown, with_names=not own), shown[-1].cursor if len(rows) > limit else "")


Cursor = tuple[datetime, int, int]


def _cursor(text: str) -> Cursor | None:
    """The place that a cursor names; None (the beginning) for one that is bent."""
    parts = text.split(".")
    if len(text) > 60 or len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        at = datetime.fromtimestamp(int(parts[0]), tz=timezone.get_default_timezone())
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(microsecond=int(parts[1][:6])), int(parts[2]), min(int(parts[3]), 2**63 - 1)


def _older(name: str, source: int, cursor: Cursor | None) -> Q:
    """The rows of a source that come after the cursor."""
    if cursor is None:
        return Q()
    at, its_source, pk = cursor
    older = Q(**{f"{name}__lt": at})
    if source == its_source:
        return older | Q(**{name: at, "pk__lt": pk})
    return older | Q(**{name: at}) if source > its_source else older


def _log(person: Person, cursor: Cursor | None, limit: int, *, with_restricted: bool, own: bool) -> Iterator[Look]:
    about = Q(subject_kind="person", subject_id=str(person.pk))
    if with_restricted and (tags := restricted.ids_of([person.pk])):
        about |= Q(subject_kind=restricted.SUBJECT, subject_id__in=[str(tag) for tag in tags])
    rows = AccessRecord.objects.filter(about).filter(_older("at", LOG, cursor)).order_by("-at", "-id")
    for row in rows[: limit + 1]:
        yield Look(
            at=row.at,
            source=LOG,
            pk=row.pk,
            what=_what(row.action),
            # The reason would give the group away.
            reason="" if row.subject_kind == restricted.SUBJECT and own else row.reason,
            user_id=row.user_id,
            post_id=row.post_id,
        )


def _what(action: str) -> str:
    """What an act of the log was, in words for the person it concerns."""
    known: Mapping[str, str] = {
        "people.read": _("opened the record"),
        "people.reveal": _("saw a full number"),
        "people.reveal_phone": _("saw the phone number"),
        "people.call": _("called"),
        "people.unread": _("saw what a sheet said and nobody could read"),
        "people.certificate": _("printed a certificate with the whole number"),
        "people.readers": _("looked who had looked"),
        "people.own_opened": _("opened by the person themselves, with the phone"),
        "people.request": _("took in a request about personal data"),
        "people.request_done": _("answered a request about personal data"),
        "people.request_refused": _("refused a request about personal data"),
        "people.request_withdrawn": _("withdrew a request about personal data"),
        "people.copy": _("made a copy of everything that is held"),
        "people.group_end": _("ended a special group"),
        "people.group_review": _("reviewed a special group"),
    }
    if action.startswith(("people.restricted", "people.read")):
        return known.get(action, known["people.read"])
    return known.get(action, _("worked with the record"))


def _exports(person: Person, cursor: Cursor | None, limit: int) -> Iterator[Look]:
    """The lists that left the house from an area in which the person stood that day."""
    places = list(Spell.objects.filter(person=person).order_by("valid_from").values_list("area_id", "valid_from"))
    areas = {area_id[:n] for area_id, _day in places for n in range(2, len(area_id) + 1)}
    rows = AccessRecord.objects.filter(action=EXPORTED, data__area__in=sorted(areas))
    found = 0
    for row in rows.filter(_older("at", EXPORT, cursor)).order_by("-at", "-id").iterator(200):
        if not _stood_in(places, str(row.data["area"]), timezone.localdate(row.at)):
            continue
        yield Look(
            at=row.at,
            source=EXPORT,
            pk=row.pk,
            what=_("exported a list in which this person may stand"),
            detail=str(row.data.get("filter", "")),
            reason=row.reason,
            user_id=row.user_id,
            post_id=row.post_id,
        )
        found += 1
        if found > limit:
            return


def _stood_in(places: Iterable[tuple[str, date]], area_id: str, day: date) -> bool:
    """Whether the place known on a day (the last one, for somebody who had left) lies in the area."""
    known = [place for place, since in places if since <= day]
    return bool(known) and known[-1].startswith(area_id)


def _changes(person: Person, cursor: Cursor | None, limit: int) -> Iterator[Look]:
    rows = Change.objects.filter(person=person).filter(_older("at", CHANGE, cursor)).order_by("-at", "-id")
    rows = rows.only("id", "at", "field", "reason", "by_id", "post_id")
    newest = list(rows[: (limit + 1) * MOST_FIELDS])
    for _key, group in groupby(newest, key=lambda row: (row.at, row.by_id, row.post_id)):
        changed = list(group)
        yield Look(
            at=changed[0].at,
            source=CHANGE,
            pk=changed[-1].pk,  # the oldest of them: the next page begins below it
            what=_("changed the record"),
            reason=changed[0].reason,
            user_id=changed[0].by_id,
            post_id=changed[0].post_id,
            fields=tuple(sorted(row.field for row in changed)),
        )


def _events(person: Person, cursor: Cursor | None, limit: int) -> Iterator[Look]:
    rows = PopulationEvent.objects.filter(person=person).filter(_older("reported_at", EVENT, cursor))
    for row in rows.order_by("-reported_at", "-id")[: limit + 1]:
        yield Look(
            at=row.reported_at,
            source=EVENT,
            pk=row.pk,
            what=_("entered a population event"),
            detail=str(row.get_kind_display()),
            reason=row.reason,
            user_id=row.by_id,
            post_id=row.post_id,
        )


def _named(looks: list[Look], *, with_names: bool) -> list[Look]:
    """The lines with role and place of the posts, and (for staff) names."""
    posts = Post.objects.select_related("unit", "area").in_bulk({look.post_id for look in looks if look.post_id})
    users: dict[int, Any] = {}
    if with_names:
        users = User.objects.in_bulk({look.user_id for look in looks if look.user_id})
    return [_with(look, posts.get(look.post_id or 0), users.get(look.user_id or 0)) for look in looks]


def _with(look: Look, post: Post | None, user: User | None) -> Look:
    if post is None:
        role = _("Resident") if look.user_id else _("Linli, by itself")
        return replace(look, role=role)
    # For the person's own list the officer is a member of staff like others: the title would tell the group.
    known = ROLES.get(post.role)
    role = _("Community staff") if post.role == "restricted_care" and user is None else str(known.name if known else "")
    return replace(
        look, role=role, place=post.unit.name if post.unit else post.area.name, name=user.name if user else ""
    )
