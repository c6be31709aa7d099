"""Corrections (更正): asked for by those who may not change the register, decided by those who may."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.notifications.actions import News, notify
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.register.people.actions import editing, fields
from linli.register.people.models import Change, Correction, Person

MOST_WAITING = 20
LONGEST_ANSWER = 300
State = Correction.State


class TooManyWaiting(Refusal):
    """So many corrections of one person wait that another would only hide them."""

    code = "too_many_corrections"
    message = gettext_lazy("Many corrections of this person are waiting already. Let the office decide these first.")


@transaction.atomic
def propose(
    *,
    by: Actor,
    person: Person,
    given: Mapping[str, Any],
    reason: str,
    now: datetime,
    submission_key: str = "",
    own: bool = False,
) -> Correction:
    """Ask that fields of a person become `given`; kept are only those that differ. Nothing changes in the register.

    Staff need the right to propose, in the area of the person. A resident may ask when the caller vouches with `own`
    that the person is their own (themselves, or of their household). The same `submission_key` asks once.
    Raises NotAllowed, Invalid (a sentence for each field; also when nothing differs), TooManyWaiting.
    """
    _may_propose(by, person, own)
    key = _key(by, submission_key)
    if key and (earlier := Correction.objects.filter(submission_key=key).first()) is not None:
        return earlier
    known = {field: fields.plain(person, field) for field in fields.EDITABLE}
    found = fields.clean(given, today=timezone.localdate(now), known=known)
    different = {field: value for field, value in found.items() if value != known[field]}
    if not different:
        raise Invalid(_("Nothing differs from what the register says."))
    why = editing.reason_given(reason)
    if Correction.objects.filter(person=person, state=State.WAITING).count() >= MOST_WAITING:
        raise TooManyWaiting
    try:
        with transaction.atomic():
            return Correction.objects.create(
                person=person,
                area_id=person.area_id,
                proposed_sealed=fields.sealed_json(different),
                version=person.version,
                reason=why,
                asked_at=now,
                asked_by_id=by.user_id,
                asked_post_id=by.post_id,
                submission_key=key,
            )
    except IntegrityError:
        earlier = Correction.objects.filter(submission_key=key).first() if key else None
        if earlier is None:
            raise
        return earlier


@transaction.atomic
def approve(*, by: Actor, correction_id: int, version: int, now: datetime, answer: str = "") -> list[Change]:
    """Apply what a correction asks for; `version` is the person's as the approver saw it.

    Raises NotAllowed (own proposal, no right), Stale (decided already, or the person changed since), Invalid and
    KnownAlready when the values do not fit any more; nothing is kept then and the correction still waits.
    """
    correction = _waiting(by, correction_id)
    person = editing.locked_for_change(by, correction.person_id)
    changes = editing.set_fields(
        by=by,
        person=person,
        given=fields.from_sealed_json(correction.proposed_sealed),
        reason=correction.reason,
        now=now,
        version=version,
        correction=correction,
    )
    _decide(correction, State.APPROVED, by, answer, now)
    _tell(correction, gettext_lazy("Your correction was approved; the register says so now."), now)
    return changes


@transaction.atomic
def refuse(*, by: Actor, correction_id: int, answer: str, now: datetime) -> Correction:
    """Leave the register as it is, and say why. Raises NotAllowed, Invalid (no reason), Stale."""
    correction = _waiting(by, correction_id)
    if len(tidy(answer)) < 2:
        raise Invalid(fields={"answer": _("Say why, so that whoever asked knows what to do.")})
    _decide(correction, State.REFUSED, by, answer, now)
    _tell(correction, format_lazy(gettext_lazy("Your correction was refused: {answer}"), answer=correction.answer), now)
    return correction


@transaction.atomic
def withdraw(*, by: Actor, correction_id: int, now: datetime) -> Correction:
    """Whoever asked takes it back, as long as nobody has decided. Raises NotAllowed, Stale."""
    correction = Correction.objects.select_for_update().filter(pk=correction_id).first()
    if correction is None or by.user_id is None or correction.asked_by_id != by.user_id:
        raise NotAllowed(_("Only whoever asked for a correction can take it back."))
    if correction.state != State.WAITING:
        raise Stale(_("This correction was decided already."))
    return _decide(correction, State.WITHDRAWN, by, "", now)


def _may_propose(by: Actor, person: Person, own: bool) -> None:
    if own and by.is_resident:
        return
    if not by.can(Permission.PEOPLE_PROPOSE) or not by.covers(person.area_id):
        raise NotAllowed(_("Your post does not include proposing corrections."))


def _key(by: Actor, submission_key: str) -> str | None:
    # Of one person each: nobody reaches another's correction by guessing a key.
    text = tidy(submission_key)
    return clip(f"{by.user_id}:{text}", 64) if text else None


def _waiting(by: Actor, correction_id: int) -> Correction:
    """The correction, locked, if this actor may decide it."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing the register of people."))
    correction = Correction.objects.select_for_update().filter(pk=correction_id).first()
    if correction is None or not by.covers(correction.area_id):
        raise NotAllowed(_("This correction is not for your area to decide."))
    if correction.state != State.WAITING:
        raise Stale(_("This correction was decided already."))
    if by.user_id is not None and correction.asked_by_id == by.user_id:
        raise NotAllowed(_("Nobody decides what they have asked for themselves. A colleague does."))
    return correction


def _decide(correction: Correction, state: str, by: Actor, answer: str, now: datetime) -> Correction:
    correction.state, correction.decided_at, correction.decided_by_id = state, now, by.user_id
    correction.answer = clip(tidy(answer), LONGEST_ANSWER)
    correction.save(update_fields=["state", "decided_at", "decided_by", "answer"])
    return correction


def _tell(correction: Correction, text: Any, now: datetime) -> None:
    """News for whoever asked. No name and no value: the inbox is not the register."""
    if correction.asked_by_id is None:
        return
    notify(
        news=News(
            text=text,
            to_user_id=correction.asked_by_id,
            subject_kind="correction",
            subject_id=str(correction.pk),
            collision_key=f"correction:{correction.pk}",
        ),
        now=now,
    )
