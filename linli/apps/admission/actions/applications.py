"""Applications for admission (准入申请): sent in, put to the communities, reviewed, decided, reviewed every year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import news
from linli.apps.admission.actions import drafts
from linli.apps.admission.actions.drafts import ApplicationGiven
from linli.apps.admission.actions.texts import note, words
from linli.apps.admission.effects import decision_due
from linli.apps.admission.flow import APPLICATION
from linli.apps.admission.flow.application import AGREEING, CONSULTING, SUBMITTED
from linli.apps.admission.models import (
    Application,
    OfferedGuarantee,
    Opinion,
)
from linli.apps.admission.queries import judging
from linli.foundation.accounts.actors import SYSTEM, Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.prefix import within
from linli.register.people.actions import party_of_unit
from linli.spine.cases import actions as cases
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Change, Inputs
from linli.spine.cases.models import Case, Event

LEAST_NOTE: Final = 4
LONGEST_BASIS: Final = 200


@transaction.atomic
def write(
    *,
    by: Actor,
    given: ApplicationGiven,
    now: datetime,
    send: bool,
    application_id: int | None = None,
    expected_seq: int | None = None,
    key: str = "",
) -> Application:
    """Keep what was typed and, where it is to be sent in at once, send it in as well: both or neither.

    The form of a new one (`key`) makes one application, however often it is sent. Raises NotAllowed, Stale, Invalid
    (by field).
    """
    new = key if application_id is None else ""
    twins = Application.objects.filter(key=new, unit=by.unit_id) if new else Application.objects.none()
    if (twin := twins.first()) is not None:
        return twin
    try:
        with transaction.atomic():
            row = drafts.save(
                by=by, given=given, now=now, application_id=application_id, expected_seq=expected_seq, key=new
            )
    except IntegrityError:
        # The same form, sent twice at once: the other one wins.
        if (twin := twins.first()) is not None:
            return twin
        raise
    return submit(by=by, application_id=row.pk, now=now) if send else row


@transaction.atomic
def submit(*, by: Actor, application_id: int, now: datetime) -> Application:
    """Send in an application: it becomes a case, and the rules look at it. Raises NotAllowed, Stale, Invalid."""
    row = drafts.changeable(by, application_id)
    if row.case_id is not None:
        raise Stale(_("It has been sent in already."))
    if not row.bases.exists():
        raise Invalid(fields={"bases": _("Name the law or document that it rests on.")})
    due = decision_due(row.area_id, now)
    case = Case(
        kind=APPLICATION.kind,
        area_id=row.area_id,
        party=party_of_unit(unit=row.unit, now=now),
        source=Case.Source.GOVERNMENT,
        title=clip(row.name, 80),
        term_due=due,
        statutory_due=due,
    )
    cases.open_case(
        case=case, opening="submit", by=by, part=Part.SENDER, inputs=Inputs(), now=now, numbered=lambda _case: None
    )
    assert by.user_id is not None
    row.case, row.drafted_by_id, row.sent_at = case, by.user_id, now
    row.save(update_fields=["case", "drafted_by", "sent_at"])
    drafts.remember_applicant(row, by)
    _route(row, now)
    return row


def act(
    *,
    application_id: int,
    name: str,
    by: Actor,
    inputs: Inputs,
    now: datetime,
    expected_seq: int | None = None,
    basis: str = "",
) -> Application:
    """Make a move of an application and what follows from it. Raises NotAllowed, Stale, Invalid.

    `basis`: the document, with its number, by which it may pass against the rules.
    """
    with transaction.atomic():
        row = Application.objects.get(pk=application_id)
        if row.case_id is None:
            raise Stale(_("It has not been sent in yet."))
        text = note(inputs.note)
        if name in ("override", "advise_against", "reject", "send_back") and len(text) < LEAST_NOTE:
            raise Invalid(fields={"note": _("Give the reasons, so that they can be answered.")})
        document = words({"basis": basis}, {"basis": LONGEST_BASIS}, ())
        _move(row, name, by, replace(inputs, note=text), now, expected_seq, document if basis else None)
        row.refresh_from_db()
        if name == "resubmit":
            drafts.remember_applicant(row, by)
        if name in ("resubmit", "override"):
            _route(row, now)
        return row


def _move(
    row: Application,
    name: str,
    by: Actor,
    inputs: Inputs,
    now: datetime,
    expected_seq: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> Case:
    def afterwards(change: Change, event: Event) -> None:
        _tell(row, change, now)

    assert row.case_id is not None
    return cases.move(
        case_id=row.case_id,
        name=name,
        by=by,
        inputs=inputs,
        now=now,
        expected_seq=expected_seq,
        afterwards=afterwards,
        facts=facts,
    )


def _route(row: Application, now: datetime) -> None:
    """What the rules say decides where an application goes that has just been sent in."""
    row = Application.objects.select_related("case").prefetch_related("bases", "offered").get(pk=row.pk)
    assert row.case is not None
    if row.case.state != SUBMITTED:
        return
    judged = judging.verdict(row, agreed=False, now=now)
    objections = judging.standing_objections(judged)
    if objections and not row.overridden:
        facts = {"rules": judging.codes(objections)}
        _move(row, "block", SYSTEM, Inputs(), now, facts=facts)
        return
    _ask(row, now)
    opinions = list(row.opinions.all())
    if not opinions:
        raise Invalid(fields={"area_id": _("No community lies in this area, so nobody could be asked.")})
    wanted = judging.terms(row, opinions, now).wanted
    _move(row, "ask_terms" if wanted else "ask_opinions", SYSTEM, Inputs(), now)


def _ask(row: Application, now: datetime) -> None:
    """An opinion from every community of the area, and of no other; what was said of an earlier text is forgotten."""
    rows = Area.objects.current(timezone.localdate(now)).filter(level=Level.COMMUNITY, **within("pk", row.area_id))
    communities = list(rows.values_list("pk", flat=True))
    row.opinions.exclude(area_id__in=communities).delete()
    row.opinions.update(terms_ok=None, terms_note="", stance="", note="", by=None, post=None, at=None)
    Opinion.objects.bulk_create(
        (Opinion(application=row, area_id=area_id) for area_id in communities),
        ignore_conflicts=True,
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a community says: whether money and conditions suffice (None where it is not asked), and its opinion."""

    stance: str
    note: str = ""
    terms_ok: bool | None = None
    terms_note: str = ""


@transaction.atomic
def answer(*, by: Actor, application_id: int, given: Answer, now: datetime) -> Opinion:
    """Answer for the actor's community, once or again while it is asked. Raises NotAllowed, Stale, Invalid."""
    row = Application.objects.select_related("case").get(pk=application_id)
    case = _locked_case(row)
    opinion = row.opinions.select_for_update().filter(area_id=by.area_id[:12]).first()
    if opinion is None or not by.can(Permission.TASK_WORK):
        raise NotAllowed(_("Only a community that is asked may answer."))
    errors: dict[str, object] = {}
    if given.stance not in Opinion.Stance.values:
        errors["stance"] = _("Say whether the community supports it or objects to it.")
    if given.stance == Opinion.Stance.OBJECT and len(tidy(given.note)) < LEAST_NOTE:
        errors["note"] = _("Say why the community objects.")
    if case.state == AGREEING and given.terms_ok is None:
        errors["terms_ok"] = _("Say whether money and conditions suffice.")
    if case.state == AGREEING and given.terms_ok is False and len(tidy(given.terms_note)) < LEAST_NOTE:
        errors["terms_note"] = _("Say what is missing.")
    if errors:
        raise Invalid(fields=errors)
    if case.state == AGREEING:
        opinion.terms_ok, opinion.terms_note = given.terms_ok, clip(tidy(given.terms_note), 500)
    opinion.stance, opinion.note = given.stance, clip(tidy(given.note), 500)
    opinion.by_id, opinion.post_id, opinion.at = by.user_id, by.post_id, now
    facts: dict[str, object] = {"area": opinion.area_id, "stance": opinion.stance}
    if case.state == AGREEING:
        facts["terms_ok"] = opinion.terms_ok
    opinion.save()
    _move(row, "answer", by, Inputs(note=opinion.note), now, facts=facts)
    advance(application_id=row.pk, now=now)
    return opinion


def _locked_case(row: Application) -> Case:
    if row.case_id is None:
        raise Stale(_("It has not been sent in yet."))
    return drafts.locked_case(row.case_id)


@transaction.atomic
def improve(
    *,
    by: Actor,
    application_id: int,
    offered: Sequence[Mapping[str, Any]],
    conditions: str,
    waived_because: str,
    now: datetime,
    expected_seq: int | None = None,
) -> Application:
    """Change money, people, guidance and conditions while the communities are asked; they are asked again."""
    row = drafts.locked(application_id)
    if row.case_id is None:
        raise Stale(_("It has not been sent in yet."))
    errors = drafts.offer_errors(offered, timezone.localdate(now))
    if errors:
        raise Invalid(fields=errors)
    texts = words(
        {"conditions": conditions, "waived_because": waived_because}, {"conditions": 500, "waived_because": 300}, ()
    )
    before = sum(one.amount for one in row.offered.all())
    after = sum(one.get("amount") or 0 for one in offered)
    facts: dict[str, object] = {"amount": {"from": before, "to": after}}
    _move(row, "improve", by, Inputs(), now, expected_seq, facts)
    drafts.remember_applicant(row, by)
    row.offered.all().delete()
    OfferedGuarantee.objects.bulk_create(drafts.offered_row(row, one) for one in offered)
    Application.objects.filter(pk=row.pk).update(**texts)
    row.opinions.update(terms_ok=None, terms_note="")
    with news.in_house():
        text = _("Money and conditions of “%(name)s” were changed. Does the community agree now?")
        readers = news.community(list(row.opinions.values_list("area_id", flat=True)), now)
        users = [user for found in readers.values() for user in found]
        news.send(news.application_news(users, row.pk, row.name, text), now)
    return row


@transaction.atomic
def advance(*, application_id: int, now: datetime) -> None:
    """Move an application on when the communities have said enough, or their time is over. Safe to repeat."""
    row = Application.objects.select_related("case").get(pk=application_id)
    case = _locked_case(row)
    opinions = list(row.opinions.all())
    over = case.step_due is not None and case.step_due < now
    if case.state == AGREEING:
        state = judging.terms(row, opinions, now)
        if state.reached:
            case = _move(row, "ask_opinions", SYSTEM, Inputs(), now)
            over = False
        elif state.out_of_reach or over:
            _move(row, "not_agreed", SYSTEM, Inputs(), now)
            return
    if case.state == CONSULTING and (over or all(one.stance for one in opinions)):
        _move(row, "to_review", SYSTEM, Inputs(), now)


def told(move: str) -> tuple[str, str] | None:
    """Whom a move of an application concerns, and what they read; None for moves that concern no other desk."""
    return {
        "block": ("legality", _("The rules stop “%(name)s”. Its reasons can be looked at.")),
        "ask_terms": ("communities", _("Do money and conditions of “%(name)s” suffice? Your community is asked.")),
        "ask_opinions": ("communities", _("What does your community say to “%(name)s”?")),
        "not_agreed": ("applicant", _("Too few communities agree to money and conditions of “%(name)s”.")),
        "to_review": ("supervisors", _("“%(name)s” is ready for the joint review.")),
        "recommend": ("supervisors", _("“%(name)s” was reviewed and waits for the decision.")),
        "advise_against": ("supervisors", _("“%(name)s” was reviewed and waits for the decision.")),
        "send_back": ("applicant", _("“%(name)s” came back and must be changed.")),
        "admit": ("applicant", _("“%(name)s” was admitted to the list.")),
        "reject": ("applicant", _("“%(name)s” was rejected. The reasons are on its page.")),
        "suspend": ("applicant", _("“%(name)s” was suspended: nothing may be handed down under it.")),
        "resume": ("applicant", _("The suspension of “%(name)s” has ended.")),
        "amend": ("applicant", _("The yearly review says that “%(name)s” must be changed: apply anew.")),
        "exit": ("applicant", _("“%(name)s” was taken off the list.")),
        "expire": ("applicant", _("The temporary admission of “%(name)s” is over.")),
    }.get(move)


def _tell(row: Application, change: Change, now: datetime) -> None:
    with news.in_house():
        found = told(change.move.name)
        if found is None:
            return
        whom, text = found
        match whom:
            case "applicant":
                users = news.unit(row.unit_id, now)
            case "legality":
                users = news.legality(row.area_id, now) + news.unit(row.unit_id, now)
            case "supervisors":
                users = news.supervisors(row.area_id, now)
            case _:
                readers = news.community(list(row.opinions.values_list("area_id", flat=True)), now)
                users = [user for found in readers.values() for user in found]
        others = [one for one in users if one != change.by.user_id]
        news.send(news.application_news(others, row.pk, row.name, text), now)
