"""Loading a population into a district: one community after the other, with the same dice each time."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_WORKER
from linli.lib.prefix import within
from linli.project.bench import bulk
from linli.project.demo.population import circles
from linli.project.demo.population.book import HERE, Book, Resident
from linli.project.demo.population.families import Families, Family
from linli.project.demo.population.ground import leaves_of, open_grids
from linli.project.demo.population.histories import History
from linli.project.demo.population.places import Door, Homes, Leaf, Left, Neighbourhood
from linli.project.demo.population.portraits import Portraits
from linli.project.demo.population.rows import Sheet
from linli.project.demo.population.story import Story
from linli.project.demo.population.tables import society
from linli.register.homes.models import Building
from linli.register.people.actions import tags
from linli.register.people.models import Headcount, Person, Tag

DEFAULT: Final = 20_000
SEED: Final = 320105
#: Up to so many residents all or nothing; more are written part by part, so that the database need not hold them all.
AT_ONCE: Final = 100_000
PART: Final = 5_000
#: The community where the demo accounts work has so many residents, where there are enough.
AT_HOME: Final = 2_000
OPEN_FOR: Final = timedelta(days=400)

Tell = Callable[[int, int], None]
AfterLoad = Callable[[str, datetime, random.Random], None]
_after: list[AfterLoad] = []


def after_load(fill: AfterLoad) -> AfterLoad:
    """Let an app add its own made-up rows once a population is there: `fill(district_id, now, rng)`."""
    _after.append(fill)
    return fill


def load_population(
    *,
    district_id: str,
    residents: int,
    now: datetime,
    seed: int = SEED,
    home: str = "",
    home_phone: str = "",
    tell: Tell | None = None,
    part: int = PART,
) -> int:
    """Make `residents` people who live in the district today, and those who lived there before; returns all of them.

    The same seed, day and list of areas give the same rows (sealed values differ: they hold chance by design), whatever
    the size of the parts in which they are written. `home` is the community of the demo accounts, `home_phone` the
    phone of its first head. Raises Invalid for a district without communities.
    """
    if residents <= 0:
        return 0
    today = timezone.localdate(now)
    tell = tell or (lambda done, total: None)
    shares = _shares(list(leaves_of(district_id, today)), residents, random.Random(f"{seed}"), home)  # noqa: S311
    open_grids(district_id, shares, now, today - OPEN_FOR)
    maker = _Maker(district_id, now, seed, part, fast=residents > AT_ONCE)
    whole: AbstractContextManager[Any] = transaction.atomic() if residents <= AT_ONCE else nullcontext()
    with whole:
        done = 0
        for community, leaves in leaves_of(district_id, today).items():
            maker.portraits.given_phone = home_phone if community == home else ""
            for count in maker.community(community, leaves, shares[community]):
                done += count
                tell(done, residents)
        maker.finish()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    _bring_groups(district_id, now)
    for fill in _after:
        fill(district_id, now, random.Random(seed))  # noqa: S311
    return maker.book.people.written


def _shares(communities: list[str], residents: int, rng: random.Random, home: str) -> dict[str, int]:
    """How many people each community gets: some are three times as large as others."""
    weights = {code: rng.uniform(0.5, 1.6) for code in communities}
    at_home = min(AT_HOME, residents // 4) if home in weights else 0
    if at_home:
        weights.pop(home)
        at_home = max(at_home, residents // len(communities))
    rest, total = residents - at_home, sum(weights.values()) or 1.0
    shares = {code: int(rest * weight / total) for code, weight in weights.items()}
    for code in list(shares)[: rest - sum(shares.values())]:
        shares[code] += 1
    if at_home:
        shares[home] = residents - sum(shares.values())
    return shares


def _bring_groups(district_id: str, now: datetime) -> None:
    """The groups that follow from facts, known since the last that was told of each person."""
    tags.refresh_area(district_id, on=timezone.localdate(now), now=now)
    told = Person.objects.filter(pk=OuterRef("person_id")).values("updated_at")
    Tag.objects.filter(source=Tag.Source.COMPUTED).update(recorded_at=Subquery(told))


class _Maker:
    """One run over one district."""

    def __init__(self, district_id: str, now: datetime, seed: int, part: int, *, fast: bool) -> None:
        self.district_id, self.now, self.seed, self.part, self.fast = district_id, now, seed, part, fast
        self.today = timezone.localdate(now)
        self.homes, self.book = Homes(), Book(now, self.today)
        self.portraits = Portraits(self.book, district_id, self.today)
        self.counts = Sheet(Headcount)
        posts = Post.objects.active(self.today).filter(role=COMMUNITY_WORKER.code, **within("area_id", district_id))
        self.staff = {
            area: (user, pk) for area, user, pk in posts.order_by("-pk").values_list("area_id", "user_id", "pk")
        }

    def community(self, community: str, leaves: list[Leaf], wanted: int) -> Iterator[int]:
        """Everybody of a community; yields how many people of today each part brought."""
        if wanted <= 0:
            return
        rng = random.Random(f"{self.seed}-{community}")  # noqa: S311
        self.book.staff = self.staff.get(community, (None, None))
        first = Building.objects.filter(code__startswith=community).count() + 1
        place = Neighbourhood(community, leaves, self.homes, rng, self.today, first)
        history = History(self.book, Families(self.today, rng), rng, self.today)
        left = Left(wanted)
        gathered = 0
        rates = society()["homes"]
        for door in place.doors(left):
            if left.people <= 0:
                self._dwelling(door, "03")
                # The building is finished, the rest of it empty.
                if place.is_complete:
                    break
                continue
            if rng.random() < rates["vacant"]:
                self._dwelling(door, "03")
                history.vacant.append(door)
                continue
            story, family = history.settle(door, left.people)
            left.people -= len(family.members)
            gathered += len(family.members)
            self._write(story, family, door, rng)
            if gathered >= self.part:
                self._flush()
                yield gathered
                gathered = 0
        self._count()
        self._flush()
        yield gathered

    def _write(self, story: Story, family: Family, door: Door, rng: random.Random) -> None:
        home = story.homes[0]
        members = [who for who in story.people if who.home is home and who.status == HERE]
        for who in story.people:
            self.portraits.write(who, family if who.home is home else None, rng)
        for one in story.homes:
            if one.began is not None:
                self.book.write_home(one)
        head = next(who for who in members if who.relation == "02")
        if head.kind == "registered" and rng.random() < society()["groups"]["low_income"]:
            self.portraits.low_income(members, rng)
        self._tenure(door, head, rng)

    def _tenure(self, door: Door, head: Resident, rng: random.Random) -> None:
        """Who owns or rents the dwelling of today."""
        rented = head.kind == "floating" and rng.random() < 0.55
        since = head.open["valid_from"] if head.open else self.today
        self.book.tenures.add(dwelling_id=door.id, person_id=head.id, part="tenant" if rented else "owner", since=since)
        if rented:
            self.book.tenures.add(dwelling_id=door.id, part="owner", since=since, **circles.landlord(door.id))
        self._dwelling(door, "02" if rented else "01", rental_use="02" if rented else "")

    def _dwelling(self, door: Door, use: str, **more: str) -> None:
        self.homes.dwellings.add(**door.row, use=use, **more)

    def _count(self) -> None:
        """The headcounts of a community, once all of its stories are told."""
        for (area_id, kind, day), n in sorted(self.book.counts.items()):
            if n:
                self.counts.add(area_id=area_id, kind=kind, day=day, n=n)
        self.book.counts.clear()

    def _flush(self) -> None:
        with transaction.atomic():
            if self.fast:
                _without_questions()
            self.homes.flush()
            self.book.flush()
            self.counts.flush()

    def finish(self) -> None:
        """Let the database count on from our keys."""
        for sheet in self._sheets():
            bulk.settle(sheet)

    def _sheets(self) -> list[type[models.Model]]:
        homes, book = self.homes, self.book
        sheets = [homes.estates, homes.buildings, homes.dwellings, homes.organisations, self.counts]
        sheets += [book.people, book.households, book.spells, book.events, book.tags, book.tenures, book.contacts]
        return [sheet.model for sheet in sheets]


def _without_questions() -> None:
    """For a great population on PostgreSQL: no question about each foreign key, where we may switch that off.

    The keys are ours and a test proves that they hold; asking for a million people takes longer than writing them.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        if row and row[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def is_populated(district_id: str) -> bool:
    """Whether the register of the district has people already: nothing is loaded over them."""
    return Person.objects.within(district_id).exists()
