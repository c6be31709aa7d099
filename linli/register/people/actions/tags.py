"""Special groups: given by people on a basis; what follows from facts is written by `computed`, and by nobody else."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people import groups
from linli.register.people.actions.computed import refresh, refresh_area
from linli.register.people.living import birthday
from linli.register.people.models import Person, PopulationEvent, RestrictedTag, Tag

__all__ = ["birthday", "finish", "give", "months_later", "refresh", "refresh_area", "restart", "review", "stop"]

MOST_MONTHS = 120


@transaction.atomic
def give(
    *,
    by: Actor,
    person: Person,
    kind: str,
    since: date,
    now: datetime,
    level: str = "",
    basis: str = "",
    review_on: date | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Tag:
    """Put somebody in a special group, on a basis. Computed groups are refused: they follow from facts.

    Without a day the next review follows the group's rule. Raises NotAllowed, Invalid, Stale (already in the group).
    """
    # Locked, so that nobody dies or leaves between the question and the answer.
    person = Person.objects.select_for_update().get(pk=person.pk)
    _may_edit(by, person)
    today = timezone.localdate(now)
    group = groups.groups(area_id=person.area_id, on=today).get(kind)
    if group is None:
        raise Invalid(fields={"kind": _("Choose a group of the list.")})
    if group.computed:
        raise Invalid(
            fields={"kind": _("Nobody types this group: it follows from facts, and Linli keeps it up to date.")}
        )
    if group.levels and level not in group.levels:
        raise Invalid(fields={"level": _("Choose one of: %(levels)s.") % {"levels": "、".join(group.levels)}})
    if since > today:
        raise Invalid(fields={"since": _("This day lies in the future.")})
    if person.born_from is not None and since < person.born_from:
        raise Invalid(fields={"since": _("This day lies before the person was born.")})
    if review_on is not None and not since < review_on <= months_later(today, MOST_MONTHS):
        raise Invalid(fields={"review_on": _("The review comes after the beginning, at most ten years ahead.")})
    if person.status != Person.Status.HERE:
        raise Stale(_("This person does not live here any more."))
    basis = clip(tidy(basis), 200)
    if not basis:
        raise Invalid(fields={"basis": _("Say on what basis: a document, a certificate, a visit.")})
    try:
        with transaction.atomic():
            return Tag.objects.create(
                person=person,
                kind=kind,
                level=level if group.levels else clip(tidy(level), 20),
                basis=basis,
                facts=dict(facts or {}),
                source=Tag.Source.TYPED,
                since=since,
                review_on=review_on or (months_later(today, group.review_months) if group.review_months else None),
                recorded_at=now,
                recorded_by_id=by.user_id,
            )
    except IntegrityError:
        raise Stale(_("This person is in the group already. End that first, or change it.")) from None


@transaction.atomic
def finish(*, by: Actor, tag: Tag, until: date, because: str, now: datetime) -> Tag:
    """Take somebody out of a group, from a day on, for a reason. Raises NotAllowed, Invalid, Stale."""
    _may_edit(by, tag.person)
    row = Tag.objects.select_for_update().get(pk=tag.pk)
    if row.until is not None:
        raise Stale(_("This was ended already."))
    if row.source == Tag.Source.COMPUTED:
        raise Invalid(
            fields={"kind": _("Nobody types this group: it follows from facts, and Linli keeps it up to date.")}
        )
    if not row.since <= until <= timezone.localdate(now):
        raise Invalid(fields={"until": _("The end lies between the beginning and today.")})
    because = clip(tidy(because), 200)
    if len(because) < 2:
        raise Invalid(fields={"because": _("Say why it ends.")})
    row.until, row.ended_because = until, because
    row.save(update_fields=["until", "ended_because"])
    record(by=by, action="people.group_end", subject_kind="person", subject_id=row.person_id, reason=because, now=now)
    return row


@transaction.atomic
def review(*, by: Actor, tag: Tag, next_on: date, now: datetime) -> Tag:
    """Looked at again, and still so: the next review is on `next_on`. Raises NotAllowed, Invalid, Stale (ended)."""
    _may_edit(by, tag.person)
    row = Tag.objects.select_for_update().get(pk=tag.pk)
    if row.until is not None:
        raise Stale(_("This was ended already."))
    if row.source == Tag.Source.COMPUTED:
        raise Invalid(
            fields={"kind": _("Nobody types this group: it follows from facts, and Linli keeps it up to date.")}
        )
    today = timezone.localdate(now)
    if not today < next_on <= months_later(today, MOST_MONTHS):
        raise Invalid(fields={"review_on": _("The next review lies in the future, at most ten years ahead.")})
    row.review_on = next_on
    row.save(update_fields=["review_on"])
    record(by=by, action="people.group_review", subject_kind="person", subject_id=row.person_id, now=now)
    return row


def stop(people: Collection[int], event: PopulationEvent, now: datetime) -> list[tuple[int, str]]:
    """End every tag of people who died or left; returns the lines that the event shows. Restricted ones end unnamed.

    Those that follow from facts end with the facts (`computed`).
    """
    given = Tag.objects.exclude(source=Tag.Source.COMPUTED)
    rows = list(given.select_for_update().filter(person_id__in=people, until__isnull=True))
    names = groups.groups(on=timezone.localdate(now))
    lines = []
    for tag in rows:
        tag.until, tag.ended_by = max(tag.since, event.happened_on), event
        tag.ended_because = str(event.get_kind_display())
        lines.append((tag.person_id, names[tag.kind].label if tag.kind in names else tag.kind))
    Tag.objects.bulk_update(rows, ["until", "ended_by", "ended_because"])
    RestrictedTag.objects.filter(person_id__in=people, until__isnull=True).update(
        until=event.happened_on, ended_by=event
    )
    return lines


def restart(people: Collection[int], event: PopulationEvent, now: datetime) -> None:
    """Put back the tags that an event had ended, when the event is taken back."""
    Tag.objects.filter(person_id__in=people, ended_by=event).update(until=None, ended_by=None, ended_because="")
    RestrictedTag.objects.filter(person_id__in=people, ended_by=event).update(until=None, ended_by=None)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _may_edit(by: Actor, person: Person) -> None:
    if not by.can(Permission.PEOPLE_EDIT) or not by.covers(person.area_id):
        raise NotAllowed(_("Your post does not include changing the register of people."))
