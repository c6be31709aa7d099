"""The rows of a ledger in scope, a chunk at a time, each with what its columns need and nothing more.

A chunk costs the same few statements however many columns ask for the same thing (`NEEDS`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from linli.apps.visits import care
from linli.apps.visits.models import Outcome, Visit
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import GRID_WORKER, Permission
from linli.foundation.areas.queries import names_of
from linli.insight.ledgers import filters
from linli.insight.ledgers.models import Subject
from linli.lib.prefix import within
from linli.register.homes import address_search
from linli.register.homes import queries as homes
from linli.register.homes.models import Dwelling, Organisation
from linli.register.people import groups
from linli.register.people.models import Contact, Household, Person, Spell, Tag, Tenure
from linli.register.people.queries import contacts, lists
from linli.register.people.queries.lists import ANY

PAGE = 50
CHUNK = 1000

#: column → what it reads beside its own row
NEEDS: Mapping[str, str] = {
    "tags": "tags",
    "tag_level": "tags",
    "tag_since": "tags",
    "tag_basis": "tags",
    "tag_review": "tags",
    "care_days": "tags",
    "last_visit": "visits",
    "fact:guardian": "contacts",
    "since": "since",
    "head": "homes",
    "household_size": "homes",
    "household_number": "homes",
    "owner": "tenures",
    "tenant": "tenures",
    "households": "counts",
    "people": "counts",
}
#: Columns of a person that no ledger reads; a large export would spend its time on fetching them.
UNREAD = (
    *("given", "pinyin", "initials", "identity_index", "phone_index", "registered_area"),
    *("photo", "batch", "district", "updated_at"),
)


@dataclass
class Row:
    """One line: the thing itself, how it lived (`life`), and what was gathered for the columns.

    `elsewhere`: somebody who lived here on the day asked for and now belongs to another place. What is known of them
    today is that place's; only who they are and how they lived here is shown.
    """

    number: int
    thing: Any
    life: Any
    elsewhere: bool = False
    tags: Sequence[Tag] = ()
    head: str = ""
    size: int | None = None
    since: date | None = None
    household_number: str = ""
    last_visit: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    tenures: Mapping[str, str] = field(default_factory=dict)
    contacts: Sequence[Contact] = ()


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor of the next page ("" when there is none)."""

    rows: Sequence[Row]
    after: str


@dataclass
class Source:
    """What an actor finds with a ledger's filters on a day."""

    actor: Actor
    subject: str
    chosen: Mapping[str, str]
    today: date
    keys: Collection[str] = ()

    @property
    def day(self) -> date:
        """The day as of which people are told: the one asked for, or today."""
        return (filters.day_of(self.chosen.get("on", "")) if self.subject == Subject.PEOPLE else None) or self.today

    @property
    def is_past(self) -> bool:
        """Whether spells tell, and not the present."""
        return self.day < self.today

    def found(self) -> "QuerySet[Any]":
        """The rows in scope, in the order of their ids. Not yet read."""
        if self.subject == Subject.PEOPLE:
            return (self._people_then() if self.is_past else self._people_now()).order_by("pk")
        model: Any = Dwelling if self.subject == Subject.DWELLINGS else Organisation
        rows = model.objects.visible_to(self.actor)
        if "area" in self.chosen:
            rows = rows.within(self.chosen["area"])
        return (self._dwellings(rows) if model is Dwelling else self._organisations(rows)).order_by("pk")

    def page(self, after: str, size: int = PAGE) -> Page:
        """One page of the ledger, by keyset on the id."""
        rows = self.found()
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
        some = list(self._with_places(rows.filter(pk__gt=start) if start else rows)[: size + 1])
        shown = self._rows(some[:size], 0)
        return Page(shown, str(some[size - 1].pk) if len(some) > size else "")

    def chunks(self) -> Iterator[list[Row]]:
        """Every row, a thousand at a time, by keyset: no statement stays open while the file is written."""
        last, number = 0, 0
        while some := list(self._with_places(self.found().filter(pk__gt=last))[:CHUNK]):
            yield self._rows(some, number)
            last, number = some[-1].pk, number + len(some)

    def count(self, most: int) -> int:
        """How many rows, counted up to `most`."""
        return int(self.found()[:most].count())

    # --- which rows

    def _people_now(self) -> "QuerySet[Person]":
        return lists.found(self.actor, filters.of_people(self.chosen), today=self.today)

    def _people_then(self) -> "QuerySet[Person]":
        """Those whose spell of that day lay in scope; groups and ages are those of the day, too."""
        if not self.actor.can(Permission.PEOPLE_READ):
            return Person.objects.none()
        chosen = self.chosen
        spells = Spell.objects.on(self.day).filter(self.actor.within())
        if "area" in chosen:
            spells = spells.within(chosen["area"])
        same = {name: chosen[name] for name in ("kind", "match") if name in chosen}
        people = Person.objects.filter(pk__in=spells.filter(**same).values("person_id"))
        if "sex" in chosen:
            people = people.filter(sex=chosen["sex"])
        if "age_from" in chosen:
            people = people.filter(born__lte=lists.born_by(int(chosen["age_from"]), self.day))
        if "age_to" in chosen:
            people = people.filter(born__gt=lists.born_by(int(chosen["age_to"]) + 1, self.day))
        if "tag" in chosen:
            tags = Tag.objects.on(self.day)
            tags = tags if chosen["tag"] == ANY else tags.filter(kind=chosen["tag"])
            people = people.filter(pk__in=tags.values("person_id"))
        if "q" in chosen:
            people = people.filter(lists.words(chosen["q"], chosen.get("area") or self.actor.area_id))
        return people

    def _dwellings(self, rows: "QuerySet[Dwelling]") -> "QuerySet[Dwelling]":
        rows = rows.filter(**{name: self.chosen[name] for name in ("kind", "use") if name in self.chosen})
        if "q" not in self.chosen:
            return rows
        return address_search.doors_meant(rows, self.chosen["q"], area_id=self.chosen.get("area") or self.actor.area_id)

    def _organisations(self, rows: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
        if "kind" in self.chosen:
            rows = rows.filter(kind=self.chosen["kind"])
        if "q" in self.chosen:
            rows = rows.filter(
                homes.organisation_words(self.chosen["q"], self.chosen.get("area") or self.actor.area_id)
            )
        here = Q(closed_on__isnull=True) | Q(closed_on__gt=self.today)
        match self.chosen.get("status", "here"):
            case "here":
                return rows.filter(here)
            case "gone":
                return rows.exclude(here)
        return rows

    def _with_places(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.subject == Subject.PEOPLE:
            rows = rows.defer(*UNREAD)
            return rows if self.is_past else rows.select_related("dwelling")
        return rows.select_related("building__estate") if self.subject == Subject.DWELLINGS else rows

    # --- what they need

    def rows_of(self, people: Sequence[Person]) -> list[Row]:
        """Rows of these people, with what the columns need: for who found them in another way."""
        return self._rows(people, 0) if people else []

    def _rows(self, things: Sequence[Any], number: int) -> list[Row]:
        rows = [Row(number + at, thing, thing) for at, thing in enumerate(things, start=1)]
        if self.subject == Subject.PEOPLE and self.is_past:
            self._lives(rows)
        needs = {NEEDS.get(key, "tags" if key.startswith("fact:") else "") for key in self.keys}
        # A guardian may have been told with the group alone.
        needs |= {"tags"} if "fact:guardian" in self.keys else set()
        for need in needs - {""}:
            getattr(self, f"_gather_{need}")(rows)
        return rows

    def _lives(self, rows: list[Row]) -> None:
        ids = [row.thing.pk for row in rows]
        spells = Spell.objects.on(self.day).filter(self.actor.within(), person_id__in=ids)
        by_person = {spell.person_id: spell for spell in spells.select_related("dwelling")}
        for row in rows:
            row.life = by_person.get(row.thing.pk, row.life)
            row.elsewhere = not self.actor.covers(row.thing.area_id)

    def _gather_tags(self, rows: list[Row]) -> None:
        tags = Tag.objects.on(self.day).filter(person_id__in=[row.thing.pk for row in rows]).order_by("pk")
        tags = tags.only("person_id", "kind", "level", "facts", "basis", "since", "review_on")
        by_person: dict[int, list[Tag]] = {}
        for tag in tags:
            by_person.setdefault(tag.person_id, []).append(tag)
        for row in rows:
            row.tags = by_person.get(row.thing.pk, ())

    def _gather_contacts(self, rows: list[Row]) -> None:
        beside = contacts.of([row.thing.pk for row in rows], on=self.day)
        for row in rows:
            row.contacts = beside.get(row.thing.pk, ())

    def _gather_visits(self, rows: list[Row]) -> None:
        met = Visit.objects.visible_to(self.actor).filter(
            person_id__in=[row.thing.pk for row in rows], outcome=Outcome.MET
        )
        last = dict(met.order_by().values_list("person_id").annotate(Max("visited_at")))
        for row in rows:
            row.last_visit = last.get(row.thing.pk)

    def _gather_homes(self, rows: list[Row]) -> None:
        homes = {row.life.household_id for row in rows if row.life.household_id}
        spells = Spell.objects.on(self.day).filter(household_id__in=homes)
        heads = dict(spells.filter(relation=Spell.HEAD).values_list("household_id", "person__name"))
        sizes = dict(spells.order_by().values_list("household_id").annotate(Count("pk")))
        numbers = dict(Household.objects.filter(pk__in=homes).values_list("pk", "number"))
        for row in rows:
            home = row.life.household_id
            row.head, row.size, row.household_number = heads.get(home, ""), sizes.get(home), numbers.get(home, "")

    def _gather_since(self, rows: list[Row]) -> None:
        """Since when they live in this home: through marriages and changes of the head, which open spells, too."""
        spells = Spell.objects.filter(person_id__in=[row.thing.pk for row in rows], valid_from__lte=self.day)
        grouped = spells.order_by().values_list("person_id", "dwelling_id", "household_id")
        first = {key: day for *key_, day in grouped.annotate(Min("valid_from")) if (key := tuple(key_))}
        for row in rows:
            row.since = first.get((row.thing.pk, row.life.dwelling_id, row.life.household_id))

    def _gather_tenures(self, rows: list[Row]) -> None:
        held = Tenure.objects.filter(dwelling_id__in=[row.thing.pk for row in rows], until__isnull=True)
        named: dict[int, dict[str, list[str]]] = {}
        for dwelling, part, name, person in held.order_by("pk").values_list(
            "dwelling_id", "part", "name", "person__name"
        ):
            named.setdefault(dwelling, {}).setdefault(part, []).append(person or name)
        for row in rows:
            row.tenures = {part: "、".join(names) for part, names in named.get(row.thing.pk, {}).items()}

    def _gather_counts(self, rows: list[Row]) -> None:
        here = Person.objects.living_here().filter(dwelling_id__in=[row.thing.pk for row in rows])
        counted = here.order_by().values("dwelling_id").annotate(n=Count("pk"), h=Count("household_id", distinct=True))
        by_home = {one["dwelling_id"]: {"people": one["n"], "households": one["h"]} for one in counted}
        for row in rows:
            row.counts = by_home.get(row.thing.pk, {"people": 0, "households": 0})

    # --- what is read once

    @cached_property
    def area_names(self) -> dict[str, str]:
        """The names of areas met so far; see `area_name`."""
        return {}

    def area_name(self, area_id: str) -> str:
        """What an area is called. One statement for each area that occurs, however many rows name it."""
        if area_id not in self.area_names:
            self.area_names.update({area_id: area_id, **names_of([area_id])})
        return self.area_names[area_id]

    @cached_property
    def workers(self) -> dict[str, str]:
        """Grid → the names of its grid workers today; those of a whole community stand under its code."""
        area = self.chosen.get("area") or self.actor.area_id
        posts = Post.objects.filter(
            Q(**within("area_id", area)) | Q(area_id__in=[area[:12], area[:15]]), role=GRID_WORKER.code
        )
        active = posts.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.today), starts_on__lte=self.today)
        found: dict[str, list[str]] = {}
        for area_id, name in active.order_by("pk").values_list("area_id", "user__name"):
            found.setdefault(area_id, []).append(name)
        return {area_id: "、".join(names) for area_id, names in found.items()}

    def worker_of(self, area_id: str) -> str:
        """Who works the grid of an area: the finest that anybody is named for."""
        return next((self.workers[area_id[:n]] for n in (18, 15, 12) if area_id[:n] in self.workers), "")

    @cached_property
    def book(self) -> care.Book:
        """The rules by which people are visited here."""
        return care.book(self.chosen.get("area") or self.actor.area_id, self.day)

    @cached_property
    def group_names(self) -> Mapping[str, str]:
        """What the open groups are called."""
        return {code: group.label for code, group in groups.groups(on=self.day).items()}

    def local(self, at: datetime | None) -> date | None:
        """The day of a moment, here."""
        return timezone.localdate(at) if at is not None else None
