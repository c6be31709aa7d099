"""Requests of people about their own data (PIPL §44-50): asked at the window or in the portal, answered in time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import User
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.notifications.actions import News, notify
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.register.people.actions import retention, spells
from linli.register.people.models import Person, SubjectRequest, Tag

Kind, State, Asker = SubjectRequest.Kind, SubjectRequest.State, SubjectRequest.Asker

LONGEST_TEXT, LONGEST_PROOF, LONGEST_ANSWER = 1000, 200, 1000
LEAST_REASON = 5
#: A copy may be printed again for some time after it was handed out.
COPY_LIVES = timedelta(days=30)
#: As the trace of changes keeps it.
ASKED_FOR = "应本人请求删除"
NEWS = {
    State.DONE: gettext_lazy("A request about personal data was answered."),
    State.REFUSED: gettext_lazy("A request about personal data was refused, with reasons."),
}


class TooManyWaitingRequests(Refusal):
    """So many requests of one person wait that another would only hide them."""

    code = "too_many_requests"


@transaction.atomic
def ask(
    *,
    by: Actor,
    person: Person,
    kind: str,
    now: datetime,
    asker: str = Asker.SELF,
    text: str = "",
    proof: str = "",
    own: bool = False,
) -> SubjectRequest:
    """Write down that somebody asks for a copy, a correction, the deletion or an explanation of what is held.

    At the window the clerk says how they made sure who asks (`proof`). A resident may ask in the portal when the caller
    vouches with `own` that the person is themselves. The same request that waits already is returned as it is.
    Raises NotAllowed, Invalid, TooManyWaitingRequests.
    """
    if not own and not (may_take(by) and by.covers(person.area_id)):
        raise NotAllowed(_("Your post does not include taking requests about personal data."))
    rule = rules.params("privacy.requests", person.area_id, timezone.localdate(now))
    text, proof = clip(tidy(text), LONGEST_TEXT), clip(tidy(proof), LONGEST_PROOF)
    errors = _errors(person, kind, asker, text, proof, own=own)
    if errors:
        raise Invalid(fields=errors)
    # One at a time for each person, so that two presses make one request.
    spells.locked([person.pk])
    waiting = SubjectRequest.objects.filter(person=person, state=State.WAITING)
    earlier = waiting.filter(kind=kind, asker=asker).order_by("pk").first()
    if earlier is not None and earlier.text == text:
        return earlier
    if waiting.count() >= rule["waiting_most"]:
        raise TooManyWaitingRequests(_("Several requests of this person are waiting already. They are answered first."))
    made = SubjectRequest.objects.create(
        person=person,
        area_id=person.area_id,
        kind=kind,
        asker=asker,
        text=text,
        proof=proof,
        asked_at=now,
        due_at=now + timedelta(days=rule["answer_days"]),
        asked_by_id=by.user_id,
    )
    audit.record(
        by=by,
        action="people.request",
        subject_kind="person",
        subject_id=person.pk,
        data={"request": made.pk, "kind": kind},
        now=now,
    )
    return made


def _errors(person: Person, kind: str, asker: str, text: str, proof: str, *, own: bool) -> dict[str, object]:
    errors: dict[str, object] = {}
    if kind not in Kind.values:
        errors["kind"] = _("Choose what is asked for.")
    if asker not in Asker.values:
        errors["asker"] = _("Choose who asks.")
    elif person.status == Person.Status.DEAD and asker != Asker.RELATIVE:
        errors["asker"] = _("This person has died: close relatives may ask (Personal Information Protection Law §49).")
    elif person.status != Person.Status.DEAD and asker == Asker.RELATIVE:
        errors["asker"] = _("Relatives may ask only about somebody who has died. A guardian asks as guardian.")
    if kind in (Kind.CORRECT, Kind.EXPLAIN) and len(text) < 2:
        errors["text"] = _("Write down what is asked.")
    if not own and len(proof) < 2:
        errors["proof"] = _("Say how you made sure who asks: which document you saw, or how you know them.")
    return errors


@transaction.atomic
def answer(*, by: Actor, request_id: int, now: datetime, text: str = "") -> tuple[SubjectRequest, list[str]]:
    """Do what was asked, and say so; returns the request and the names of the fields erased (for a deletion).

    A deletion erases what the law lets go now: contacts, photo, workplace, note, and of groups that ended their basis.
    Identity and residence stay while somebody lives here or others' duties hang on them; the answer says so.
    Raises NotAllowed, Stale (answered already), Invalid (an explanation without words).
    """
    request = _taken(by, request_id)
    text = clip(tidy(text), LONGEST_ANSWER)
    erased: list[str] = []
    if request.kind == Kind.EXPLAIN and len(text) < LEAST_REASON:
        raise Invalid(fields={"answer": _("Write the explanation.")})
    if request.kind == Kind.DELETE:
        erased = retention.erase(
            person_id=request.person_id, names=retention.ERASABLE, reason=ASKED_FOR, now=now, by=by
        )
        ended = Tag.objects.filter(person_id=request.person_id, until__isnull=False)
        ended.update(basis="", facts={}, ended_because="")
        text = text or _deletion_answer()
    return _close(request, State.DONE, text or str(_("Done.")), by, now, {"erased": erased}), erased


def _deletion_answer() -> str:
    return str(
        _(
            "Erased: phone numbers, emergency contact, photo, workplace, note, and the papers of groups that ended."
            " Kept: identity, residence and events, as long as the law asks the community to keep the register."
        )
    )


@transaction.atomic
def refuse(*, by: Actor, request_id: int, reasons: str, now: datetime) -> SubjectRequest:
    """Refuse, with reasons that the person will read (PIPL §50). Raises NotAllowed, Stale, Invalid."""
    request = _taken(by, request_id)
    reasons = clip(tidy(reasons), LONGEST_ANSWER)
    if len(reasons) < LEAST_REASON:
        raise Invalid(fields={"answer": _("A refusal needs reasons that the person can understand.")})
    return _close(request, State.REFUSED, reasons, by, now, {})


@transaction.atomic
def withdraw(*, by: Actor, request_id: int, now: datetime, own: bool = False) -> SubjectRequest:
    """The person does not ask any more. `own`: the caller vouches that it is the resident's. Raises as `refuse`."""
    request = _waiting(request_id)
    if not own and not (may_take(by) and by.covers(request.person.area_id)):
        raise NotAllowed(_("Your post does not include taking requests about personal data."))
    return _close(request, State.WITHDRAWN, "", by, now, {})


def copy_open(request: SubjectRequest, now: datetime) -> bool:
    """Whether the copy of a request may be made now: while it waits, and for a while after it was handed out."""
    if request.kind != Kind.COPY:
        return False
    if request.state == State.WAITING:
        return True
    return request.state == State.DONE and request.answered_at is not None and now - request.answered_at <= COPY_LIVES


def may_take(by: Actor) -> bool:
    """Whether the actor may write requests down at the window."""
    return by.can(Permission.PEOPLE_EDIT) or by.can(Permission.PEOPLE_APPROVE)


def _taken(by: Actor, request_id: int) -> SubjectRequest:
    request = _waiting(request_id)
    if not by.can(Permission.PEOPLE_APPROVE) or not by.covers(request.person.area_id):
        raise NotAllowed(_("Your post does not include approving exports and requests."))
    return request


def _waiting(request_id: int) -> SubjectRequest:
    request = SubjectRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=request_id)
    if request.state != State.WAITING:
        raise Stale(_("This request was answered already."))
    return request


def _close(
    request: SubjectRequest, state: str, text: str, by: Actor, now: datetime, data: dict[str, object]
) -> SubjectRequest:
    request.state, request.answer = state, text
    request.answered_at, request.answered_by_id = now, by.user_id
    request.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    audit.record(
        by=by,
        action=f"people.request_{state}",
        subject_kind="person",
        subject_id=request.person_id,
        data={"request": request.pk, "kind": request.kind, **data},
        now=now,
    )
    _tell(request, by, now)
    return request


def _tell(request: SubjectRequest, by: Actor, now: datetime) -> None:
    """News for whoever asked or wrote the request down. It names nobody: the inbox is not the register."""
    if request.state not in NEWS or request.asked_by is None or request.asked_by_id == by.user_id:
        return
    is_resident = request.asked_by.kind == User.Kind.RESIDENT
    notify(
        news=News(
            text=NEWS[State(request.state)],
            to_user_id=request.asked_by_id,
            subject_kind="subject_request",
            subject_id=str(request.pk),
            link_path="/my-data/" if is_resident else f"/register/requests/{request.pk}/",
            collision_key=f"request:{request.pk}",
        ),
        now=now,
    )
