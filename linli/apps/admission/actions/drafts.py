"""An application while it is written: by the unit that applies, before it is sent in or after it came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.actions.texts import words
from linli.apps.admission.flow.application import BLOCKED, REVISING
from linli.apps.admission.models import Applicant, Application, ApplicationBasis, Form, GuaranteeKind, OfferedGuarantee
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.actions import keep
from linli.foundation.files.models import StoredFile
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.months import months_later
from linli.spine.cases import actions as cases
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Basis

LONGEST: Final = {
    "name": 120,
    "does": 500,
    "does_not": 500,
    "why": 1000,
    "conditions": 500,
    "waived_because": 300,
}
MOST_ROWS: Final = 20
YEARS_AHEAD: Final = 10
CHANGEABLE: Final = (BLOCKED, REVISING)


@dataclass(frozen=True, kw_only=True)
class ApplicationGiven:
    """An application as it was typed; `bases` as those of an item, `offered` with kind, what, amount (fen), due_on."""

    area_id: str
    list_kind: str
    form: str
    name: str
    does: str
    why: str
    starts_on: date
    does_not: str = ""
    community_leads: bool = False
    with_form: bool = False
    ends_on: date | None = None
    conditions: str = ""
    waived_because: str = ""
    bases: Sequence[Mapping[str, Any]] = ()
    offered: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def save(
    *,
    by: Actor,
    given: ApplicationGiven,
    now: datetime,
    application_id: int | None = None,
    expected_seq: int | None = None,
    key: str = "",
) -> Application:
    """Keep a draft, or change one (also one that came back). Raises NotAllowed, Stale, Invalid (by field).

    `expected_seq`: the `seq` that the form showed; what somebody else has written since is not overwritten. A change
    of what was sent in is an event, so that nobody decides on a text that they have not read.
    """
    unit = _applicant(by)
    texts = words(vars(given), LONGEST, ("name", "does", "why"))
    _check(by, given, now)
    if application_id is None:
        row = Application(unit=unit, drafted_at=now, key=key or None)
    else:
        row = changeable(by, application_id, expected_seq)
        if row.case is None:
            row.redrafts += 1
    assert by.user_id is not None
    # Whoever changes the text answers for it from now on.
    row.drafted_by_id = by.user_id
    row.sent_at = None
    for field, text in texts.items():
        setattr(row, field, text)
    for field in ("area_id", "list_kind", "form", "starts_on", "ends_on", "community_leads", "with_form"):
        setattr(row, field, getattr(given, field))
    row.save()
    remember_applicant(row, by)
    row.bases.all().delete()
    row.offered.all().delete()
    files = [one["file"] for one in given.bases if one.get("file") is not None]
    ApplicationBasis.objects.bulk_create(_basis(row, at, one) for at, one in enumerate(given.bases))
    OfferedGuarantee.objects.bulk_create(offered_row(row, one) for one in given.offered)
    keep(files)
    if row.case is not None:
        row.case = cases.move(case_id=row.case.pk, name="edit", by=by, inputs=Inputs(), now=now)
    return row


def _applicant(by: Actor) -> Unit:
    unit = Unit.objects.filter(pk=by.unit_id).first() if by.unit_id is not None else None
    if not by.can(Permission.TASK_SEND) or unit is None:
        raise NotAllowed(_("Your post does not include applying for admission."))
    return unit


def changeable(by: Actor, application_id: int, expected_seq: int | None = None) -> Application:
    """The application, locked, while its unit may change it. Raises NotAllowed, Stale."""
    row = locked(application_id)
    if row.unit_id != by.unit_id:
        raise NotAllowed(_("Only the unit that applies may change its application."))
    if row.case is not None and row.case.state not in CHANGEABLE:
        raise Stale(_("It has been sent in and cannot be changed now."))
    if expected_seq is not None and expected_seq != row.seq:
        raise Stale(_("Somebody else has changed it meanwhile. Look at what is new, then send yours again."))
    return row


def remember_applicant(row: Application, by: Actor) -> None:
    """Whoever once had a hand in an application never judges it, whoever writes or sends it in after that."""
    assert by.user_id is not None
    Applicant.objects.get_or_create(application=row, user_id=by.user_id)


def locked(application_id: int) -> Application:
    """The application with its case, both locked until the transaction ends. Raises Stale.

    The case comes first, as in every move: in the other order two people would wait for each other for ever. What
    both say is read after the lock, so that nothing is decided on what somebody is changing.
    """
    rows = Application.objects.filter(pk=application_id)
    case_id = rows.values_list("case_id", flat=True).first()
    case = locked_case(case_id) if case_id is not None else None
    row = rows.select_for_update(of=("self",)).first()
    if row is None or row.case_id != case_id:
        raise Stale(_("It has been sent in or thrown away meanwhile. Look at what is new."))
    row.case = case
    return row


def locked_case(case_id: int) -> Case:
    """The case of an application, locked until the transaction ends."""
    rows = Case.objects.select_for_update() if connection.features.has_select_for_update else Case.objects.all()
    return rows.get(pk=case_id)


def _check(by: Actor, given: ApplicationGiven, now: datetime) -> None:
    today = timezone.localdate(now)
    errors: dict[str, object] = {}
    if given.list_kind not in Application.ListKind.values:
        errors["list_kind"] = _("Choose the list.")
    if given.form not in Form.values:
        errors["form"] = _("Choose what it is.")
    places = Area.objects.current(today).filter(by.within("id"), pk=given.area_id)
    if not places.filter(level__in=(Level.DISTRICT, Level.STREET, Level.COMMUNITY)).exists():
        errors["area_id"] = _("Choose the district, a street or a community of your area.")
    longest = rules.params("admission.limits", by.area_id, today)["longest_temporary_months"]
    errors |= _far_errors(given, today) or _end_errors(given, longest)
    errors |= offer_errors(given.offered, today)
    errors |= _basis_errors(given.bases)
    if errors:
        raise Invalid(fields=errors)


def _far_errors(given: ApplicationGiven, today: date) -> dict[str, object]:
    days = {"starts_on": given.starts_on, "ends_on": given.ends_on}
    far = [field for field, day in days.items() if day is not None and day > _latest(today)]
    return {field: _("At most %(n)s years ahead.") % {"n": YEARS_AHEAD} for field in far}


def _latest(today: date) -> date:
    return months_later(today, 12 * YEARS_AHEAD)


def _end_errors(given: ApplicationGiven, longest: int) -> dict[str, object]:
    if given.ends_on is None:
        return {}
    if given.ends_on < given.starts_on:
        return {"ends_on": _("It cannot end before it begins.")}
    if given.ends_on > months_later(given.starts_on, longest):
        return {"ends_on": _("A temporary admission lasts at most %(n)s months.") % {"n": longest}}
    return {}


def _basis_errors(bases: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    if len(bases) > MOST_ROWS:
        return {"bases": _("At most %(n)s lines.") % {"n": MOST_ROWS}}
    known = ((Basis.Form, "form"), (Basis.Issuer, "issuer"), (Basis.Level, "level"))
    if any(one.get(field) not in choices.values for one in bases for choices, field in known):
        return {"bases": _("Say for every basis what it is, who issued it, and for what level.")}
    return {}


def offer_errors(offered: Sequence[Mapping[str, Any]], today: date | None = None) -> dict[str, object]:
    """What is wrong with the lines of money, people and guidance, in one sentence; empty when nothing is.

    With `today`, nothing may be promised for a day that is too far away.
    """
    if len(offered) > MOST_ROWS:
        return {"offered": _("At most %(n)s lines.") % {"n": MOST_ROWS}}
    for one in offered:
        money = one.get("kind") == GuaranteeKind.MONEY
        amount = one.get("amount") or 0
        if one.get("kind") not in GuaranteeKind.values or one.get("due_on") is None:
            return {"offered": _("Say of each line what it is, and by when it is there.")}
        if today is not None and one["due_on"] > _latest(today):
            return {"offered": _("At most %(n)s years ahead.") % {"n": YEARS_AHEAD}}
        if money and amount <= 0:
            return {"offered": _("Money needs an amount above 0.")}
        if not money and (amount or len(tidy(str(one.get("what", "")))) < 2):
            return {"offered": _("People and guidance are described in words, without an amount.")}
    return {}


def _basis(row: Application, at: int, one: Mapping[str, Any]) -> ApplicationBasis:
    file = one.get("file")
    return ApplicationBasis(
        application=row,
        position=at,
        form=one["form"],
        issuer=one["issuer"],
        level=one["level"],
        issuer_name=clip(tidy(str(one.get("issuer_name", ""))), 120),
        title=clip(tidy(str(one["title"])), 200),
        number=clip(tidy(str(one.get("number", ""))), 80),
        article=clip(tidy(str(one.get("article", ""))), 80),
        link=clip(tidy(str(one.get("link", ""))), 300),
        file=file if isinstance(file, StoredFile) else None,
        valid_from=one.get("valid_from"),
        valid_to=one.get("valid_to"),
    )


def offered_row(row: Application, one: Mapping[str, Any]) -> OfferedGuarantee:
    """A line that was typed, as a row that is not saved yet."""
    return OfferedGuarantee(
        application=row,
        kind=one["kind"],
        what=clip(tidy(str(one.get("what", ""))), 200),
        amount=one.get("amount") or 0,
        due_on=one["due_on"],
    )


@transaction.atomic
def discard(*, by: Actor, application_id: int) -> None:
    """Throw away a draft that was never sent in. Raises NotAllowed, Stale."""
    row = changeable(by, application_id)
    if row.case_id is not None:
        raise Stale(_("It has been sent in; withdraw it instead."))
    row.bases.all().delete()
    row.offered.all().delete()
    row.applicants.all().delete()
    row.delete()
