"""Forms as pages read them: every read starts from the actor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.files.models import StoredFile
from linli.insight.forms.models import (
    AskedForm,
    CommunityForm,
    Difference,
    ReturnedForm,
    StandingRelease,
    Submission,
)
from linli.lib.chinese import tidy
from linli.lib.prefix import within

PAGE: Final = 50
MOST: Final = 2**31 - 1
#: Orders of the list: name → fields, the last of which is the key.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "due": ("due_on", "pk"),
    "-due": ("-due_on", "-pk"),
    "title": ("asked__handing__title", "pk"),
    "sender": ("asked__handing__unit__code", "pk"),
    "held": ("-percent", "pk"),
    "in_time": ("in_time", "pk"),
}
FORM_PARTS: Final = (
    "area",
    "task__case__matter__matter_list",
    "asked__handing__unit",
    "asked__handing__post",
    "asked__handing__matter__matter_list",
    "asked__template",
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the list of forms is narrowed to: one value for each part of the address."""

    q: str = ""
    state: str = ""
    every: str = ""
    unit: int | None = None
    area: str = ""
    order: str = "due"
    page: int = 1


def listed(actor: Actor, chosen: Filter) -> QuerySet[CommunityForm]:
    """The forms that communities of the actor's scope give, with what each holds of itself."""
    newest = Submission.objects.filter(form=OuterRef("pk")).order_by("-due_on", "-pk")
    cells = newest.filter(cells__gt=0)
    rows = CommunityForm.objects.visible_to(actor).annotate(
        cells=Subquery(cells.values("cells")[:1]), cells_held=Subquery(cells.values("cells_held")[:1])
    )
    rows = rows.annotate(
        percent=Cast(F("cells_held"), FloatField()) * 100 / F("cells"),
        in_time=Cast(F("given_in_time"), FloatField()) / (F("given") + F("missed") + 0.0001),
    )
    return rows.filter(_narrow(chosen))


def _narrow(chosen: Filter) -> Q:
    kept = Q()
    if chosen.state == "late":
        kept &= Q(state=Submission.State.WAITING, missed__gt=0)
    elif chosen.state:
        kept &= Q(state=chosen.state)
    if chosen.every:
        kept &= Q(asked__every="" if chosen.every == "once" else chosen.every)
    if chosen.unit is not None:
        kept &= Q(asked__handing__unit_id=chosen.unit)
    if chosen.area:
        kept &= Q(**within("area_id", chosen.area))
    for word in tidy(chosen.q).split()[:5]:
        kept &= Q(asked__handing__title__icontains=word) | Q(asked__handing__matter__name__icontains=word)
    return kept


def page(actor: Actor, chosen: Filter) -> tuple[list[CommunityForm], int]:
    """One page of the list, and how many forms there are. Two statements."""
    rows = listed(actor, chosen)
    total = rows.count()
    start = (min(chosen.page, max(1, -(-total // PAGE))) - 1) * PAGE
    order = ORDERS[chosen.order]
    return list(rows.select_related(*FORM_PARTS).order_by(*order)[start : start + PAGE]), total


def totals(actor: Actor, chosen: Filter) -> Mapping[str, int]:
    """What the list adds up to: forms, given, in time, missed, cells, and those held. One statement."""
    row = listed(actor, chosen).aggregate(
        forms=Count("pk"),
        recurring=Count("pk", filter=~Q(asked__every="")),
        given_sum=Sum("given"),
        in_time_sum=Sum("given_in_time"),
        missed_sum=Sum("missed"),
        cells_sum=Sum("cells"),
        held_sum=Sum("cells_held"),
    )
    return {key: int(value or 0) for key, value in row.items()}


@dataclass(frozen=True)
class OfSender:
    """What one sender asks of the communities of an area."""

    unit: Unit
    forms: int
    recurring: int
    communities: int
    given: int
    in_time: int
    missed: int
    percent: int | None


def by_sender(actor: Actor, chosen: Filter) -> list[OfSender]:
    """The forms of a street or district by who asks for them. Two statements."""
    rows = listed(actor, chosen).order_by().values("asked__handing__unit_id").annotate(
        forms=Count("asked", distinct=True),
        again=Count("asked", distinct=True, filter=~Q(asked__every="")),
        communities=Count("area", distinct=True),
        given_sum=Sum("given"),
        in_time_sum=Sum("given_in_time"),
        missed_sum=Sum("missed"),
        cells_sum=Sum("cells"),
        held_sum=Sum("cells_held"),
    )  # fmt: skip
    found = {row["asked__handing__unit_id"]: row for row in rows}
    return [
        OfSender(
            unit,
            row["forms"],
            row["again"],
            row["communities"],
            row["given_sum"],
            row["in_time_sum"],
            row["missed_sum"],
            100 * row["held_sum"] // row["cells_sum"] if row["cells_sum"] else None,
        )
        for unit in Unit.objects.filter(pk__in=found).order_by("code")
        if (row := found[unit.pk])
    ]


def senders(actor: Actor) -> list[Unit]:
    """The units that ask for forms in the actor's scope. One statement."""
    asked = CommunityForm.objects.visible_to(actor).values("asked__handing__unit_id")
    return list(Unit.objects.filter(pk__in=asked).order_by("code"))


def form(actor: Actor, form_id: int) -> CommunityForm | None:
    """A form in scope. One statement."""
    if not 0 < form_id <= MOST:
        return None
    return CommunityForm.objects.visible_to(actor).select_related(*FORM_PARTS).filter(pk=form_id).first()


def submission(actor: Actor, submission_id: int) -> Submission | None:
    """A submission in scope. One statement."""
    if not 0 < submission_id <= MOST:
        return None
    rows = Submission.objects.visible_to(actor).select_related(
        *(f"form__{part}" for part in FORM_PARTS), "decided_post__unit", "standing"
    )
    return rows.filter(pk=submission_id).first()


def submission_of_task(actor: Actor, task_id: int) -> Submission | None:
    """The first submission of the form of a task. One statement."""
    rows = Submission.objects.visible_to(actor).filter(form__task_id=task_id).order_by("due_on", "pk")
    found = rows.values_list("pk", flat=True).first()
    return submission(actor, found) if found is not None else None


def asked(actor: Actor, handing_id: int) -> AskedForm | None:
    """A form that the actor's own unit asks for. One statement."""
    if not 0 < handing_id <= MOST or actor.unit_id is None:
        return None
    rows = AskedForm.objects.select_related("handing__unit", "handing__matter__matter_list", "template")
    return rows.filter(pk=handing_id, handing__unit_id=actor.unit_id).first()


def of_asked(found: AskedForm, state: str = "") -> list[Submission]:
    """The newest submission of every community of a form, or those in a state. One statement."""
    newest = Submission.objects.filter(form=OuterRef("form")).order_by("-due_on", "-pk").values("pk")[:1]
    rows = Submission.objects.filter(form__asked=found, pk=Subquery(newest)).select_related("form__area")
    return list((rows.filter(state=state) if state else rows).order_by("form__area_id")[:1500])


def standing_of(found: CommunityForm, today: date) -> StandingRelease | None:
    """The standing release in force. One statement."""
    return StandingRelease.objects.filter(form=found, ended_at__isnull=True, until__gte=today).first()


def last_given(found: Submission) -> Submission | None:
    """The submission of the form before this one that was given. One statement."""
    rows = Submission.objects.filter(form_id=found.form_id, state=Submission.State.RELEASED).exclude(pk=found.pk)
    return rows.filter(due_on__lte=found.due_on).order_by("-due_on", "-pk").first()


def returned(actor: Actor, returned_id: int) -> ReturnedForm | None:
    """A returned form of a submission in scope. One statement."""
    if not 0 < returned_id <= MOST:
        return None
    inside = Submission.objects.visible_to(actor)
    rows = ReturnedForm.objects.filter(submission__in=inside).select_related("submission", "file")
    return rows.filter(pk=returned_id).first()


def open_differences(found: CommunityForm) -> int:
    """How many differences of kept forms nobody has dealt with that no correction could say. One statement."""
    rows = Difference.objects.filter(
        returned__submission__form=found,
        returned__kept_at__isnull=False,
        kind=Difference.Kind.CHANGED,
        correction__isnull=True,
        settled_at__isnull=True,
    )
    return rows.count()


def files_of(found: Submission) -> Sequence[StoredFile]:
    """The files that came with the form. One statement."""
    rows = found.form.asked.handing.files.select_related("file").order_by("pk")
    return [one.file for one in rows]
