"""The made-up population: believable, whole, and the same for the same seed."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Sum
from shapely.geometry import Point, shape

from linli.apps.visits.models import Visit
from linli.apps.visits.queries.plan import due_of_worker
from linli.foundation.areas.models import Boundary
from linli.lib import citizen_id
from linli.lib.chinese import mobile
from linli.lib.prefix import within
from linli.project.demo.population import load_population
from linli.project.demo.population.families import Families
from linli.project.demo.population.numbers import credit_code
from linli.project.demo.population.tables import society
from linli.project.demo.visiting import fill_visits
from linli.register.homes.models import Building, Dwelling, Organisation
from linli.register.people.actions import fields, spells, tags
from linli.register.people.models import Headcount, Household, Person, PopulationEvent, Spell, Tag

HOME = "320105001001"
N = 3000
AWARE = {"district_id": "320105", "home": HOME, "home_phone": "19900000001"}


@pytest.fixture
def people(district, now) -> str:
    load_population(residents=N, now=now, **AWARE)
    return district


def test_as_many_as_asked_for_live_here(people):
    assert Person.objects.living_here().count() == N
    assert Person.objects.exclude(status="here").count() > N * 0.05
    assert Headcount.objects.aggregate(n=Sum("n"))["n"] == N


def test_what_is_kept_twice_agrees(people, now):
    kept = {(row.area_id, row.kind, row.day): row.n for row in Headcount.objects.all()}
    assert kept == spells.recount()
    sizes = Counter(Spell.objects.open().values_list("household_id", flat=True))
    for household in Household.objects.all():
        assert household.size == sizes[household.pk]
        assert (household.ended_on is None) == (household.size > 0)
    connection.check_constraints()
    # What a person row repeats is the last spell.
    for spell in Spell.objects.open().select_related("person"):
        person = spell.person
        names = ("area_id", "household_id", "dwelling_id", "kind", "relation", "marital", "match")
        assert [getattr(person, name) for name in names] == [getattr(spell, name) for name in names]
        assert person.status == "here"
    assert Spell.objects.open().count() == N


def test_computed_groups_are_those_of_the_register(people, now):
    assert Tag.objects.filter(source="computed", until__isnull=True).count() > N * 0.05
    assert tags.refresh_area(people, on=now.date(), now=now) == 0


def test_the_lives_hang_together(people, now):
    today = now.date()
    assert not PopulationEvent.objects.filter(reported_at__gt=now).exists()
    assert not PopulationEvent.objects.filter(happened_on__gt=today).exists()
    by_person: dict[int, list[PopulationEvent]] = {}
    for event in PopulationEvent.objects.order_by("pk"):
        by_person.setdefault(event.person_id, []).append(event)
    for events in by_person.values():
        assert [one.happened_on for one in events] == sorted(one.happened_on for one in events)
        assert [one.reported_at for one in events] == sorted(one.reported_at for one in events)
    chains: dict[int, list[Spell]] = {}
    for spell in Spell.objects.order_by("person_id", "valid_from", "pk"):
        chains.setdefault(spell.person_id, []).append(spell)
    for chain in chains.values():
        for before, after in pairwise(chain):
            assert before.valid_to == after.valid_from
    kinds = set(PopulationEvent.objects.values_list("kind", flat=True))
    assert kinds >= {"entry", "birth", "death", "move_in", "move_out", "flow_in", "flow_out", "marriage", "head_change"}
    assert kinds >= {"split", "merge", "move_within"}


def test_every_household_has_one_head_and_possible_ages(people, now):
    heads = Counter(Spell.objects.open().filter(relation="02").values_list("household_id", flat=True))
    assert set(heads.values()) == {1}
    assert set(heads) == set(Household.objects.filter(size__gt=0).values_list("pk", flat=True))
    by_home: dict[int, dict[str, list[Person]]] = {}
    for person in Person.objects.living_here():
        by_home.setdefault(person.household_id, {}).setdefault(person.relation[:1], []).append(person)
    for members in by_home.values():
        couple = members["0"] + members.get("1", [])
        mothers = [one for one in couple if one.sex == "2"]
        for child in members.get("2", []) + members.get("3", []):
            for mother in mothers:
                assert 18 <= citizen_id.age(mother.born, child.born) <= 45


def test_documents_pass_every_check_and_are_nobodys(people, now):
    seen = set()
    for person in Person.objects.exclude(identity_sealed=""):
        read = citizen_id.read(fields.plain(person, "identity"), today=now.date())
        assert read is not None
        assert read.number not in seen
        seen.add(read.number)
        assert (read.born, read.sex) == (person.born, "male" if person.sex == "1" else "female")
        assert read.division.endswith("99")
        phone = fields.plain(person, "phone")
        assert not phone or (mobile(phone) == phone and phone.startswith(("154", "19900000001")))
    assert Person.objects.filter(phone_index=_phone_index("19900000001"), **within("area_id", HOME)).count() == 1


def _phone_index(phone: str) -> str:
    from linli.foundation import vault

    return vault.index(phone, vault.PHONE)


def test_buildings_stand_inside_their_grids(people):
    grounds = {row.area_id: shape(row.geometry) for row in Boundary.objects.all()}
    buildings = list(Building.objects.all())
    assert buildings
    assert len({one.code for one in buildings}) == len(buildings)
    assert all(grounds[one.area_id].contains(Point(one.lon, one.lat)) for one in buildings)
    assert not Dwelling.objects.exclude(area_id=F("building__area_id")).exists()
    assert Organisation.objects.exists()
    vacant = Dwelling.objects.filter(use="03").count() / Dwelling.objects.count()
    assert 0.04 < vacant < 0.3


def test_rates_are_near_the_table(people):
    shares = dict(Person.objects.living_here().order_by().values_list("kind").annotate(n=Count("pk")))
    assert 0.18 < shares["floating"] / N < 0.36
    disabled = Tag.objects.open().filter(kind="disabled").count() / N
    assert 0.01 < disabled < 0.045
    assert Tag.objects.filter(Q(level="") & Q(kind="disabled")).count() == 0
    assert Tag.objects.open().filter(kind="low_income").exists()


def test_the_pyramid_is_close_to_the_stated_one(now):
    import random

    families = Families(now.date(), random.Random(1))
    while families.people < 20_000:
        families.next(9)
    rows = society()["bands"]["rows"]
    assert sum(row[1] + row[2] for row in rows) == pytest.approx(10_000, abs=150)
    off = sum(abs(families.have[cell] / families.people - share) for cell, share in families.wanted.items())
    assert off < 0.2


def test_counts_change_over_time(people, now):
    today = now.date()
    by_year = [Spell.objects.on(date(today.year - back, 6, 1)).count() for back in range(7, 0, -1)]
    assert N * 0.6 < min(by_year) <= max(by_year) < N * 1.15
    assert len(set(by_year)) == len(by_year)


NAMES = ("pk", "name", "born", "area_id", "household_id", "dwelling_id", "relation", "status", "identity_index")


def test_same_seed_same_rows_whatever_the_parts(district, now):
    from django.db import transaction

    def load(seed: int, part: int) -> list:
        with transaction.atomic():
            load_population(residents=600, now=now, seed=seed, part=part, **AWARE)
            rows = list(Person.objects.order_by("pk").values_list(*NAMES))
            rows += list(PopulationEvent.objects.order_by("pk").values_list("pk", "person_id", "kind", "reported_at"))
            rows += list(Tag.objects.order_by("pk").values_list("person_id", "kind", "since", "review_on"))
            transaction.set_rollback(True)
        return rows

    first = load(1, 5000)
    assert first == load(1, 40)
    assert first != load(2, 5000)


def test_something_waits_on_the_desks_of_the_demo(people, now):
    from linli.project.demo.desks import fill_desks
    from linli.register.people.models import Correction, Transfer

    fill_desks(home=HOME, now=now)
    assert Transfer.objects.waiting().filter(to_area_id=HOME).count() >= 2
    assert Transfer.objects.waiting().filter(from_area_id=HOME).count() >= 2
    assert Correction.objects.filter(state="waiting", **within("area_id", HOME)).count() >= 3
    assert Tag.objects.open().filter(**within("person__area_id", HOME), review_on__lt=now.date()).exists()


def test_a_district_without_grids_gets_some(db, now):
    from linli.foundation.areas.actions import import_divisions
    from linli.foundation.areas.demo import shipped_divisions
    from linli.foundation.areas.models import Area

    import_divisions(source=shipped_divisions(), now=now, on=date(2020, 1, 1))
    load_population(district_id="610102", residents=800, now=now)
    assert Person.objects.living_here().count() == 800
    assert Area.objects.within("610102").grids().exists()
    assert not Person.objects.exclude(area__level="grid").exists()


def test_credit_codes_have_the_check_of_the_standard():
    # The code of GB 32100 is checked with weights 3^i modulo 31.
    code = credit_code("320105", 12345678, of_person=False)
    assert len(code) == 18
    assert code.startswith("91320199")
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    assert sum(letters.index(one) * pow(3, at, 31) for at, one in enumerate(code[:17])) % 31 == (
        -letters.index(code[17]) % 31
    )


def test_three_months_of_visits_stand_behind_the_people_in_care(people, actor_of, now):
    made = fill_visits(home=HOME, now=now, seed=1)
    visits = Visit.objects.all()
    assert visits.count() == made > 100
    assert not visits.filter(is_late=True).exists()
    assert not visits.filter(visited_at__gt=now).exists()
    assert {one.case.number is not None for one in visits.exclude(need="")} == {True}
    worker = actor_of("grid-worker")
    today = due_of_worker(worker, now.date())
    in_care = due_of_worker(worker, now.date(), ahead_days=400)
    assert 0 < len(today) < len(in_care) / 2
