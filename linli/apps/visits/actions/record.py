"""Record a visit, exactly once, and open the case of a need with it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.visits import care, needs
from linli.apps.visits.models import Outcome, Visit, VisitPhoto, Way
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files import actions as files
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.models import Person
from linli.spine.cases.models import Case

LONGEST_TEXT = 2000
LONGEST_REASON = 300
#: A visit recorded later than this needs a reason and stays marked (lessons §5.26).
LATE_AFTER = timedelta(hours=24)
OLDEST = timedelta(days=92)
#: Clocks of phones differ: so far in the future counts as now.
CLOCKS_DIFFER = timedelta(minutes=10)
FURTHEST_NEXT = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the worker says of a visit. `written_at`: when it was written on a phone without a network."""

    way: str
    outcome: str
    submission_key: str
    visited_at: datetime | None = None
    written_at: datetime | None = None
    late_reason: str = ""
    text: str = ""
    differences: tuple[str, ...] = ()
    need: str = ""
    matter: str = ""
    next_on: date | None = None
    photos: tuple[StoredFile, ...] = ()
    voice: StoredFile | None = None


@dataclass(frozen=True)
class Recorded:
    """The visit, its case if there is one, and whether it was known already."""

    visit: Visit
    case: Case | None
    repeated: bool = False


def key_of(by: Actor, submission_key: str) -> str:
    """What makes a record one and the same: the form's key, of this worker."""
    return f"{by.user_id or ''}:{submission_key}"[:64]


def record(*, by: Actor, person_id: int, given: Report, now: datetime) -> Recorded:
    """Write a visit down, exactly once for each `submission_key` and worker; a need becomes a case with it.

    Raises NotAllowed, Stale (the person is not in the actor's area any more), Invalid with a sentence for each field.
    """
    if not by.can(Permission.VISIT_WORK):
        raise NotAllowed(_("Your post does not include visiting."))
    key = key_of(by, given.submission_key)
    known = _known(key)
    if known is not None:
        return known
    person = Person.objects.visible_to(by).select_related("dwelling__building", "area").filter(pk=person_id).first()
    if person is None:
        raise Stale(_("This person is not in your area any more."))
    visit = _checked(by, person, given, now)
    visit.submission_key = key
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
            _link(visit, given)
            if visit.need:
                need = needs.Need(
                    person=person, text=visit.need, matter=given.matter, key=f"visit:{given.submission_key}"
                )
                visit.case = needs.open_case(by, need, now)
                Visit.objects.filter(pk=visit.pk).update(case=visit.case)
            return Recorded(visit, visit.case)
    except IntegrityError:
        # The same record arrived at the same moment (a second tap, two tabs of one phone): answer it as the first.
        known = _known(key)
        if known is None:
            raise
        return known


def _known(key: str) -> Recorded | None:
    visit = Visit.objects.filter(submission_key=key).select_related("case", "person").first()
    return Recorded(visit, visit.case, repeated=True) if visit is not None else None


def _link(visit: Visit, given: Report) -> None:
    """Hang photos and voice on the visit. Where a photo was taken is nobody's business here: no trail of the worker."""
    linked = [*given.photos, *([given.voice] if given.voice else [])]
    if not linked:
        return
    files.keep(linked)
    StoredFile.objects.filter(pk__in=[file.pk for file in linked]).update(lon=None, lat=None, taken_at=None)
    VisitPhoto.objects.bulk_create(
        VisitPhoto(visit=visit, file=file, position=position) for position, file in enumerate(given.photos)
    )


def _checked(by: Actor, person: Person, given: Report, now: datetime) -> Visit:
    """The visit, not yet saved. Raises Invalid."""
    wrong: dict[str, object] = {}
    given = replace(given, text=tidy(given.text), need=tidy(given.need), late_reason=clip(tidy(given.late_reason), 300))
    if given.way not in Way.values:
        wrong["way"] = _("Choose how you visited.")
    if given.outcome not in Outcome.values:
        wrong["outcome"] = _("Choose how it went.")
    for name, text in (("text", given.text), ("need", given.need)):
        if len(text) > LONGEST_TEXT:
            words = _("At most %(most)s characters can be kept; this text has %(given)s. Please shorten it.")
            wrong[name] = words % {"most": LONGEST_TEXT, "given": len(text)}
    if given.outcome == Outcome.OTHER and not given.text:
        wrong["text"] = _("Say in a few words how it went.")
    today = timezone.localdate(now)
    if given.next_on is not None and not today <= given.next_on <= today + FURTHEST_NEXT:
        wrong["next_on"] = _("The next visit lies between today and a year from now.")
    visited_at = _moment(given, now, wrong)
    is_late, reason = _lateness(given, visited_at, now, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    return Visit(
        person=person,
        household_id=person.household_id,
        area_id=person.area_id,
        by_id=by.user_id,
        post_id=by.post_id,
        way=given.way,
        outcome=given.outcome,
        visited_at=visited_at,
        recorded_at=now,
        is_late=is_late,
        late_reason=reason,
        text=given.text,
        differences=[code for code in care.DIFFERENCES if code in given.differences],
        need=given.need,
        voice=given.voice,
        next_on=given.next_on,
    )


def _moment(given: Report, now: datetime, wrong: dict[str, object]) -> datetime:
    """When the visit was: what was typed, else when it was written on the phone, else now."""
    at = given.visited_at or (given.written_at if given.written_at and given.written_at <= now else None) or now
    if at > now + CLOCKS_DIFFER:
        wrong["visited_at"] = _("This time lies in the future.")
    if at < now - OLDEST:
        wrong["visited_at"] = _("A visit can be recorded for three months at most.")
    return min(at, now)


def _lateness(given: Report, visited_at: datetime, now: datetime, wrong: dict[str, object]) -> tuple[bool, str]:
    """Whether it is recorded late, and why. What was written at once and only waited for a network says so itself."""
    if now - visited_at <= LATE_AFTER:
        return False, ""
    if given.late_reason:
        return True, given.late_reason
    written = given.written_at
    if written is not None and visited_at - CLOCKS_DIFFER <= written <= min(visited_at + LATE_AFTER, now):
        words = _("Written on the phone at %(at)s and sent when there was a network.")
        return True, words % {"at": f"{timezone.localtime(written):%m-%d %H:%M}"}
    wrong["late_reason"] = _("It was more than a day ago. Say why it is recorded only now; the record stays marked.")
    return True, ""
