"""The use cases of an incident: report it once, and make any of its moves."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.apps.incidents import news
from linli.apps.incidents.flow import INCIDENT
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found
from linli.foundation import vault
from linli.foundation.accounts.actors import SYSTEM, Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip, tidy
from linli.lib.codes import tracking_code
from linli.lib.errors import Invalid, NotAllowed
from linli.register.people import actions as people
from linli.register.people.models import Party
from linli.spine.cases import actions as cases
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Change, Inputs
from linli.spine.cases.models import Case, Event, Follower
from linli.spine.cases.parts import has_reporter
from linli.spine.catalogue.models import Matter

LONGEST_TEXT = 5000
LONGEST_TITLE = 60
LONGEST_NOTE = 2000
TRACKING = "tracking"


@dataclass(frozen=True)
class Receipt:
    """What the reporter gets: the case, the code that opens its page without signing in, and whether it was known."""

    case: Case
    code: str
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """How to reach the reporter; both empty for an anonymous one."""

    phone: str = ""
    name: str = ""


def code_of(number: str) -> str:
    """The tracking code of a case: derived from its number with the installation's key, so it is stored nowhere."""
    return tracking_code(vault.keyring().index_key, number)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody reports. `submission_key` is made by the form (or the phone, offline) and sent again on a retry."""

    text: str
    matter: Matter
    found: Found
    submission_key: str
    place: str = ""
    reporter: Reporter = Reporter()
    photos: tuple[StoredFile, ...] = ()
    on_spot: bool = False


def key_of(by: Actor, submission_key: str) -> str:
    """What makes a report one and the same: the form's key, of this reporter."""
    return f"{by.user_id or ''}:{submission_key}"[:64]


def report(*, by: Actor, given: Report, now: datetime) -> Receipt:
    """Take a report in, exactly once for each `submission_key` and reporter.

    Residents and visitors report; grid and community workers may also say that they have handled it on the spot,
    with a photo. Raises Invalid with a message for each field; nothing is kept then.
    """
    if by.is_signed_in and not by.can(Permission.REPORT_CREATE):
        raise NotAllowed(_("Your post does not include reporting."))
    if given.on_spot and not by.covers(given.found.area_id):
        raise Invalid(fields={"area": _("This is outside your area. Report it, and the people there will handle it.")})
    given = replace(given, text=checked_text(given.text))
    phone = people.checked_phone(given.reporter.phone)
    key = key_of(by, given.submission_key)
    try:
        with transaction.atomic():
            return _open(by, given, phone, key, now)
    except IntegrityError:
        # The same report arrived before (a second tap, a phone that came back online): answer it as the first.
        case = Case.objects.filter(submission_key=key).select_related("matter").first()
        if case is None:
            raise
        return Receipt(case, code_of(case.number) if has_reporter(case) else "", repeated=True)


def _open(by: Actor, given: Report, phone: str, key: str, now: datetime) -> Receipt:
    party = _party(by, phone, given.reporter, now)
    case = Case(
        kind=INCIDENT.kind,
        matter=given.matter,
        event_class=given.matter.event_class,
        area_id=given.found.area_id,
        party=party,
        source=_source(by, party),
        title=clip(" ".join(given.text.split()), LONGEST_TITLE),
        place=clip(tidy(given.place).strip(), 200),
        lon=given.found.lon,
        lat=given.found.lat,
        submission_key=key,
    )
    waited_for = has_reporter(case)

    def numbered(case: Case) -> None:
        case.tracking_index = vault.index(code_of(case.number), TRACKING) if waited_for else None

    event = cases.open_case(
        case=case,
        opening="report_solved" if given.on_spot else "report",
        by=by,
        part=_opening_part(by),
        inputs=Inputs(photos=given.photos),
        now=now,
        numbered=numbered,
    )
    Incident.objects.create(case=case, text=given.text, found_by=given.found.by, metres_off=given.found.metres_off)
    news.tell(case, event, now)
    if given.on_spot and not waited_for:
        case = cases.move(case_id=case.pk, name="file", by=SYSTEM, inputs=Inputs(), now=now)
    return Receipt(case, code_of(case.number) if waited_for else "")


def act(
    *,
    case_id: int,
    name: str,
    by: Actor,
    inputs: Inputs,
    now: datetime,
    expected_seq: int | None = None,
    is_reporter: bool = False,
) -> Case:
    """Make a move of an incident, tell those whom it concerns, and file what nobody has to answer.

    The caller has fetched the case inside the actor's scope. Raises NotAllowed, Stale, Invalid.
    """
    inputs = replace(
        inputs,
        note=checked_note(inputs.note, "note"),
        public_note=checked_note(inputs.public_note, "public_note"),
    )

    def afterwards(change: Change, event: Event) -> None:
        news.tell(change.case, event, now)

    with transaction.atomic():
        case = cases.move(
            case_id=case_id,
            name=name,
            by=by,
            inputs=inputs,
            now=now,
            expected_seq=expected_seq,
            is_reporter=is_reporter,
            afterwards=afterwards,
        )
        if case.state == "handled" and not has_reporter(case):
            case = cases.move(case_id=case.pk, name="file", by=SYSTEM, inputs=Inputs(), now=now)
    return case


def join(*, case: Case, by: Actor, reporter: Reporter, inputs: Inputs, now: datetime) -> Case:
    """Join an open case instead of reporting it again: the new party is told of every step from now on.

    The first reporter's name and words stay hidden from whoever joins. Raises Invalid when no way to be told is left.
    """
    phone = people.checked_phone(reporter.phone)
    inputs = replace(inputs, public_note=checked_note(inputs.public_note, "public_note"))
    with transaction.atomic():
        party = _party(by, phone, reporter, now)
        if party is None:
            raise Invalid(fields={"phone": _("Leave your mobile number, so that we can tell you of every step.")})
        # Locked first: of two taps at the same moment, the second sees what the first has written.
        Case.objects.select_for_update().only("pk").get(pk=case.pk)
        if case.party_id == party.pk or Follower.objects.filter(case=case, party=party).exists():
            return case  # They had joined before; one thumb counts once.

        def afterwards(change: Change, event: Event) -> None:
            Follower.objects.create(case=case, party=party, joined_at=now)
            news.tell_party(change.case, party, event, now)

        return cases.move(
            case_id=case.pk,
            name="join",
            by=by,
            inputs=inputs,
            now=now,
            is_reporter=True,
            afterwards=afterwards,
            facts={"party": party.pk},
        )


def _party(by: Actor, phone: str, reporter: Reporter | None, now: datetime) -> Party | None:
    if by.is_resident and by.user_id is not None:
        return people.party_of_user(user_id=by.user_id, now=now)
    if phone and reporter:
        return people.party_for_phone(phone=phone, name=reporter.name, now=now)
    return None


def _source(by: Actor, party: Party | None) -> str:
    if by.is_staff and party is None:
        return Case.Source.GRID if by.role in ("grid_worker", "grid_head") else Case.Source.COMMUNITY
    return Case.Source.RESIDENT if party else Case.Source.ANONYMOUS


def _opening_part(by: Actor) -> Part:
    if not by.is_staff:
        return Part.REPORTER
    return Part.GRID if by.role in ("grid_worker", "grid_head") else Part.COMMUNITY


def checked_text(text: str) -> str:
    """The words of a report, tidied. Raises Invalid when there are none or too many."""
    text = tidy(text).strip()
    if not text:
        raise Invalid(fields={"text": _("Say in a few words what is wrong.")})
    return _within(text, LONGEST_TEXT, "text")


def checked_note(text: str, field: str) -> str:
    """The words that go with a move, tidied. Raises Invalid when there are too many."""
    return _within(tidy(text).strip(), LONGEST_NOTE, field)


def _within(text: str, most: int, field: str) -> str:
    if len(text) > most:
        words = _("At most %(most)s characters can be kept; this text has %(given)s. Please shorten it.")
        raise Invalid(fields={field: words % {"most": most, "given": len(text)}})
    return text
