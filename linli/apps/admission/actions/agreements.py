"""Agreements (协助政府工作协议书): written by the unit, signed by both sides, unchanged from then on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import news
from linli.apps.admission.actions.drafts import offer_errors
from linli.apps.admission.actions.texts import words
from linli.apps.admission.models import Agreement, Application, Clause, Guarantee
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.actions import keep
from linli.foundation.files.models import StoredFile
from linli.lib.chain import canonical, sm3
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.lib.months import months_later
from linli.spine.catalogue.models import Matter, MatterList

Status = Agreement.Status
LONGEST: Final = {"what": 500, "conditions": 500, "waived_because": 300}
MOST_CLAUSES: Final = 60
LEAST_NOTE: Final = 5


class AlreadyAgreed(Refusal):
    """There is an agreement of this unit with this community for the year."""

    code = "already_agreed"


@dataclass(frozen=True, kw_only=True)
class ClauseGiven:
    """A clause as it was typed; `guarantees` with kind, what, amount (fen), due_on."""

    matter: Matter
    what: str
    conditions: str = ""
    waived_because: str = ""
    guarantees: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def draft(
    *, by: Actor, area_ids: Sequence[str], matters: Sequence[Matter], year: int, now: datetime
) -> list[Agreement]:
    """Begin an agreement with each of these communities over the same items.

    What the unit offered when it applied for an item stands in it already; it is not typed again. Communities that have
    one for the year are left alone. Raises NotAllowed, Invalid (by field), AlreadyAgreed (all of them have one).
    """
    unit = _unit(by)
    today = timezone.localdate(now)
    rows = Area.objects.current(today).filter(by.within("id"), level=Level.COMMUNITY, pk__in=set(area_ids))
    areas = list(rows.order_by("pk"))
    errors: dict[str, object] = {}
    if not area_ids or len(areas) != len(set(area_ids)):
        errors["areas"] = _("Choose communities of your area.")
    if not matters or len(matters) > MOST_CLAUSES:
        errors["matters"] = _("Choose at least one item, and at most %(n)s.") % {"n": MOST_CLAUSES}
    if not today.year <= year <= today.year + 1:
        errors["year"] = _("This year or the next.")
    if errors:
        raise Invalid(fields=errors)
    made = _begin(unit, areas, year, now)
    _prefill(made, matters, unit, year)
    return made


def _begin(unit: Unit, areas: Sequence[Area], year: int, now: datetime) -> list[Agreement]:
    """An empty agreement with each community that has none, in the order of their codes."""
    while True:
        taken = set(Agreement.objects.filter(unit=unit, year=year, area__in=areas).values_list("area_id", flat=True))
        fresh = [area for area in areas if area.pk not in taken]
        if not fresh:
            raise AlreadyAgreed(_("All of these communities have an agreement with you for this year."))
        rows = [Agreement(unit=unit, area=area, year=year, made_at=now) for area in fresh]
        # A colleague may begin one of them at this moment: then look again, and leave it out.
        with suppress(IntegrityError), transaction.atomic():
            return Agreement.objects.bulk_create(rows)


def _prefill(made: Sequence[Agreement], matters: Sequence[Matter], unit: Unit, year: int) -> None:
    # What was offered belongs to the item, not to the version of the list in which it was applied for.
    applied = Application.objects.filter(matter__identity__in=[matter.identity for matter in matters], unit=unit)
    by_identity = {
        application.matter.identity: application
        for application in applied.select_related("matter").prefetch_related("offered").order_by("pk")
        if application.matter is not None
    }
    offered = {matter.pk: by_identity[matter.identity] for matter in matters if matter.identity in by_identity}
    clauses = Clause.objects.bulk_create(
        Clause(
            agreement=agreement,
            position=at,
            matter=matter,
            what=clip(matter.does or matter.name, LONGEST["what"]),
            conditions=offered[matter.pk].conditions if matter.pk in offered else "",
            waived_because=offered[matter.pk].waived_because if matter.pk in offered else "",
        )
        for agreement in made
        for at, matter in enumerate(matters)
    )
    Guarantee.objects.bulk_create(
        Guarantee(clause=clause, kind=row.kind, what=row.what, amount=row.amount, due_on=_in_year(row.due_on, year))
        for clause in clauses
        if clause.matter_id in offered
        for row in offered[clause.matter_id].offered.all()
    )


def _in_year(day: date, year: int) -> date:
    """The same day of the year of the agreement, where the offer was made for another one."""
    return day if _is_of(day, year) else months_later(day, 12 * (year - day.year))


def _unit(by: Actor) -> Unit:
    unit = Unit.objects.filter(pk=by.unit_id).first() if by.unit_id is not None else None
    if not by.can(Permission.TASK_SEND) or unit is None:
        raise NotAllowed(_("Your post does not include agreements with communities."))
    return unit


def _locked(agreement_id: int) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",)).select_related("unit").get(pk=agreement_id)


def _own_draft(by: Actor, agreement_id: int) -> Agreement:
    row = _locked(agreement_id)
    if not by.can(Permission.TASK_SEND) or row.unit_id != by.unit_id:
        raise NotAllowed(_("Only the unit that offers it may change the agreement."))
    if row.status != Status.DRAFT:
        raise Stale(_("The agreement has been offered or signed: nothing in it changes any more."))
    return row


@transaction.atomic
def save_clause(*, by: Actor, agreement_id: int, given: ClauseGiven, clause_id: int | None = None) -> Clause:
    """Add a clause to an agreement that is being written, or change one. Raises NotAllowed, Stale, Invalid."""
    row = _own_draft(by, agreement_id)
    texts = words(vars(given), LONGEST, ("what",))
    errors = offer_errors(given.guarantees) or _due_errors(given.guarantees, row.year)
    if errors:
        raise Invalid(fields=errors)
    if clause_id is None:
        if row.clauses.count() >= MOST_CLAUSES:
            raise Invalid(fields={"matter": _("An agreement has at most %(n)s clauses.") % {"n": MOST_CLAUSES}})
        last = row.clauses.order_by("-position").values_list("position", flat=True).first()
        clause = Clause(agreement=row, position=0 if last is None else last + 1)
    else:
        found = row.clauses.filter(pk=clause_id).first()
        if found is None:
            raise Stale(_("This clause is not in the agreement any more."))
        clause = found
    clause.matter = given.matter
    for field, text in texts.items():
        setattr(clause, field, text)
    try:
        with transaction.atomic():
            clause.save()
    except IntegrityError:
        raise Invalid(fields={"matter": _("Another clause is about this item.")}) from None
    clause.guarantees.all().delete()
    Guarantee.objects.bulk_create(
        Guarantee(
            clause=clause,
            kind=one["kind"],
            what=clip(tidy(str(one.get("what", ""))), 200),
            amount=one.get("amount") or 0,
            due_on=one["due_on"],
        )
        for one in given.guarantees
    )
    return clause


def _due_errors(lines: Sequence[Mapping[str, Any]], year: int) -> dict[str, object]:
    """What an agreement promises is there in its year or, for what is paid afterwards, in the next."""
    if all(_is_of(one["due_on"], year) for one in lines):
        return {}
    text = _("Everything is there in %(year)s or, at the latest, in %(next)s: choose another day.")
    return {"offered": text % {"year": year, "next": year + 1}}


def _is_of(day: date, year: int) -> bool:
    return year <= day.year <= year + 1


@transaction.atomic
def remove_clause(*, by: Actor, agreement_id: int, clause_id: int) -> None:
    """Take a clause out of an agreement that is being written. Raises NotAllowed, Stale."""
    row = _own_draft(by, agreement_id)
    Guarantee.objects.filter(clause__agreement=row, clause_id=clause_id).delete()
    gone, _rows = row.clauses.filter(pk=clause_id).delete()
    if not gone:
        raise Stale(_("This clause is not in the agreement any more."))


@transaction.atomic
def discard(*, by: Actor, agreement_id: int) -> None:
    """Throw an agreement away that was never signed. Raises NotAllowed, Stale."""
    row = _own_draft(by, agreement_id)
    Guarantee.objects.filter(clause__agreement=row).delete()
    row.clauses.all().delete()
    row.delete()


@transaction.atomic
def offer(*, by: Actor, agreement_id: int, now: datetime, remark: str = "") -> Agreement:
    """Sign for the unit and offer it to the community. Raises NotAllowed, Stale, Invalid (what every clause needs)."""
    row = _own_draft(by, agreement_id)
    clauses = _clauses(row)
    if not clauses:
        raise Invalid(_("The agreement has no clause yet."))
    for clause in clauses:
        if clause.matter.matter_list.kind == MatterList.Kind.ASSIST and not clause.amount and not clause.waived_because:
            text = _("“%(item)s”: promise money, or say why none is needed.")
            raise Invalid(text % {"item": clause.matter.name})
        if not all(_is_of(one.due_on, row.year) for one in clause.guarantees.all()):
            text = _("“%(item)s”: everything is there in %(year)s or, at the latest, in %(next)s.")
            raise Invalid(text % {"item": clause.matter.name, "year": row.year, "next": row.year + 1})
        if not clause.conditions:
            raise Invalid(_("“%(item)s”: name the working conditions.") % {"item": clause.matter.name})
    row.status, row.answer, row.remark = Status.OFFERED, "", clip(tidy(remark), 500)
    row.offered_by_id, row.offered_at = by.user_id, now
    row.digest = digest(row, clauses)
    row.save(update_fields=["status", "answer", "remark", "offered_by", "offered_at", "digest"])
    _tell_community(row, _("“%(unit)s” offers your community an agreement for %(year)s."), now)
    return row


def _clauses(row: Agreement) -> list[Clause]:
    rows = row.clauses.select_related("matter__matter_list").prefetch_related("guarantees")
    return list(rows.order_by("position", "pk"))


def digest(row: Agreement, clauses: Sequence[Clause]) -> str:
    """The SM3 hash of everything that both sides sign."""
    content = {
        "unit": row.unit_id,
        "area": row.area_id,
        "year": row.year,
        "clauses": [
            {
                "item": clause.matter.code,
                "name": clause.matter.name,
                "what": clause.what,
                "conditions": clause.conditions,
                "waived_because": clause.waived_because,
                "guarantees": [
                    [one.kind, one.what, one.amount, f"{one.due_on:%Y-%m-%d}"] for one in clause.guarantees.all()
                ],
            }
            for clause in clauses
        ],
    }
    return sm3(canonical(content))


def _for_community(by: Actor, agreement_id: int, status: str) -> Agreement:
    row = _locked(agreement_id)
    if not by.can(Permission.TASK_WORK) or not by.covers(row.area_id):
        raise NotAllowed(_("Only the community that it is offered to may do this."))
    if row.status != status:
        raise Stale(_("The agreement is not offered to you now. Look at what is new."))
    return row


@transaction.atomic
def sign(*, by: Actor, agreement_id: int, now: datetime, seen: str) -> Agreement:
    """Sign for the community. `seen` is the digest of what it has read: nothing else is signed.

    Raises NotAllowed (also for whoever offered it), Stale.
    """
    row = _for_community(by, agreement_id, Status.OFFERED)
    if by.user_id == row.offered_by_id:
        raise NotAllowed(_("Whoever offered it cannot sign for the other side."))
    if seen != row.digest or digest(row, _clauses(row)) != row.digest:
        raise Stale(_("The agreement is not the one that you have read. Read it again."))
    row.status, row.signed_by_id, row.signed_at = Status.SIGNED, by.user_id, now
    row.save(update_fields=["status", "signed_by", "signed_at"])
    _tell_unit(row, _("A community has signed your agreement for %(year)s."), now)
    return row


@transaction.atomic
def return_it(*, by: Actor, agreement_id: int, now: datetime, answer: str) -> Agreement:
    """Return an offer to the unit, and say what should change. Raises NotAllowed, Stale, Invalid."""
    row = _for_community(by, agreement_id, Status.OFFERED)
    text = clip(tidy(answer), 500)
    if len(text) < LEAST_NOTE:
        raise Invalid(fields={"answer": _("Say what should change.")})
    row.status, row.answer, row.digest = Status.DRAFT, text, ""
    row.offered_by, row.offered_at = None, None
    row.save(update_fields=["status", "answer", "digest", "offered_by", "offered_at"])
    _tell_unit(row, _("A community returns your agreement for %(year)s: something should change."), now)
    return row


@transaction.atomic
def take_back(*, by: Actor, agreement_id: int) -> Agreement:
    """Take an offer back that is not signed yet, to change it. Raises NotAllowed, Stale."""
    row = _locked(agreement_id)
    if not by.can(Permission.TASK_SEND) or row.unit_id != by.unit_id:
        raise NotAllowed(_("Only the unit that offers it may take it back."))
    if row.status != Status.OFFERED:
        raise Stale(_("It is signed, or not offered: it cannot be taken back."))
    row.status, row.digest, row.offered_by, row.offered_at = Status.DRAFT, "", None, None
    row.save(update_fields=["status", "digest", "offered_by", "offered_at"])
    return row


@transaction.atomic
def add_copy(*, by: Actor, agreement_id: int, file: StoredFile) -> Agreement:
    """Keep the scan of the signed and sealed paper; either side may bring it, once. Raises NotAllowed, Stale."""
    row = _locked(agreement_id)
    own = by.can(Permission.TASK_SEND) and row.unit_id == by.unit_id
    theirs = by.can(Permission.TASK_WORK) and by.covers(row.area_id)
    if not (own or theirs):
        raise NotAllowed(_("Only the two sides of the agreement may do this."))
    if row.status != Status.SIGNED:
        raise Stale(_("The agreement is not signed yet."))
    if row.sealed_copy_id is not None:
        raise Stale(_("The sealed copy is here already."))
    row.sealed_copy = file
    row.save(update_fields=["sealed_copy"])
    keep([file])
    return row


def _tell_community(row: Agreement, text: str, now: datetime) -> None:
    with news.in_house():
        words_ = _(text) % {"unit": row.unit.name, "year": row.year}
        readers = news.community([row.area_id], now).get(row.area_id, [])
        news.send(news.agreement_news(readers, row.pk, words_), now)


def _tell_unit(row: Agreement, text: str, now: datetime) -> None:
    with news.in_house():
        words_ = _(text) % {"unit": row.unit.name, "year": row.year}
        news.send(news.agreement_news(news.unit(row.unit_id, now), row.pk, words_), now)
