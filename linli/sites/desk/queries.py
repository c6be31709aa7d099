"""What the pages of the desk read beyond a case and its list: reporters, neighbours, counts and shapes on the map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, F, Q
from django.db.models.functions import Substr

from linli.apps.incidents import queries as incidents
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area, Boundary, Level
from linli.foundation.audit.models import AccessRecord
from linli.lib import codes
from linli.lib.chinese import mask_name, mask_phone
from linli.lib.prefix import within
from linli.register.people.models import Party, Removed
from linli.spine.cases.models import Assignment, Case
from linli.spine.catalogue.models import Matter
from linli.spine.catalogue.queries import lead_unit
from linli.ui.svgmap import label_point

MOST_POINTS: Final = 2000
MOST_NEARBY: Final = 4


@dataclass(frozen=True)
class Told:
    """What the app of incidents knows of a case: the reporter's words, how the place was found, who follows."""

    text: str
    found_by: str
    metres_off: int
    followers: int


def told(case: Case) -> Told:
    """The facts of the incident. One statement."""
    row = (
        Incident.objects.filter(pk=case.pk)
        .annotate(followers=Count("case__followers"))
        .values_list("text", "found_by", "metres_off", "followers")
        .first()
    )
    return Told(*row) if row else Told("", "", 0, 0)


@dataclass(frozen=True)
class ReporterSeen:
    """The reporter as this actor may see them: masked by default, callable for those who may see the number."""

    name: str
    masked: str = ""
    call_url: str = ""
    may_reveal: bool = False


def reporter(party: Party | None, actor: Actor) -> ReporterSeen | None:
    """The reporter of a case in the actor's scope; None when there is none or the post does not include people."""
    if party is None or not actor.can(Permission.PEOPLE_READ):
        return None
    number = vault.unseal(party.phone_sealed, vault.PHONE)
    reveals = actor.can(Permission.PEOPLE_REVEAL)
    return ReporterSeen(
        name=party.name if reveals else mask_name(party.name),
        masked=mask_phone(number) if number else "",
        call_url=f"tel:{number}" if number and reveals else "",
        may_reveal=bool(number) and reveals,
    )


def parties_of(cases: Sequence[Case]) -> dict[int, Party]:
    """The reporters of listed cases, by the key of the case. One statement."""
    numbers = [case.pk for case in cases]
    rows = Case.objects.filter(pk__in=numbers, party__isnull=False).select_related("party").only("pk", "party")
    return {row.pk: row.party for row in rows if row.party is not None}


def assignments(case: Case) -> list[Assignment]:
    """The units that had the case, in order. One statement."""
    return list(case.assignments.select_related("unit").order_by("at", "pk"))


def nearby(actor: Actor, case: Case, now: datetime) -> list[incidents.Near]:
    """Other open cases of the same class around this one, as far as the actor may see them. One statement."""
    found = Found(case.area_id, Incident.Found.LIST, case.lon, case.lat)
    near = incidents.nearby(event_class=case.event_class, found=found, now=now)
    return [one for one in near if one.case.pk != case.pk and _sees(actor, one.case)][:MOST_NEARBY]


def nearby_place(actor: Actor, event_class: str, found: Found, now: datetime) -> list[incidents.Near]:
    """Open cases of a class around a place that is about to be reported. One statement."""
    near = incidents.nearby(event_class=event_class, found=found, now=now)
    return [one for one in near if _sees(actor, one.case)][:MOST_NEARBY]


def _sees(actor: Actor, case: Case) -> bool:
    if actor.role == DEPARTMENT_STAFF.code:
        return case.unit_id == actor.unit_id
    return actor.covers(case.area_id)


@dataclass(frozen=True)
class Suggestion:
    """The unit that the catalogue names for a matter here."""

    unit: Unit | None
    office: bool  # the community's own office: handled here rather than dispatched


def suggestion(case: Case) -> Suggestion:
    """Who should lead this case. At most one statement."""
    unit = lead_unit(case.cited, case.area_id)
    return Suggestion(unit, case.cited.lead == Matter.Lead.COMMUNITY)


LEVELS: Final[tuple[str, ...]] = (
    Level.PROVINCE,
    Level.CITY,
    Level.DISTRICT,
    Level.STREET,
    Level.COMMUNITY,
    Level.GRID,
    Level.SUBGRID,
)


def level_of(area_id: str) -> str:
    """The level of a code by its length; the finest known for a code of an odd length."""
    return next((level for level in LEVELS if codes.LENGTHS[level] >= len(area_id)), Level.SUBGRID)  # type: ignore[index]


def digits_of(level: str) -> int:
    """How long the codes of a level are."""
    return codes.LENGTHS[level]  # type: ignore[index]


def finer(area_id: str) -> list[str]:
    """The levels below an area, coarse first."""
    return list(LEVELS[LEVELS.index(level_of(area_id)) + 1 :])


def choosable_areas(actor: Actor, on: date, chosen: str = "") -> list[Area]:
    """The areas offered in the filters: the two levels below the actor's own, and the one chosen. One statement."""
    levels = finer(actor.area_id)[:2]
    wanted = Q(level__in=levels)
    if chosen:
        wanted |= Q(pk=chosen)
    return list(Area.objects.within(actor.area_id).current(on).filter(wanted).order_by("pk"))


def report_areas(actor: Actor, on: date) -> list[Area]:
    """Where the actor may report: the communities, grids and sub-grids of the post's area. One statement."""
    levels = [Level.COMMUNITY] if len(actor.area_id) < digits_of(Level.COMMUNITY) else list(LEVELS[4:])
    return list(Area.objects.within(actor.area_id).current(on).filter(level__in=levels).order_by("pk"))


def units_of(actor: Actor) -> list[Unit]:
    """The units that cases of the actor's area may lie with: departments and street offices. One statement."""
    kinds = [Unit.Kind.STREET_OFFICE, Unit.Kind.DEPARTMENT]
    return list(Unit.objects.filter(kind__in=kinds, **within("area_id", actor.area_id[:6])).order_by("kind", "code"))


def open_counts(actor: Actor, area_id: str, level: str) -> dict[str, int]:
    """How many open cases lie in each area of a level. One statement, over the open cases in scope."""
    digits = digits_of(level)
    rows = (
        Case.objects.visible_to(actor)
        .under(area_id)
        .filter(is_open=True)
        .annotate(place_code=Substr("area_id", 1, digits))
        .order_by()
        .values_list("place_code")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def points(actor: Actor, area_id: str, now: datetime, number: str = "") -> list[dict[str, Any]]:
    """The open cases with a point, the most urgent first, at most `MOST_POINTS`; or one case by its number.

    One statement. As little as a marker needs: number, matter and place, never the words nor the reporter.
    """
    rows = (
        Case.objects.visible_to(actor)
        .under(area_id)
        .filter(Q(number=number) if number else Q(is_open=True), lon__isnull=False)
        .order_by("due_at", "pk")
        .values("number", "lon", "lat", "due_at", matter_name=F("matter__name"))
    )
    return [{**row, "late": row["due_at"] is not None and row["due_at"] < now} for row in rows[:MOST_POINTS]]


def access_log(
    actor: Actor, *, user_id: int | None, action: str, subject: str, before: int | None, limit: int
) -> list[AccessRecord]:
    """What was done under posts inside the auditor's area, newest first.

    Lines without an area (a name that nobody has was tried; a resident opened their own data) are for the auditor whose
    area holds every post of this installation. Of the time before sign-ins had the area of the post, those of people
    with a post inside count too. `action` is a whole code or, with a dot at its end, a family. Two statements.
    """
    posts = Post.objects.filter(**within("area_id", actor.area_id))
    seen = Q(**within("area_id", actor.area_id)) | Q(area_id="", user_id__in=posts.values("user_id"))
    if not Post.objects.exclude(pk__in=posts.values("pk")).exists():
        seen |= Q(area_id="")
    rows = AccessRecord.objects.filter(seen)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if action:
        rows = rows.filter(action__startswith=action) if action.endswith(".") else rows.filter(action=action)
    if subject:
        rows = rows.filter(subject_id=subject)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def names_of_users(records: Iterable[AccessRecord]) -> Mapping[int, str]:
    """The names of those who stand in access records. One statement."""
    ids = {record.user_id for record in records if record.user_id is not None}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def removed_subjects(records: Iterable[AccessRecord]) -> Mapping[int, Removed]:
    """Record → the undone import that took its person out of the register. One statement."""
    told = [
        one
        for one in records
        if one.subject_kind == "person" and one.subject_id.isdecimal() and len(one.subject_id) < 19
    ]
    gone = Removed.objects.of(Removed.What.PERSON, {int(one.subject_id) for one in told})
    return {one.pk: gone[int(one.subject_id)] for one in told if int(one.subject_id) in gone}


def middle_of(area_id: str, on: date) -> tuple[float, float] | None:
    """A point (lon, lat) inside the area, or in the nearest area above it that is drawn. One statement."""
    rows = Boundary.objects.current(on).filter(area_id__in=codes.ancestors(area_id)).order_by("-area_id")
    geometry = rows.values_list("geometry", flat=True).first()
    if geometry is None:
        return None
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    ring = max((polygon[0] for polygon in polygons), key=len)
    lon, lat = label_point([(point[0], point[1]) for point in ring])
    return round(lon, 6), round(lat, 6)
