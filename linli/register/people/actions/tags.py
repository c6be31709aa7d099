"""Special groups: given by people on a basis, or computed from facts and kept true by every event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.prefix import within
from linli.register.people import groups
from linli.register.people.models import Person, PopulationEvent, RestrictedTag, Spell, Tag

CHUNK = 2000
MOST_MONTHS = 120


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes so many years; 29 February becomes 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


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
    if person.born is not None and since < person.born:
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
    """End every tag of people who died or left; returns the lines that the event shows. Restricted ones end unnamed."""
    rows = list(Tag.objects.select_for_update().filter(person_id__in=people, until__isnull=True))
    names = groups.groups(on=timezone.localdate(now))
    lines = []
    for tag in rows:
        tag.until, tag.ended_by = max(tag.since, event.happened_on), event
        tag.ended_because = str(event.get_kind_display())
        if tag.source != Tag.Source.COMPUTED:
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


def refresh(*, on: date, now: datetime, households: Iterable[int | None] = (), people: Collection[int] = ()) -> int:
    """Bring the computed tags of some households and people up to date; returns how many tags began or ended."""
    wanted = {one for one in households if one is not None}
    rows = Person.objects.filter(Q(household_id__in=wanted) | Q(pk__in=list(people)))
    return _bring(list(rows), on, now)


def refresh_area(area_id: str, *, on: date, now: datetime) -> int:
    """The same for a whole area, by chunks of households: birthdays pass every night, and imports bring thousands."""
    changed, last = 0, 0
    scope = Person.objects.filter(**within("area_id", area_id))
    # Only those who have, or may have, a computed tag: the old, party members, and who has one that may have to end.
    oldest = _rule(area_id, on)["alone_from"]
    limit = birthday(on, -int(min(oldest, _rule(area_id, on)["aged_from"])))
    while True:
        rows = list(
            scope.filter(pk__gt=last)
            .filter(
                Q(born__lte=limit, status=Person.Status.HERE)
                | Q(political__in=_rule(area_id, on)["party_codes"])
                | Q(tags__source=Tag.Source.COMPUTED, tags__until__isnull=True)
            )
            .order_by("pk")
            .distinct()[:CHUNK]
        )
        if not rows:
            return changed
        with transaction.atomic():
            changed += _bring(rows, on, now)
        last = rows[-1].pk


def _rule(area_id: str, on: date) -> Mapping[str, Any]:
    return rules.params("tags.computed", area_id, on)


def _bring(rows: list[Person], on: date, now: datetime) -> int:
    """Open what has become true and close what no longer is, for these people. Four statements."""
    if not rows:
        return 0
    homes = _households({person.household_id for person in rows if person.household_id})
    wanted = {person.pk: _facts(person, homes.get(person.household_id or 0), on) for person in rows}
    have: defaultdict[int, dict[str, Tag]] = defaultdict(dict)
    kept = Tag.objects.filter(person_id__in=list(wanted), source=Tag.Source.COMPUTED, until__isnull=True)
    for tag in kept:
        have[tag.person_id][tag.kind] = tag
    fresh = [
        Tag(person_id=pk, kind=kind, source=Tag.Source.COMPUTED, since=since, recorded_at=now)
        for pk, facts in wanted.items()
        for kind, since in facts.items()
        if kind not in have[pk]
    ]
    over = [tag for pk, tags in have.items() for kind, tag in tags.items() if kind not in wanted[pk]]
    for tag in over:
        tag.until = max(tag.since, on)
    # Two events in one household at the same moment may both find a tag missing; the constraint keeps one.
    Tag.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    Tag.objects.bulk_update(over, ["until"], batch_size=500)
    return len(fresh) + len(over)


def _households(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Size, youngest birthday and the day of the last change of each household."""
    found: dict[int, dict[str, Any]] = {}
    members = (
        Person.objects.filter(household_id__in=ids, status=Person.Status.HERE)
        .order_by()
        .values("household_id")
        .annotate(size=Count("pk"), youngest=Max("born"), unknown=Count("pk", filter=Q(born__isnull=True)))
    )
    for row in members:
        found[row["household_id"]] = dict(row)
    changes = (
        Spell.objects.filter(household_id__in=ids)
        .order_by()
        .values("household_id")
        .annotate(last_in=Max("valid_from"), last_out=Max("valid_to"))
    )
    for change in changes:
        if change["household_id"] in found:
            days = [day for day in (change["last_in"], change["last_out"]) if day is not None]
            found[change["household_id"]]["changed"] = max(days)
    return found


def _facts(person: Person, home: Mapping[str, Any] | None, on: date) -> dict[str, date]:
    """The computed groups that somebody belongs to on a day, each with the day since when."""
    if person.status != Person.Status.HERE:
        return {}
    rule = _rule(person.area_id, on)
    found: dict[str, date] = {}
    if person.political in rule["party_codes"]:
        found["party_member"] = timezone.localdate(person.created_at)
    if person.born is None:
        return found
    aged = birthday(person.born, rule["aged_from"])
    if aged <= on:
        found["aged"] = aged
    if home is None or home["unknown"] or "changed" not in home:
        return found
    alone = birthday(person.born, rule["alone_from"])
    if home["size"] == 1 and alone <= on:
        found["living_alone"] = min(on, max(alone, home["changed"]))
    elif home["size"] > 1:
        youngest = birthday(home["youngest"], rule["empty_nest_from"])
        if youngest <= on:
            found["empty_nest"] = min(on, max(youngest, home["changed"]))
    return found


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _may_edit(by: Actor, person: Person) -> None:
    if not by.can(Permission.PEOPLE_EDIT) or not by.covers(person.area_id):
        raise NotAllowed(_("Your post does not include changing the register of people."))
