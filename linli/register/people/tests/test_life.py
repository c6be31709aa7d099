"""A whole life, entered event by event, and read back as of each date."""

from datetime import date, timedelta

import pytest

from linli.lib.errors import Invalid, Stale
from linli.register.people.actions import events, spells, tags, transfers
from linli.register.people.actions.events import Home, KnownAlready, NewerEvents
from linli.register.people.models import Headcount, Household, Person, PopulationEvent, Spell, Tag, Transfer
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
OTHER = "320105001004"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def other_worker(actor_of):
    return actor_of("cw-320105001004")


def as_of(person, day):
    return Spell.objects.filter(person=person).on(day).first()


def counts_hold():
    kept = {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.all() if one.n}
    return kept == spells.recount()


def test_a_whole_life_is_read_back_as_of_each_date(worker, other_worker, now):
    home, second = make.dwelling("301"), make.dwelling("302")
    mother = make.person(
        by=worker,
        name="李慧",
        born=date(1970, 5, 1),
        now=now,
        sequence=3,
        home=Home(dwelling_id=home.pk),
        happened_on=date(1990, 1, 1),
    )
    child = make.person(
        by=worker,
        name="王小明",
        born=date(1992, 6, 1),
        sex="1",
        now=now,
        sequence=4,
        home=Home(household_id=mother.household_id),
        relation="20",
        event="birth",
    )
    assert as_of(child, date(1992, 5, 31)) is None
    assert as_of(child, date(1992, 6, 1)).household_id == mother.household_id

    child.refresh_from_db()
    new = events.split(
        by=worker,
        household_id=mother.household_id,
        people=[child.pk],
        relations={child.pk: "02"},
        happened_on=date(2015, 3, 1),
        reason="成家",
        now=now,
        dwelling_id=second.pk,
    )
    child.refresh_from_db()
    wife = make.person(
        by=worker,
        name="陈静",
        born=date(1993, 2, 2),
        now=now,
        sequence=5,
        home=Home(household_id=new.pk),
        relation="12",
        event="move_in",
        happened_on=date(2016, 1, 1),
    )
    child.refresh_from_db()
    events.change_marital(
        by=worker,
        person_id=child.pk,
        version=child.version,
        marital="20",
        happened_on=date(2016, 5, 1),
        reason="",
        now=now,
        spouse_id=wife.pk,
    )
    assert [as_of(child, day).marital for day in (date(2016, 4, 30), date(2016, 5, 1))] == ["10", "20"]
    assert as_of(wife, date(2016, 5, 1)).marital == "20"

    events.change_head(
        by=worker,
        household_id=new.pk,
        new_head=wife.pk,
        relations={child.pk: "11"},
        happened_on=date(2018, 1, 1),
        reason="",
        now=now,
    )
    assert as_of(child, date(2017, 12, 31)).relation == "02"
    assert as_of(child, date(2018, 1, 1)).relation == "11"
    assert as_of(wife, date(2018, 1, 1)).relation == "02"

    asked = transfers.ask_out(
        by=worker,
        people=[wife.pk, child.pk],
        to_area_id=OTHER,
        happened_on=date(2020, 7, 1),
        reason="换房",
        now=now,
        with_hukou=True,
    )
    child.refresh_from_db()
    assert child.area_id.startswith(make.COMMUNITY), "nothing changes before the other side has agreed"
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    transfers.accept(
        by=other_worker,
        transfer_id=asked.pk,
        now=now,
        home=Home(dwelling_id=away.pk),
        relations={wife.pk: "02", child.pk: "11"},
    )
    child.refresh_from_db()
    assert child.area_id.startswith(OTHER)
    assert as_of(child, date(2020, 6, 30)).area_id.startswith(make.COMMUNITY)
    assert not Person.objects.visible_to(worker).filter(pk=child.pk).exists()
    assert Person.objects.visible_to(other_worker).filter(pk=child.pk).exists()
    assert not PopulationEvent.objects.filter(person=child, kind="move_out").exists(), "one event with two sides"

    died = events.die(
        by=other_worker, person_id=child.pk, version=child.version, happened_on=date(2024, 9, 9), reason="", now=now
    )
    child.refresh_from_db()
    assert (child.status, child.died) == ("dead", date(2024, 9, 9))
    assert as_of(child, date(2024, 9, 8)) is not None
    assert as_of(child, date(2024, 9, 9)) is None
    assert died.reported_at == now
    assert counts_hold()
    assert Household.objects.get(pk=new.pk).size == 0
    assert Household.objects.get(pk=new.pk).ended_on == date(2020, 7, 1)

    events.take_back(by=other_worker, event_id=died.pk, reason="同名误报", now=now)
    child.refresh_from_db()
    assert (child.status, child.died) == ("here", None)
    assert as_of(child, date(2024, 9, 9)).relation == "11"
    assert counts_hold()


def test_one_person_once_in_a_district(worker, other_worker, now):
    known = make.person(by=worker, now=now)
    with pytest.raises(KnownAlready) as refusal:
        make.person(by=worker, now=now, name="张秀蓝")
    assert refusal.value.person_id == known.pk
    with pytest.raises(KnownAlready) as refusal:
        make.person(by=other_worker, now=now, home=Home(dwelling_id=make.dwelling(community=OTHER).pk))
    assert refusal.value.person_id is None, "the other community learns where to ask, and nothing more"


def test_somebody_without_a_document_can_be_entered(worker, now):
    first = make.person(by=worker, now=now, name="不详", with_identity=False, born=None)
    second = make.person(by=worker, now=now, name="不详", with_identity=False, born=None)
    assert first.pk != second.pk
    assert first.identity_index is None


def test_events_do_not_lie_before_what_is_known(worker, now):
    person = make.person(by=worker, now=now, event="flow_in", happened_on=date(2020, 1, 1))
    with pytest.raises(spells.TooEarly):
        events.die(
            by=worker, person_id=person.pk, version=person.version, happened_on=date(2019, 1, 1), reason="", now=now
        )
    with pytest.raises(Invalid):
        events.die(
            by=worker,
            person_id=person.pk,
            version=person.version,
            happened_on=now.date() + timedelta(days=1),
            reason="",
            now=now,
        )
    with pytest.raises(Stale):
        events.die(
            by=worker, person_id=person.pk, version=person.version - 1, happened_on=now.date(), reason="", now=now
        )


def test_death_stops_what_hangs_on_the_person_and_says_so(worker, now):
    person = make.person(by=worker, now=now, born=date(1940, 1, 1), happened_on=date(2020, 1, 1))
    tags.give(
        by=worker, person=person, kind="low_income", level="全额", basis="审批表", since=date(2024, 1, 1), now=now
    )
    person.refresh_from_db()
    assert set(Tag.objects.filter(person=person, until=None).values_list("kind", flat=True)) == {
        "low_income",
        "aged",
        "living_alone",
    }
    event = events.die(
        by=worker, person_id=person.pk, version=person.version, happened_on=date(2026, 11, 1), reason="", now=now
    )
    assert "低保" in event.stopped
    assert not Tag.objects.filter(person=person, until=None).exists()
    events.take_back(by=worker, event_id=event.pk, reason="误报", now=now)
    assert set(Tag.objects.filter(person=person, until=None).values_list("kind", flat=True)) == {
        "low_income",
        "aged",
        "living_alone",
    }


def test_living_alone_follows_from_facts(worker, now):
    husband = make.person(
        by=worker, now=now, name="赵国强", sex="1", born=date(1950, 1, 1), happened_on=date(2010, 1, 1)
    )
    wife = make.person(
        by=worker,
        now=now,
        name="钱玉珍",
        born=date(1952, 1, 1),
        sequence=7,
        home=Home(household_id=husband.household_id),
        relation="12",
        happened_on=date(2010, 1, 1),
    )
    kinds = lambda one: set(Tag.objects.filter(person=one, until=None).values_list("kind", flat=True))  # noqa: E731
    assert kinds(husband) == kinds(wife) == {"empty_nest"}
    husband.refresh_from_db()
    events.die(
        by=worker,
        person_id=husband.pk,
        version=husband.version,
        happened_on=date(2025, 5, 5),
        reason="",
        now=now,
        new_head=wife.pk,
    )
    assert kinds(wife) == {"living_alone"}
    assert Tag.objects.get(person=wife, kind="living_alone").since == date(2025, 5, 5)
    wife.refresh_from_db()
    assert wife.relation == "02"


def test_only_the_newest_event_is_taken_back(worker, now):
    person = make.person(by=worker, now=now, happened_on=date(2020, 1, 1))
    first = PopulationEvent.objects.get(person=person)
    events.change_marital(
        by=worker,
        person_id=person.pk,
        version=person.version,
        marital="30",
        happened_on=date(2021, 1, 1),
        reason="",
        now=now,
    )
    with pytest.raises(NewerEvents):
        events.take_back(by=worker, event_id=first.pk, reason="错了", now=now)


def test_a_move_waits_once_and_can_be_refused_or_withdrawn(worker, other_worker, now):
    person = make.person(by=worker, now=now, happened_on=date(2020, 1, 1))

    def ask():
        return transfers.ask_out(
            by=worker, people=[person.pk], to_area_id=OTHER, happened_on=date(2026, 11, 1), reason="", now=now
        )

    first = ask()
    with pytest.raises(Stale):
        ask()
    with pytest.raises(Invalid):
        transfers.accept(by=worker, transfer_id=first.pk, now=now, home=Home(dwelling_id=make.dwelling().pk))
    transfers.refuse(by=other_worker, transfer_id=first.pk, answer="查无此人", now=now)
    second = ask()
    transfers.withdraw(by=worker, transfer_id=second.pk, now=now)
    assert list(Transfer.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "withdrawn"]


def test_the_new_community_may_ask_first(worker, other_worker, now):
    person = make.person(by=worker, now=now, happened_on=date(2020, 1, 1))
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    given = {
        "identity_kind": "111",
        "identity": make.citizen_number(),
        "dwelling_id": away.pk,
        "area_id": "",
        "happened_on": date(2026, 11, 1),
        "reason": "",
        "now": now,
    }
    with pytest.raises(Invalid):
        transfers.ask_in(by=other_worker, name="别人", **given)
    asked = transfers.ask_in(by=other_worker, name="张秀兰", **given)
    transfers.accept(by=worker, transfer_id=asked.pk, now=now)
    person.refresh_from_db()
    assert (person.dwelling_id, person.relation, person.kind) == (away.pk, "02", "registered")
    assert counts_hold()
