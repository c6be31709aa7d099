"""How one person lived: spells, events, changes, family, and the state on any day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, Q

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area
from linli.register.people.models import Change, Correction, Person, PopulationEvent, Spell, Tag, Tenure

COMMUNITY_DIGITS = 12
MOST_CHANGES = 50


@dataclass(frozen=True)
class OnDay:
    """How somebody lived on a day: None as the spell means that the register did not have them then."""

    day: date
    spell: Spell | None
    tags: Sequence[Tag]
    members: Sequence[Spell]


def spells_of(person: Person) -> list[Spell]:
    """Every spell, newest first. One statement."""
    rows = Spell.objects.filter(person=person).select_related("dwelling", "area", "opened_by")
    return list(rows.order_by("-valid_from", "-pk"))


def known_since(person: Person) -> date | None:
    """The first day on which the register has somebody. One statement."""
    first: date | None = Spell.objects.filter(person=person).aggregate(first=Min("valid_from"))["first"]
    return first


def on_day(actor: Actor, day: date, spells: Iterable[Spell], tags: Iterable[Tag]) -> OnDay:
    """The state on a day, read from the spells and groups already known; one statement for the household."""

    def holds(since: date, until: date | None) -> bool:
        return since <= day and (until is None or day < until)

    spell = next((one for one in spells if holds(one.valid_from, one.valid_to)), None)
    kept = {tag.kind: tag for tag in tags if holds(tag.since, tag.until)} if spell else {}
    members: Sequence[Spell] = ()
    if spell is not None and spell.household_id and actor.covers(spell.area_id):
        others = Spell.objects.on(day).filter(household_id=spell.household_id).exclude(person_id=spell.person_id)
        members = list(others.select_related("person").order_by("relation", "person_id"))
    return OnDay(day, spell, list(kept.values()), members)


def events_of(person: Person) -> list[PopulationEvent]:
    """Every event, newest report first, those taken back as well. One statement."""
    return list(PopulationEvent.objects.filter(person=person).select_related("by", "undone_by").order_by("-pk"))


def changes_of(person: Person, most: int = MOST_CHANGES) -> list[Change]:
    """The latest changes of fields, newest first. One statement."""
    return list(Change.objects.filter(person=person).select_related("by").order_by("-pk")[:most])


def changes_since(person: Person, change_id: int) -> list[Change]:
    """What changed after a change that somebody has seen, oldest first. One statement."""
    return list(Change.objects.filter(person=person, pk__gt=change_id).select_related("by").order_by("pk"))


def last_change(person: Person) -> int:
    """The id of the latest change of a field; 0 when there is none."""
    return Change.objects.filter(person=person).order_by("-pk").values_list("pk", flat=True).first() or 0


def waiting_corrections(person: Person) -> list[Correction]:
    """The corrections of one person that nobody has decided. One statement."""
    rows = Correction.objects.filter(person=person, state=Correction.State.WAITING)
    return list(rows.select_related("asked_by").order_by("pk"))


def family(person: Person) -> list[Person]:
    """The others of the household, as they live now. One statement."""
    if person.household_id is None or person.status != Person.Status.HERE:
        return []
    rows = Person.objects.living_here().filter(household_id=person.household_id).exclude(pk=person.pk)
    return list(rows.order_by("relation", "born", "pk"))


def tags_of(person: Person) -> list[Tag]:
    """Every group, the ended ones too, newest first. One statement."""
    return list(Tag.objects.filter(person=person).order_by("-since", "-pk"))


def tenures(person: Person) -> list[Tenure]:
    """Who owns and rents the person's home, and what they own or rent themselves. One statement."""
    wanted = Q(person=person)
    if person.dwelling_id is not None:
        wanted |= Q(dwelling_id=person.dwelling_id)
    return list(Tenure.objects.filter(wanted).select_related("dwelling", "person").order_by("part", "pk"))


def communities(area_ids: Iterable[str]) -> dict[str, str]:
    """The names of the communities of these areas, by their first 12 digits. One statement."""
    wanted = {area_id[:COMMUNITY_DIGITS] for area_id in area_ids}
    return dict(Area.objects.filter(pk__in=wanted).values_list("pk", "name"))


def same_again(*, name: str, born: date | None, area_id: str, household_id: int | None) -> Person | None:
    """Somebody of this name and birthday in the same household, or else in the same community. One statement."""
    rows = Person.objects.filter(name=name, born=born, status=Person.Status.HERE)
    if household_id is not None:
        return rows.filter(household_id=household_id).first()
    return rows.within(area_id[:COMMUNITY_DIGITS]).first()
