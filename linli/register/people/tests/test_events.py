"""The edges of life events: told twice, told late, told by mistake."""

import threading
from datetime import date

import pytest
from django.db import connections

from linli.foundation.areas.models import Area
from linli.lib.errors import Invalid, Refusal, Stale
from linli.register.people.actions import events, regridding, spells
from linli.register.people.actions.events import Arrival, Home, KnownAlready, NewerEvents
from linli.register.people.models import Headcount, Household, Person, PopulationEvent, Spell, Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
LATER = date(2020, 1, 1)


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


def counts_hold():
    kept = {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.all() if one.n}
    return kept == spells.recount()


def family(worker, now):
    """A man, his wife and their son, in one household since 2010."""
    since = date(2010, 1, 1)
    husband = make.person(by=worker, now=now, name="赵国强", sex="1", born=date(1960, 1, 1), happened_on=since)
    home = Home(household_id=husband.household_id)
    wife = make.person(
        by=worker,
        now=now,
        name="钱玉珍",
        born=date(1962, 1, 1),
        sequence=7,
        home=home,
        relation="12",
        happened_on=since,
    )
    son = make.person(
        by=worker,
        now=now,
        name="赵明",
        sex="1",
        born=date(1990, 1, 1),
        sequence=8,
        home=home,
        relation="20",
        happened_on=since,
    )
    for one in (husband, wife, son):
        one.refresh_from_db()
    return husband, wife, son


def relations(*people):
    for one in people:
        one.refresh_from_db()
    return [one.relation for one in people]


def died(worker, person, day, now, **more):
    person.refresh_from_db()
    return events.die(
        by=worker, person_id=person.pk, version=person.version, happened_on=day, reason="", now=now, **more
    )


def test_a_birth_told_twice_is_one_child(worker, now):
    mother = make.person(by=worker, now=now, born=date(1990, 5, 1))

    def birth(name):
        arrival = Arrival(
            given={"name": name, "sex": "1", "born": date(2026, 11, 1)},
            home=Home(household_id=mother.household_id),
            relation="20",
            event="birth",
        )
        return events.enter(by=worker, arrival=arrival, now=now)

    first = birth("张小宝")
    with pytest.raises(KnownAlready) as refusal:
        birth("张小宝")
    assert refusal.value.person_id == first.pk
    assert birth("张小贝").pk != first.pk, "twins have two names"
    assert Household.objects.get(pk=mother.household_id).size == 3


def test_the_last_member_dies_and_the_household_ends_until_it_is_taken_back(worker, now):
    person = make.person(by=worker, now=now, happened_on=LATER)
    event = died(worker, person, date(2026, 11, 1), now)
    home = Household.objects.get(pk=person.household_id)
    assert (home.size, home.ended_on) == (0, date(2026, 11, 1))
    events.take_back(by=worker, event_id=event.pk, reason="误报", now=now)
    home.refresh_from_db()
    assert (home.size, home.ended_on) == (1, None)
    assert relations(person) == ["02"]
    with pytest.raises(Stale):
        events.take_back(by=worker, event_id=event.pk, reason="误报", now=now)
    assert counts_hold()


def test_a_head_without_follower_leaves_the_place_open(worker, now):
    husband, wife, son = family(worker, now)
    died(worker, husband, date(2025, 5, 5), now)
    assert relations(wife, son) == ["12", "20"], "nobody guesses who follows"
    events.change_head(
        by=worker,
        household_id=wife.household_id,
        new_head=wife.pk,
        relations={son.pk: "20"},
        happened_on=date(2025, 6, 1),
        reason="",
        now=now,
    )
    assert relations(wife, son) == ["02", "20"]


def test_who_follows_a_head_takes_the_others_along_and_all_goes_back_together(worker, now):
    husband, wife, son = family(worker, now)
    event = died(worker, husband, date(2025, 5, 5), now, new_head=son.pk)
    assert relations(wife, son) == ["52", "02"], "the old head's wife is the son's mother"
    events.take_back(by=worker, event_id=event.pk, reason="同名误报", now=now)
    assert relations(husband, wife, son) == ["02", "12", "20"]
    assert not PopulationEvent.objects.filter(kind="head_change", undone_at__isnull=True).exists()
    assert counts_hold()


def test_a_death_is_not_taken_back_over_a_later_head(worker, now):
    husband, wife, son = family(worker, now)
    event = died(worker, husband, date(2025, 5, 5), now)
    later = events.change_head(
        by=worker,
        household_id=wife.household_id,
        new_head=wife.pk,
        relations={son.pk: "20"},
        happened_on=date(2025, 6, 1),
        reason="",
        now=now,
    )
    with pytest.raises(NewerEvents):
        events.take_back(by=worker, event_id=event.pk, reason="误报", now=now)
    events.take_back(by=worker, event_id=later[0].pk, reason="误报", now=now)
    events.take_back(by=worker, event_id=event.pk, reason="误报", now=now)
    assert relations(husband, wife, son) == ["02", "12", "20"]


def test_a_death_told_late_does_not_change_what_happened_since(worker, now):
    husband, wife, son = family(worker, now)
    events.change_marital(
        by=worker,
        person_id=son.pk,
        version=son.version,
        marital="20",
        happened_on=date(2025, 8, 1),
        reason="",
        now=now,
    )
    died(worker, husband, date(2025, 5, 5), now, new_head=son.pk)
    assert relations(wife, son) == ["52", "02"]
    assert Spell.objects.open().get(person=son).valid_from == date(2025, 8, 1)
    assert Spell.objects.open().get(person=wife).valid_from == date(2025, 5, 5)
    assert counts_hold()


def test_a_household_ends_when_the_last_has_gone_in_whatever_order_it_is_told(worker, now):
    husband, wife, son = family(worker, now)
    died(worker, son, date(2025, 9, 9), now)
    died(worker, wife, date(2025, 3, 3), now)
    died(worker, husband, date(2025, 5, 5), now)
    assert Household.objects.get(pk=husband.household_id).ended_on == date(2025, 9, 9)
    assert counts_hold()


def test_a_split_in_the_same_dwelling_goes_back_as_a_whole(worker, now):
    husband, wife, son = family(worker, now)
    new = events.split(
        by=worker,
        household_id=husband.household_id,
        people=[husband.pk, son.pk],
        relations={husband.pk: "20", son.pk: "02"},
        happened_on=LATER,
        reason="分户",
        now=now,
        new_head=wife.pk,
    )
    assert new.dwelling_id == husband.dwelling_id
    assert relations(husband, wife, son) == ["20", "02", "02"]
    event = PopulationEvent.objects.filter(kind="split", person=husband).get()
    events.take_back(by=worker, event_id=event.pk, reason="误操作", now=now)
    assert relations(husband, wife, son) == ["02", "12", "20"]
    assert Household.objects.get(pk=new.pk).size == 0
    assert Household.objects.get(pk=husband.household_id).size == 3
    assert counts_hold()


def test_a_merge_across_communities_is_refused(actor_of, now):
    street = actor_of("street-staff")
    if not street.can("people.edit"):
        street = type(street)(**{**street.__dict__, "permissions": street.permissions | {"people.edit"}})
    here = make.person(by=street, now=now, happened_on=LATER)
    there = make.person(
        by=street,
        now=now,
        name="李四",
        sequence=9,
        home=Home(dwelling_id=make.dwelling(community="320105001004", estate="南湖春晓").pk),
        happened_on=LATER,
    )
    with pytest.raises(Invalid) as refusal:
        events.merge(
            by=street,
            into_id=here.household_id,
            from_id=there.household_id,
            relations={},
            happened_on=date(2026, 1, 1),
            reason="",
            now=now,
        )
    assert "household" in refusal.value.fields


def test_somebody_without_a_dwelling_lives_in_a_grid(worker, now):
    person = make.person(by=worker, now=now, home=Home(area_id=make.grid_of()), happened_on=LATER)
    assert (person.dwelling_id, person.area_id) == (None, make.grid_of())
    events.move_within(
        by=worker,
        people=[person.pk],
        home=Home(dwelling_id=make.dwelling().pk),
        relations={},
        happened_on=date(2021, 1, 1),
        reason="",
        now=now,
    )
    person.refresh_from_db()
    assert person.dwelling_id == make.dwelling().pk
    assert counts_hold()


def test_born_on_the_29th_of_february(worker, now):
    person = make.person(by=worker, now=now, born=date(1944, 2, 29), happened_on=date(1990, 1, 1))
    assert Tag.objects.get(person=person, kind="aged").since == date(2024, 2, 29)
    alone = Tag.objects.get(person=person, kind="living_alone")
    assert alone.since in (date(2004, 2, 29), date(2009, 3, 1)), "the birthday of common years is the 1st of March"


def test_who_has_gone_from_elsewhere_comes_back_without_asking_anybody(worker, actor_of, now):
    other = actor_of("cw-320105001004")
    person = make.person(by=worker, now=now, happened_on=LATER)
    events.leave(
        by=worker, people=[person.pk], kind="flow_out", happened_on=date(2021, 1, 1), to="上海", reason="", now=now
    )
    person.refresh_from_db()
    away = make.dwelling("101", estate="南湖春晓", community="320105001004")

    def back(**given):
        arrival = Arrival(given=given, home=Home(dwelling_id=away.pk), event="flow_in", happened_on=date(2022, 1, 1))
        return events.come_back(by=other, person_id=person.pk, version=person.version, arrival=arrival, now=now)

    with pytest.raises(Invalid):
        back(name="张秀兰")
    came = back(name="张秀兰", identity_kind="111", identity=make.citizen_number())
    assert (came.status, came.area_id[:12]) == ("here", "320105001004")
    assert counts_hold()


def test_a_building_in_another_grid_takes_its_history_along_and_moves_nobody(worker, now):
    husband, wife, son = family(worker, now)
    died(worker, son, date(2024, 4, 4), now)
    building = husband.dwelling.building
    before = building.area_id
    other = Area.objects.filter(pk__startswith=make.COMMUNITY, level="subgrid").exclude(pk=before).first()
    told = PopulationEvent.objects.count()
    regridding.move_building(by=worker, building_id=building.pk, area_id=other.pk, now=now)
    assert PopulationEvent.objects.count() == told, "nobody moved"
    for one in (husband, wife, son):
        one.refresh_from_db()
        assert one.area_id == other.pk
    assert set(Spell.objects.values_list("area_id", flat=True)) == {other.pk}
    assert set(PopulationEvent.objects.values_list("area_id", flat=True)) == {other.pk}
    assert Household.objects.get(pk=husband.household_id).area_id == other.pk
    building.refresh_from_db()
    assert building.area_id == building.dwellings.get().area_id == other.pk
    assert counts_hold()
    away = make.dwelling(community="320105001004", estate="南湖春晓")
    with pytest.raises(Invalid):
        regridding.move_building(by=worker, building_id=building.pk, area_id=away.area_id, now=now)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_events_at_once_on_one_person_exactly_one_happens(worker, now):
    husband, wife, son = family(worker, now)
    start, outcomes = threading.Barrier(3), []

    def work(act):
        try:
            start.wait(10)
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    def die(new_head):
        events.die(
            by=worker,
            person_id=husband.pk,
            version=husband.version,
            happened_on=date(2026, 1, 1),
            reason="",
            now=now,
            new_head=new_head,
        )

    def hand_over():
        events.change_head(
            by=worker,
            household_id=husband.household_id,
            new_head=wife.pk,
            relations={husband.pk: "11", son.pk: "20"},
            happened_on=date(2026, 1, 1),
            reason="",
            now=now,
        )

    acts = [lambda: die(wife.pk), lambda: die(son.pk), hand_over]
    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 3, "nobody waited for ever, and nothing was an accident"
    assert outcomes.count("done") >= 1
    assert PopulationEvent.objects.filter(kind="death").count() <= 1
    assert Spell.objects.open().filter(household=husband.household_id, relation="02").count() == 1
    assert Person.objects.filter(household=husband.household_id, status="here").count() == (
        Household.objects.get(pk=husband.household_id).size
    )
    assert counts_hold()
