"""The life of a list: draft → legality check → approval → published, each by somebody else."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.lib.months import months_later
from linli.spine.catalogue import basis, news, queries, wording
from linli.spine.catalogue.actions import items
from linli.spine.catalogue.actions.drafts import MOVED, locked_draft, locked_in, may, note_step
from linli.spine.catalogue.models import ListStep, Matter, MatterList
from linli.spine.catalogue.resting import heights_of

Kind, Status, Step = MatterList.Kind, MatterList.Status, ListStep.Step

DRAFTS: Final = (Status.DRAFT, Status.CHECKING, Status.APPROVING)
LEAST_NOTE: Final = 5
YEARS_AHEAD: Final = 10


class DraftExists(Refusal):
    """The next version of this list is being drafted already."""

    code = "draft_exists"


@transaction.atomic
def draft(
    *,
    by: Actor,
    area_id: str,
    kind: str,
    code: str,
    name: str,
    source: str,
    valid_from: date,
    now: datetime,
    aliases: Sequence[str] = (),
    is_example: bool = False,
) -> MatterList:
    """Begin a new list of an area. Raises NotAllowed, Invalid, DraftExists."""
    may(by, Permission.CATALOGUE_MANAGE, area_id)
    given = {
        "code": clip(tidy(code), 60),
        "name": clip(tidy(name), 120),
        "source": clip(tidy(source), 300),
    }
    errors: dict[str, object] = {}
    if kind not in Kind.values or kind == Kind.INCIDENT:
        errors["kind"] = _("Choose what kind of list it is.")
    for field, text in given.items():
        if len(text) < 2:
            errors[field] = _("Fill this in.")
    errors |= _day_errors(valid_from, now)
    if errors:
        raise Invalid(fields=errors)
    last = MatterList.objects.filter(area_id=area_id, code=given["code"]).order_by("-version").first()
    try:
        with transaction.atomic():
            made = MatterList.objects.create(
                **given,
                area_id=area_id,
                kind=kind,
                version=last.version + 1 if last else 1,
                aliases=_names(aliases),
                valid_from=valid_from,
                is_example=is_example,
                drafted_by_id=by.user_id,
            )
    except IntegrityError:
        raise DraftExists(_("The next version of this list is being drafted already.")) from None
    note_step(made, Step.DRAFTED, by, now)
    return made


@transaction.atomic
def set_head(
    *,
    by: Actor,
    matter_list: MatterList,
    name: str,
    source: str,
    valid_from: date,
    now: datetime,
    aliases: Sequence[str] = (),
    is_example: bool = False,
) -> MatterList:
    """Change what stands above the items of a draft. Raises NotAllowed, Stale, Invalid."""
    locked = locked_draft(by, matter_list)
    given = {"name": clip(tidy(name), 120), "source": clip(tidy(source), 300)}
    errors: dict[str, object] = {field: _("Fill this in.") for field, text in given.items() if len(text) < 2}
    errors |= _day_errors(valid_from, now)
    if errors:
        raise Invalid(fields=errors)
    locked.name, locked.source, locked.valid_from = given["name"], given["source"], valid_from
    locked.aliases, locked.is_example = _names(aliases), is_example
    locked.save(update_fields=["name", "source", "valid_from", "aliases", "is_example"])
    return locked


@transaction.atomic
def next_version(*, by: Actor, matter_list: MatterList, valid_from: date, now: datetime) -> MatterList:
    """A draft with everything that a published list holds, to be changed. Raises as `draft`, and Stale."""
    if matter_list.status != Status.PUBLISHED:
        raise Stale(_("Only a published list has a next version."))
    _not_of_incidents(matter_list)
    made = draft(
        by=by,
        area_id=matter_list.area_id,
        kind=matter_list.kind,
        code=matter_list.code,
        name=matter_list.name,
        source=matter_list.source,
        aliases=matter_list.aliases,
        is_example=matter_list.is_example,
        valid_from=valid_from,
        now=now,
    )
    kept = matter_list.matters.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    found = kept.select_related("category").prefetch_related("bases").order_by("position", "pk")
    items.write(made, [items.as_given(item) for item in found])
    return made


@transaction.atomic
def submit(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """Send a draft to the legality check. Raises NotAllowed, Stale, Invalid (empty, or begins in the past)."""
    locked = locked_draft(by, matter_list)
    if not locked.matters.exists():
        raise Invalid(_("The list is empty. Add items, or take them from a sheet."))
    if locked.valid_from < timezone.localdate(now):
        raise Invalid(fields={"valid_from": _("A list cannot begin in the past: choose another day.")})
    # Whoever sends it in answers for the draft, whoever began it.
    locked.drafted_by_id, locked.checked_by_id, locked.approved_by_id = by.user_id, None, None
    return _turn(locked, Status.CHECKING, Step.SUBMITTED, by, now, note)


@transaction.atomic
def pass_check(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """The legality check found nothing against the list, or says in `note` why what the rules object to may stand.

    Raises NotAllowed (no right, or drafted it), Stale, Invalid (rules object and nothing is said).
    """
    locked = locked_in(by, matter_list, Permission.CATALOGUE_CHECK, Status.CHECKING)
    _another(by, locked.drafted_by_id)
    note = clip(tidy(note), 500)
    if len(note) < LEAST_NOTE and any(not verdict.ok or hits for _item, verdict, hits in judged(locked, now)):
        text = _("The rules object to some items. Say why they may stand all the same, or return the list.")
        raise Invalid(fields={"note": text})
    locked.checked_by_id = by.user_id
    return _turn(locked, Status.APPROVING, Step.CHECKED, by, now, note)


@transaction.atomic
def send_back(*, by: Actor, matter_list: MatterList, now: datetime, note: str) -> MatterList:
    """Return a list to its drafters, and say what must change. Raises NotAllowed, Stale, Invalid (nothing said)."""
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    checking = locked.status == Status.CHECKING
    may(by, Permission.CATALOGUE_CHECK if checking else Permission.CATALOGUE_APPROVE, locked.area_id)
    if not checking and locked.status != Status.APPROVING:
        raise Stale(MOVED)
    if len(tidy(note)) < LEAST_NOTE:
        raise Invalid(fields={"note": _("Say what must change, so that they know what to do.")})
    locked.checked_by_id = None
    return _turn(locked, Status.DRAFT, Step.RETURNED, by, now, note)


@transaction.atomic
def approve(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """Approve a list that passed the check, and publish it. The version before ends the day before it begins.

    Running cases keep the items that they began under. Raises NotAllowed (drafted or checked it), Stale, Invalid.
    """
    locked = locked_in(by, matter_list, Permission.CATALOGUE_APPROVE, Status.APPROVING)
    _another(by, locked.drafted_by_id, locked.checked_by_id)
    if locked.valid_from < timezone.localdate(now):
        raise Invalid(_("The day on which it was to begin is over. Return it, so that another day is chosen."))
    locked.approved_by_id = by.user_id
    locked.save(update_fields=["approved_by"])
    put_in_force(locked)
    note_step(locked, Step.PUBLISHED, by, now, note)
    return locked


@transaction.atomic
def give_up(*, by: Actor, matter_list: MatterList, now: datetime, note: str) -> MatterList:
    """Give up a draft or a version that has not begun, or end a published list with today.

    What a version that has not begun would have ended goes on. Raises NotAllowed, Stale, Invalid (no reason).
    """
    locked = locked_in(by, matter_list, Permission.CATALOGUE_MANAGE, Status.DRAFT, Status.PUBLISHED)
    _not_of_incidents(locked)
    if len(tidy(note)) < LEAST_NOTE:
        raise Invalid(fields={"note": _("Say why.")})
    today = timezone.localdate(now)
    if locked.status == Status.DRAFT:
        return _turn(locked, Status.RETIRED, Step.RETIRED, by, now, note)
    if locked.valid_from > today:
        _turn(locked, Status.RETIRED, Step.RETIRED, by, now, note)
        _let_go_on(locked)
        return locked
    if locked.valid_to is not None and locked.valid_to <= today:
        raise Stale(_("This version has ended already."))
    # It stays published: tasks that began under it cite it, and people look it up.
    locked.valid_to, locked.own_end, locked.ended_by = today, today, None
    locked.save(update_fields=["valid_to", "own_end", "ended_by"])
    note_step(locked, Step.RETIRED, by, now, note)
    queries.forget()
    return locked


def _let_go_on(given_up: MatterList) -> None:
    """The version that this one would have ended ends where it did before, or where the next one begins."""
    after = given_up.ended_by
    for before in MatterList.objects.select_for_update().filter(ended_by=given_up):
        before.valid_to, before.ended_by = before.own_end, None
        if after is not None and (before.own_end is None or before.own_end >= after.valid_from):
            before.valid_to, before.ended_by = after.valid_from - timedelta(days=1), after
        before.save(update_fields=["valid_to", "ended_by"])
    queries.forget()


def put_in_force(locked: MatterList) -> None:
    """Publish a locked list: the version before it ends the day before this one begins. Versions never overlap.

    Raises Invalid when a version that begins later or on the same day is published already.
    """
    versions = MatterList.objects.select_for_update().filter(
        area_id=locked.area_id, code=locked.code, status=Status.PUBLISHED
    )
    for other in versions:
        if other.valid_from >= locked.valid_from:
            raise Invalid(_("A version of this list that begins later or on the same day is already published."))
        if other.valid_to is None or other.valid_to >= locked.valid_from:
            other.own_end, other.ended_by = other.valid_to, locked
            other.valid_to = locked.valid_from - timedelta(days=1)
            other.save(update_fields=["valid_to", "own_end", "ended_by"])
    locked.status = Status.PUBLISHED
    locked.save(update_fields=["status"])
    queries.forget()


def judged(matter_list: MatterList, now: datetime) -> list[tuple[Matter, basis.Verdict, list[wording.Hit]]]:
    """What the rules say to each item on the day the list begins: its basis, and prohibited wording. Two statements."""
    on = max(matter_list.valid_from, timezone.localdate(now))
    heights = heights_of(matter_list, on)
    words = rules.params("admission.prohibited", matter_list.area_id, on)
    items = matter_list.matters.select_related("category").prefetch_related("bases").order_by("position", "pk")
    found = []
    for item in items:
        verdict = basis.Verdict(())
        hits: list[wording.Hit] = []
        if matter_list.kind in queries.CHECKED_KINDS:
            documents = [row.document for row in item.bases.all()]
            verdict = basis.check(sort=matter_list.kind, documents=documents, rules=heights, on=on)
            hits = wording.prohibited([item.name, item.does, item.told], words)
        found.append((item, verdict, hits))
    return found


def _day_errors(valid_from: date, now: datetime) -> dict[str, object]:
    """What is wrong with the day on which a list is to begin."""
    today = timezone.localdate(now)
    if valid_from < today:
        return {"valid_from": _("A list cannot begin in the past: tasks began under the one in force then.")}
    if valid_from > months_later(today, 12 * YEARS_AHEAD):
        return {"valid_from": _("At most %(n)s years ahead.") % {"n": YEARS_AHEAD}}
    return {}


def _not_of_incidents(matter_list: MatterList) -> None:
    """The list of incidents has classes, words and terms that this desk does not know; without it nobody reports."""
    if matter_list.kind == Kind.INCIDENT:
        raise Invalid(_("The list of incidents comes with the installation and is not changed here."))


def _another(by: Actor, *others: int | None) -> None:
    if by.user_id is None or by.user_id in others:
        raise NotAllowed(_("Whoever drafted or checked a list does not decide on it. A colleague does."))


def _turn(locked: MatterList, to: str, step: str, by: Actor, now: datetime, note: str) -> MatterList:
    locked.status = to
    locked.save(update_fields=["status", "drafted_by", "checked_by", "approved_by"])
    note_step(locked, step, by, now, note)
    if to in queries.NEXT_RIGHT:
        news.tell_next(locked, by, now)
    return locked


def _names(aliases: Sequence[str]) -> list[str]:
    return [name for one in aliases if (name := clip(tidy(one), 60))][:10]
