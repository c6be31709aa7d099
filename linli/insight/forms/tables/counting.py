"""Count what the cells of a table ask for, from the register and the cases: one statement for each kind of figure.

People are those who live there that day, as in the figures of the population (`insight.population`); cases are those
that came in. A month that has not begun has no figure.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, Q, Value, When
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.insight.forms.tables.specs import (
    BIRTHS,
    CAME,
    CASES,
    DEATHS,
    HOUSEHOLDS,
    LEFT,
    MOVED_IN,
    MOVED_OUT,
    PEOPLE,
    Spec,
)
from linli.lib.prefix import within
from linli.register.people.models import Person, PopulationEvent, Spell, Tag
from linli.register.people.models.event import EventKind
from linli.register.people.queries.lists import born_by
from linli.spine.cases import kinds
from linli.spine.cases.models import Case

_NO_BIRTHDAY: Final = -1
_EVENTS: Final = {
    BIRTHS: EventKind.BIRTH,
    DEATHS: EventKind.DEATH,
    MOVED_IN: EventKind.MOVE_IN,
    MOVED_OUT: EventKind.MOVE_OUT,
    CAME: EventKind.FLOW_IN,
    LEFT: EventKind.FLOW_OUT,
}
#: More months than a quarter are a total: so far, where not all of them have begun.
_QUARTER: Final = 3


@dataclass(frozen=True)
class Ground:
    """Where, for whom, and of when a table counts. `year` is that of its months."""

    actor: Actor
    area_id: str
    today: date
    year: int


def count(specs: Collection[Spec], ground: Ground) -> dict[Spec, int | None]:
    """A figure for each of `specs`; None for what is not known, or may not be read."""
    found: dict[Spec, int | None] = dict.fromkeys(specs)
    groups: dict[tuple[str, date, str], list[Spec]] = {}
    for spec in found:
        key = _group(spec, ground)
        if key is not None:
            groups.setdefault(key, []).append(spec)
    for (measure, on, tag), some in groups.items():
        counter = {PEOPLE: _people, HOUSEHOLDS: _households, CASES: _cases}.get(measure, _events)
        found.update(counter(some, ground, on, tag))
    return found


def _group(spec: Spec, ground: Ground) -> tuple[str, date, str] | None:
    """What can be counted by one statement: (measure, day, group); None for what cannot be counted."""
    measure = spec.measure or PEOPLE
    if not _can_be_asked(measure, spec):
        return None
    if measure == PEOPLE and spec.case_class:
        return None
    right = Permission.CASE_READ if measure == CASES else Permission.PEOPLE_READ
    is_total = measure not in (PEOPLE, HOUSEHOLDS) and len(spec.months) > _QUARTER
    months = spec.months[:1] if is_total else spec.months
    if not ground.actor.can(right) or (months and not _begun(months, ground)):
        return None
    on = ground.today
    if measure in (PEOPLE, HOUSEHOLDS) and spec.months:
        last = max(spec.months)
        on = min(date(ground.year, last, monthrange(ground.year, last)[1]), ground.today)
    return measure, on, spec.tag


def _can_be_asked(measure: str, spec: Spec) -> bool:
    """Whether what a heading narrows can be told of what is counted: the sex of who was born, a group of homes."""
    if measure == PEOPLE:
        return True
    left = replace(spec, tag="") if measure == HOUSEHOLDS else replace(spec, sex="") if measure in _EVENTS else spec
    return not left.is_of_people


def _begun(months: tuple[int, ...], ground: Ground) -> bool:
    return date(ground.year, max(months), 1) <= ground.today


def _people(specs: list[Spec], ground: Ground, on: date, tag: str) -> dict[Spec, int | None]:
    # One statement: how many by area, sex, kind and the highest age of the table that they have reached.
    ages = sorted({age for one in specs for age in _bounds(one)}, reverse=True)
    is_today = on >= ground.today
    rows: Any = Person.objects.living_here() if is_today else Spell.objects.on(on)
    prefix = "" if is_today else "person__"
    rows = rows.within(ground.area_id).filter(ground.actor.within())
    if tag:
        key = "pk__in" if is_today else "person_id__in"
        rows = rows.filter(**{key: Tag.objects.on(on).filter(kind=tag).values("person_id")})
    reached = Choose(
        When(Q(**{f"{prefix}born__isnull": True}), then=Value(_NO_BIRTHDAY)),
        *(When(Q(**{f"{prefix}born__lte": born_by(age, on)}), then=Value(age)) for age in ages),
        default=Value(0),
        output_field=IntegerField(),
    )
    grouped = list(
        rows.annotate(reached=reached)
        .order_by()
        .values_list("area_id", f"{prefix}sex", "kind", "reached")
        .annotate(n=Count("pk"))
    )
    return {spec: sum(row[4] for row in grouped if _fits(spec, *row[:4])) for spec in specs}


def _bounds(spec: Spec) -> Iterable[int]:
    if spec.age_from:
        yield spec.age_from
    if spec.age_to is not None:
        yield spec.age_to + 1


def _fits(spec: Spec, area: str, sex: str, kind: str, reached: int) -> bool:
    if not area.startswith(spec.area) or (spec.sex and sex != spec.sex) or (spec.kind and kind != spec.kind):
        return False
    if spec.age_from is None and spec.age_to is None:
        return True
    return (
        reached != _NO_BIRTHDAY and reached >= (spec.age_from or 0) and (spec.age_to is None or reached <= spec.age_to)
    )


def _households(specs: list[Spec], ground: Ground, on: date, tag: str) -> dict[Spec, int | None]:
    rows = Spell.objects.on(on).within(ground.area_id).filter(ground.actor.within(), household_id__isnull=False)
    if tag:
        rows = rows.filter(person_id__in=Tag.objects.on(on).filter(kind=tag).values("person_id"))
    by_area: Mapping[str, int] = dict(
        rows.order_by().values_list("area_id").annotate(n=Count("household_id", distinct=True))
    )
    return {spec: sum(n for area, n in by_area.items() if area.startswith(spec.area)) for spec in specs}


def _cases(specs: list[Spec], ground: Ground, _on: date, _tag: str) -> dict[Spec, int | None]:
    zone = timezone.get_current_timezone()
    begin, end = (datetime.combine(date(year, 1, 1), time.min, zone) for year in (ground.year, ground.year + 1))
    rows = Case.objects.visible_to(ground.actor).filter(
        **within("area_id", ground.area_id),
        kind__in=[kind.flow.kind for kind in kinds.answering()],
        opened_at__gte=begin,
        opened_at__lt=end,
    )
    grouped = list(
        rows.annotate(month=ExtractMonth("opened_at"))
        .order_by()
        .values_list("area_id", "event_class", "month")
        .annotate(n=Count("pk"))
    )
    return {
        spec: sum(
            n
            for area, of_class, month, n in grouped
            if area.startswith(spec.area)
            and spec.case_class in ("", of_class)
            and (not spec.months or month in spec.months)
        )
        for spec in specs
    }


def _events(specs: list[Spec], ground: Ground, _on: date, _tag: str) -> dict[Spec, int | None]:
    rows = PopulationEvent.objects.filter(
        ground.actor.within(),
        **within("area_id", ground.area_id),
        undone_at__isnull=True,
        kind__in=_EVENTS.values(),
        happened_on__year=ground.year,
        happened_on__lte=ground.today,
    )
    grouped = list(
        rows.annotate(month=ExtractMonth("happened_on"))
        .order_by()
        .values_list("area_id", "kind", "month", "person__sex")
        .annotate(n=Count("pk"))
    )
    return {
        spec: sum(
            n
            for area, kind, month, sex, n in grouped
            if kind == _EVENTS[spec.measure]
            and spec.sex in ("", sex)
            and area.startswith(spec.area)
            and (not spec.months or month in spec.months)
        )
        for spec in specs
    }
