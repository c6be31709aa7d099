"""Tasks as lists and pages read them. Every read starts from the actor (`Task.objects.visible_to`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet

from linli.apps.admission.flow import TASK
from linli.apps.admission.flow.task import CONTESTED, CUT, RECALLED, STOPPED
from linli.apps.admission.models import Handing, Task
from linli.apps.admission.tally import LATE
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import CIVIL_AFFAIRS, DEPARTMENT_STAFF, ORGANISATION, STREET_STAFF, Permission
from linli.lib.chinese import tidy
from linli.lib.prefix import within
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Case, Event
from linli.spine.cases.queries import cursor_of, mark_of, opened_in
from linli.spine.catalogue import basis
from linli.spine.catalogue.models import Matter, MatterList

PAGE: Final = 50
SORTS: Final = [sort.value for sort in basis.Sort]
VIEWS: Final = ("todo", "open", "off", "all")


#: Figures of the burden page, as the condition that opens their rows.
FACETS: Final[Mapping[str, Q]] = {
    "on_list": Q(off_list=False) & ~Q(case__state=CONTESTED),
    "off_list": Q(off_list=True),
    "in_question": Q(case__state=CONTESTED),
    "cited": Q(cited=True),
    # What once was contested, and lost, stays so whatever came after: read from the history.
    "contested": Q(case__in=Event.objects.filter(move="contest").values("case")),
    "lost": Q(case__in=Event.objects.filter(move="uphold").values("case")),
    "refusals": Q(refused_for__gt=""),
    "refused": Q(refused_for__gt="") & ~Q(refused_for__in=LATE),
    "refused_late": Q(refused_for__in=LATE),
    "protested": Q(protested=True),
    "corrected": Q(case__state="corrected"),
    "finished": Q(case__state="finished"),
    "stopped": Q(case__state__in=sorted(STOPPED), spent_minutes__isnull=True),
    "recalled": Q(case__state=RECALLED, spent_minutes__isnull=True),
    "cut": Q(case__state__in=sorted(CUT)),
    "reported": Q(spent_minutes__isnull=False),
    "held": Q(cells_held__gt=0) | Q(held_at__isnull=True, columns_held__gt=0),
}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of tasks is narrowed to: one value per query parameter, so that every list is a link."""

    view: str = "todo"
    q: str = ""
    form: str = ""
    state: str = ""
    unit: int | None = None
    area: str = ""
    month: date | None = None
    months_to: date | None = None
    facet: str = ""
    handing: int | None = None

    @property
    def by_deadline(self) -> bool:
        """Open work is listed by its next deadline, everything else newest first."""
        return self.view in ("todo", "open")


@dataclass(frozen=True)
class Page:
    """One page of a list: the rows, and the cursor of the next page ("" on the last)."""

    rows: Sequence[Task]
    after: str = ""


def desk_of(actor: Actor) -> Q:
    """What lies on the actor's desk: open tasks in a state that is theirs to move."""
    mine = Q(pk__in=())
    if actor.can(Permission.TASK_WORK):
        mine |= _state(Part.COMMUNITY)
    if actor.can(Permission.TASK_SEND) and actor.unit_id is not None:
        mine |= _state(Part.SENDER) & Q(handing__unit_id=actor.unit_id)
    if actor.role == STREET_STAFF.code:
        mine |= _state(Part.STREET)
    if actor.can(Permission.TASK_SUPERVISE):
        part = {CIVIL_AFFAIRS.code: Part.DISTRICT, ORGANISATION.code: Part.SUPERVISOR}.get(actor.role)
        if part is not None:
            # Whoever handed it down does not judge it: it is not theirs to do.
            mine |= _state(part) & ~Q(handing__unit_id=actor.unit_id)
    return Q(case__is_open=True) & mine


def _state(part: Part) -> Q:
    return Q(case__state__in=sorted(TASK.owned_by(part)))


def has_desk(actor: Actor) -> bool:
    """Whether tasks can lie on this actor's desk at all."""
    rights = (Permission.TASK_WORK, Permission.TASK_SEND, Permission.TASK_SUPERVISE)
    return any(actor.can(right) for right in rights)


def listed(actor: Actor, chosen: Filter) -> QuerySet[Task]:
    """The tasks of a list, unordered."""
    rows = Task.objects.visible_to(actor)
    match chosen.view:
        case "todo":
            rows = rows.filter(desk_of(actor))
        case "open":
            rows = rows.filter(case__is_open=True)
        case "off":
            rows = rows.filter(off_list=True)
    return rows.filter(_narrow(chosen))


def _narrow(chosen: Filter) -> Q:
    kept = Q()
    if chosen.form:
        kept &= Q(handing__form=chosen.form)
    if chosen.state:
        kept &= Q(case__state=chosen.state)
    if chosen.unit is not None:
        kept &= Q(handing__unit_id=chosen.unit)
    if chosen.area:
        kept &= Q(**within("case__area_id", chosen.area))
    if chosen.handing is not None:
        kept &= Q(handing_id=chosen.handing)
    if chosen.month:
        kept &= Q(
            case__in=Case.objects.filter(opened_in(chosen.month, chosen.months_to or chosen.month), kind=TASK.kind)
        )
    if chosen.facet in FACETS:
        kept &= FACETS[chosen.facet]
    for word in tidy(chosen.q).split()[:5]:
        kept &= Q(case__title__icontains=word) | Q(case__number=word)
    return kept


def page(actor: Actor, chosen: Filter, *, after: str, size: int = PAGE) -> Page:
    """One page of a list, by keyset. One statement."""
    rows = listed(actor, chosen).select_related("case__area", "case__matter", "handing__unit")
    cursor = cursor_of(after)
    field = "case__due_at" if chosen.by_deadline else "case__opened_at"
    if cursor is not None:
        at, pk = cursor
        more = "gt" if chosen.by_deadline else "lt"
        rows = rows.filter(Q(**{f"{field}__{more}": at}) | Q(**{field: at, f"pk__{more}": pk}))
    order = (field, "pk") if chosen.by_deadline else (f"-{field}", "-pk")
    found = list(rows.order_by(*order)[: size + 1])
    if len(found) <= size:
        return Page(found)
    found = found[:size]
    last = found[-1].case
    return Page(found, mark_of(last.due_at if chosen.by_deadline else last.opened_at, last.pk))


@dataclass(frozen=True)
class Counts:
    """The figures on the tabs."""

    todo: int = 0
    open: int = 0
    off: int = 0


def counts(actor: Actor) -> Counts:
    """The figures on the tabs, over the tasks in scope. One statement."""
    row = Task.objects.visible_to(actor).aggregate(
        todo=Count("pk", filter=desk_of(actor)),
        open=Count("pk", filter=Q(case__is_open=True)),
        off=Count("pk", filter=Q(off_list=True)),
    )
    return Counts(**row)


def one(actor: Actor, number: str) -> Task | None:
    """A task in scope by its number. One statement."""
    rows = Task.objects.visible_to(actor).select_related(
        "case__area__parent",
        "case__matter__matter_list",
        "case__unit",
        "case__party",
        "handing__unit",
        "handing__matter__matter_list",
        "handing__by",
    )
    return rows.filter(case__number=number).first() if len(number) <= 16 else None


def handing(actor: Actor, handing_id: int) -> Handing | None:
    """A handing down of the actor's unit, or of their area. One statement."""
    rows = Handing.objects.select_related("unit", "matter__matter_list", "by")
    if actor.role == DEPARTMENT_STAFF.code:
        rows = rows.filter(unit_id=actor.unit_id or 0)
    found = rows.filter(pk=handing_id).first()
    if found is None:
        return None
    # A form that went to no community has no task, and is its sender's alone.
    own = actor.can(Permission.TASK_SEND) and found.unit_id == actor.unit_id
    return found if own or Task.objects.visible_to(actor).filter(handing=found).exists() else None


def states_of(actor: Actor, found: Handing) -> dict[str, int]:
    """How many communities stand in each state. One statement."""
    rows = Task.objects.visible_to(actor).filter(handing=found).order_by()
    return dict(rows.values_list("case__state").annotate(n=Count("pk")))


def citable(actor: Actor, on: date) -> list[Matter]:
    """The items under which the actor's unit may hand something down: that name it, or that it leads. One statement.

    Of the community's own duties only those that name it as their guide.
    """
    unit = Unit.objects.filter(pk=actor.unit_id).first() if actor.unit_id is not None else None
    if unit is None:
        return []
    lists = MatterList.objects.in_force(area_id=actor.area_id, on=on).filter(kind__in=SORTS)
    led = Q(lead_unit=unit)
    if unit.kind == Unit.Kind.STREET_OFFICE:
        led |= Q(lead=Matter.Lead.STREET)
    own = Q(asked_by=unit) | (Q(asked_by=None) & led & ~Q(matter_list__kind=basis.Sort.DUTY))
    rows = Matter.objects.filter(own, matter_list__in=lists).standing(on).filter(suspended_since__isnull=True)
    return list(rows.select_related("matter_list").order_by("matter_list__kind", "matter_list_id", "position", "pk"))


def senders(actor: Actor) -> list[Unit]:
    """The units that have handed something down in the actor's scope. One statement."""
    sent = Task.objects.visible_to(actor).values("handing__unit_id")
    return list(Unit.objects.filter(pk__in=sent).order_by("code"))
