"""What is told late and out of order: the register of each past day is as if it had been told in time."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.lib.errors import Refusal
from linli.register.people.actions import computed, events, spells
from linli.register.people.actions.events import Arrival, Home
from linli.register.people.models import Headcount, Household, Person, PopulationEvent, Spell, Tag
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import applied, undone

TODAY = date(2026, 11, 23)
ENTERED = date(2026, 11, 1)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def entered(by, now, **more):
    return make.person(by=by, now=now, happened_on=ENTERED, **more)


def die(by, person, day, now, **more):
    person.refresh_from_db()
    return events.die(
        by=by, person_id=person.pk, version=person.version, happened_on=day, reason="补报", now=now, **more
    )


def population(day):
    return sum(Headcount.objects.filter(day__lte=day).values_list("n", flat=True))


def kept():
    return {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.all() if one.n}


def test_who_died_before_the_list_was_made_never_counts(by, now):
    person = entered(by, now)
    event = die(by, person, date(2026, 10, 1), now)
    person.refresh_from_db()
    assert (person.status, person.died) == ("dead", date(2026, 10, 1))
    assert event.reported_at == now
    assert not Spell.objects.open().filter(person=person).exists()
    assert [Spell.objects.on(day).count() for day in (date(2026, 9, 30), ENTERED, TODAY)] == [0, 0, 0]
    assert [population(day) for day in (date(2026, 9, 30), ENTERED, TODAY)] == [0, 0, 0]
    assert kept() == spells.recount()
    events.take_back(by=by, event_id=event.pk, reason="弄错了", now=now)
    spell = Spell.objects.get(person=person)
    assert (spell.valid_from, spell.valid_to) == (ENTERED, None)
    assert (population(ENTERED - timedelta(days=1)), population(TODAY)) == (0, 1)
    assert kept() == spells.recount()


def test_the_head_is_followed_by_day(by, now):
    husband = entered(by, now, name="张建国", sex="1", born=date(1955, 1, 1), sequence=5)
    home = Home(household_id=husband.household_id)
    wife = entered(by, now, name="李秀英", relation="12", sequence=6, home=home)
    die(by, husband, date(2026, 10, 1), now, new_head=wife.pk)
    heads = {day: set(Spell.objects.on(day).filter(relation="02").values_list("person_id", flat=True))
             for day in (date(2026, 10, 2), ENTERED, TODAY)}  # fmt: skip
    assert heads == {date(2026, 10, 2): set(), ENTERED: {wife.pk}, TODAY: {wife.pk}}
    assert Household.objects.get(pk=husband.household_id).size == 1


def test_a_change_of_the_head_after_a_death_is_void_for_the_dead(by, now):
    head = entered(by, now, name="张建国", sex="1", born=date(1955, 1, 1), sequence=5)
    son = entered(by, now, name="张小明", relation="20", sequence=6, born=date(1980, 1, 1),
                  home=Home(household_id=head.household_id))  # fmt: skip
    events.change_head(by=by, household_id=head.household_id, new_head=son.pk, relations={head.pk: "51"},
                       happened_on=date(2026, 11, 10), reason="", now=now)  # fmt: skip
    event = die(by, head, date(2026, 11, 5), now)
    assert [Spell.objects.on(day).filter(person=head).count() for day in (date(2026, 11, 4), date(2026, 11, 5), TODAY)
            ] == [1, 0, 0]  # fmt: skip
    assert kept() == spells.recount()
    events.take_back(by=by, event_id=event.pk, reason="弄错了", now=now)
    assert [(one.valid_from, one.valid_to, one.relation) for one in spells.chain(head.pk)] == [
        (ENTERED, date(2026, 11, 10), "02"), (date(2026, 11, 10), None, "51"),
    ]  # fmt: skip


def test_what_contradicts_is_named_with_its_day(by, now):
    person = entered(by, now)
    events.move_within(by=by, people=[person.pk], home=Home(dwelling_id=make.dwelling("401").pk),
                       relations={person.pk: "02"}, happened_on=date(2026, 11, 10), reason="", now=now)  # fmt: skip
    with pytest.raises(spells.TooEarly) as refusal:
        die(by, person, date(2026, 10, 1), now)
    assert refusal.value.event.kind == "move_within"
    assert "2026-11-10" in refusal.value.fields["happened_on"]
    die(by, person, date(2026, 11, 10), now)


def test_a_marriage_does_not_lie_before_the_entry_and_says_why(by, now):
    person = entered(by, now)
    with pytest.raises(spells.TooEarly) as refusal:
        events.change_marital(by=by, person_id=person.pk, version=person.version, marital="20",
                              happened_on=date(2006, 5, 1), reason="", now=now)  # fmt: skip
    assert refusal.value.event.kind == "entry"


def test_who_moved_before_the_list_was_made_lives_there_from_the_day_of_the_move(by, now):
    person = entered(by, now)
    flat = make.dwelling("401")
    events.move_within(by=by, people=[person.pk], home=Home(dwelling_id=flat.pk), relations={person.pk: "02"},
                       happened_on=date(2026, 10, 20), reason="", now=now)  # fmt: skip
    lived = {day: Spell.objects.on(day).filter(person=person).values_list("dwelling_id", flat=True).first()
             for day in (date(2026, 10, 19), date(2026, 10, 20), ENTERED, TODAY)}  # fmt: skip
    assert lived == {date(2026, 10, 19): None, date(2026, 10, 20): flat.pk, ENTERED: flat.pk, TODAY: flat.pk}
    assert kept() == spells.recount()


def test_deaths_of_a_sheet_are_told_by_its_batch_and_taken_back_with_it(by, now):
    rows = [{"姓名": "张建国", "身份证号": make.citizen_number(date(1958, 3, 2), "1", 11), "与户主关系": "户主",
             "现住址": "莫愁新寓3幢2单元301室"}]  # fmt: skip
    person = entered(by, now, name="王独", born=date(1940, 1, 1), sequence=14)
    batch = applied(by, rows, now)
    with transaction.atomic():
        (event,) = events.end_in_batch(
            batch=batch, person_ids=[person.pk], kind="death", happened_on=date(2026, 10, 1), now=batch.applied_at
        )
    assert (event.batch_id, event.by_id) == (batch.pk, batch.approved_by_id)
    person.refresh_from_db()
    assert person.status == "dead"
    assert undone(by, batch, now).state == "undone"
    person.refresh_from_db()
    assert (person.status, person.died) == ("here", None)
    assert Spell.objects.open().get(person=person).valid_from == ENTERED
    assert kept() == spells.recount()


def test_a_move_that_is_taken_back_leaves_nobody_in_company_behind_that_door(by, now):
    """The household made for the mover is gone from the spells: its door is brought up to date all the same."""
    old = entered(by, now, name="王独", born=date(1940, 1, 1), sequence=31)
    flat = make.dwelling("401")
    other = entered(by, now, name="李独", born=date(1941, 1, 1), sequence=32, home=Home(dwelling_id=flat.pk))
    (moved,) = events.move_within(by=by, people=[old.pk], home=Home(dwelling_id=flat.pk), relations={old.pk: "02"},
                                  happened_on=TODAY, reason="", now=now)  # fmt: skip
    assert Tag.objects.open().get(person=other, kind__in=("living_alone", "empty_nest")).kind == "empty_nest"
    events.take_back(by=by, event_id=moved.pk, reason="弄错了", now=now)
    assert Tag.objects.open().get(person=other, kind__in=("living_alone", "empty_nest")).kind == "living_alone"
    assert list(computed.differences()) == []


# --- everything, in any order, on any day: as if told in time

ROOMS = ("101", "102", "103")
OPS = st.tuples(
    st.sampled_from(("enter", "enter", "die", "leave", "back", "move", "move", "marry", "undo")),
    st.integers(0, 2),
    st.integers(0, 25),
    st.integers(0, 2),
)


class Told:
    """The oracle: tellings in the order of telling; a day is as the last of them says whose day is not later."""

    def __init__(self) -> None:
        self.people: dict[int, list[tuple[int, date, object]]] = {}

    def tell(self, person, event, life):
        self.people.setdefault(person, []).append((event.pk, event.happened_on, life))

    def forget(self, event_ids):
        for told in self.people.values():
            told[:] = [one for one in told if one[0] not in event_ids]

    def on(self, person, day):
        return next((life for _pk, since, life in reversed(self.people.get(person, [])) if since <= day), None)


def life_now(person_id):
    spell = Spell.objects.open().filter(person_id=person_id).first()
    return (spell.household_id, spell.dwelling_id, spell.marital) if spell else None


def act(by, now, op, who, day, room):
    home = Home(dwelling_id=make.dwelling(ROOMS[room]).pk)
    common = {"by": by, "happened_on": day, "reason": "", "now": now}
    match op:
        case "die":
            return [events.die(person_id=who.pk, version=who.version, **common)]
        case "leave":
            return events.leave(people=[who.pk], kind="flow_out", to="外地", **common)
        case "back":
            arrival = Arrival(given={}, home=home, event="flow_in", happened_on=day, relation="02")
            events.come_back(by=by, person_id=who.pk, version=who.version, arrival=arrival, now=now)
        case "move":
            return events.move_within(people=[who.pk], home=home, relations={who.pk: "02"}, **common)
        case "marry":
            marital = "20" if who.marital == "10" else "10"
            return events.change_marital(person_id=who.pk, version=who.version, marital=marital, **common)
        case "undo":
            newest = PopulationEvent.objects.filter(person=who, undone_at=None).latest("pk")
            events.take_back(by=by, event_id=newest.pk, reason="弄错了", now=now)
            return []
    return [PopulationEvent.objects.filter(person=who).latest("pk")]


def one_step(by, now, told, people, step):
    op, at, back, room = step
    day = TODAY - timedelta(days=back)
    who = people.get(at)
    if who is None:
        kind = "flow_in" if op == "marry" else "entry"
        people[at] = who = make.person(
            by=by, now=now, happened_on=day, event=kind, name="张王李"[at] + "老", sequence=200 + at,
            born=date(1940 + 9 * at, 6, 1), home=Home(dwelling_id=make.dwelling(ROOMS[room]).pk),
        )  # fmt: skip
        happened = [PopulationEvent.objects.get(person=who)]
    elif op == "enter":
        return
    else:
        who.refresh_from_db()
        first = PopulationEvent.objects.filter(person=who).order_by("pk").first()
        if op == "undo" and PopulationEvent.objects.filter(person=who, undone_at=None).count() < 2:
            assert first is not None
            return
        try:
            with transaction.atomic():
                happened = act(by, now, op, who, day, room)
        except Refusal:
            return
    told.forget(set(PopulationEvent.objects.exclude(undone_at=None).values_list("pk", flat=True)))
    for event in happened:
        told.tell(who.pk, event, life_now(event.person_id))


def check_groups(told, people, day):
    """All three are old: who is behind a door with nobody else is alone, and several are an empty nest."""
    lives = {who.pk: told.on(who.pk, day) for who in people.values()}
    doors = Counter(life[1] for life in lives.values() if life)
    groups = Tag.objects.on(day).filter(kind__in=("living_alone", "empty_nest"))
    wanted = {pk: "living_alone" if doors[life[1]] == 1 else "empty_nest" for pk, life in lives.items() if life}
    assert dict(groups.values_list("person_id", "kind")) == wanted


def check(told, people):
    for who in people.values():
        for back in range(-1, 27):
            day = TODAY - timedelta(days=back)
            spell = Spell.objects.on(day).filter(person=who).first()
            found = (spell.household_id, spell.dwelling_id, spell.marital) if spell else None
            assert found == told.on(who.pk, day), (who.name, day)
    assert kept() == spells.recount()
    assert list(computed.differences()) == []
    for day in (TODAY - timedelta(days=back) for back in range(27)):
        check_groups(told, people, day)
    open_spells = Spell.objects.open().values_list("person_id", "household_id")
    assert all(n == 1 for n in Counter(pk for pk, _home in open_spells).values())
    assert not Person.objects.filter(status="dead", spells__valid_to=None).exists()
    sizes = Counter(home for _pk, home in open_spells)
    assert all(home.size == sizes[home.pk] for home in Household.objects.all())


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(OPS, min_size=3, max_size=14))
def test_any_order_of_telling_gives_the_same_days(by, now, steps):
    with transaction.atomic():
        told, people = Told(), {}
        for step in steps:
            one_step(by, now, told, people, step)
        check(told, people)
        transaction.set_rollback(True)
