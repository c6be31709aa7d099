"""Special groups: on a basis, never twice, and what follows from facts kept true every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.citizen_id import age
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions import events, tags
from linli.register.people.actions.events import Home
from linli.register.people.models import Tag
from linli.register.people.tests import factories as make


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, born=date(1958, 3, 2), happened_on=date(2000, 1, 1))


def give(by, person, now, **more):
    sent = {"kind": "low_income", "level": "全额", "basis": "低保证", "since": date(2025, 1, 1), **more}
    return tags.give(by=by, person=person, now=now, **sent)


def open_kinds(person):
    return set(Tag.objects.open().filter(person=person).values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_group_has_a_basis_and_a_review(worker, zhang, now):
    tag = give(worker, zhang, now)
    assert (tag.source, tag.level, tag.recorded_by_id) == ("typed", "全额", worker.user_id)
    assert tag.review_on == date(2027, 11, 23)
    with pytest.raises(Stale):
        give(worker, zhang, now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"kind": "mental"}, "kind"),
        ({"kind": "aged", "level": ""}, "kind"),
        ({"level": "三级"}, "level"),
        ({"basis": " "}, "basis"),
        ({"since": date(2026, 11, 24)}, "since"),
        ({"since": date(1950, 1, 1)}, "since"),
        ({"review_on": date(2025, 1, 1)}, "review_on"),
        ({"review_on": date(9999, 1, 1)}, "review_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(worker, zhang, now, wrong, field):
    with pytest.raises(Invalid) as refusal:
        give(worker, zhang, now, **wrong)
    assert set(refusal.value.fields) == {field}


@pytest.mark.django_db
def test_who_may_give_end_and_review(actor_of, worker, zhang, now):
    tag = give(worker, zhang, now)
    for stranger in map(actor_of, ("grid-worker", "street-staff", "auditor", "cw-320105001004")):
        with pytest.raises(NotAllowed):
            give(stranger, zhang, now, kind="disabled", level="二级")
        with pytest.raises(NotAllowed):
            tags.finish(by=stranger, tag=tag, until=now.date(), because="因为", now=now)
        with pytest.raises(NotAllowed):
            tags.review(by=stranger, tag=tag, next_on=date(2027, 1, 1), now=now)


@pytest.mark.django_db
def test_the_dead_and_the_gone_join_no_group(worker, zhang, now):
    events.die(by=worker, person_id=zhang.pk, version=zhang.version, happened_on=now.date(), reason="", now=now)
    with pytest.raises(Stale):
        give(worker, zhang, now)


@pytest.mark.django_db
def test_an_ended_group_stays_ended(worker, zhang, now):
    tag = give(worker, zhang, now)
    for until in (date(2024, 12, 31), now.date() + timedelta(days=1)):
        with pytest.raises(Invalid):
            tags.finish(by=worker, tag=tag, until=until, because="收入提高", now=now)
    with pytest.raises(Invalid):
        tags.finish(by=worker, tag=tag, until=now.date(), because="", now=now)
    tags.finish(by=worker, tag=tag, until=now.date(), because="收入提高", now=now)
    with pytest.raises(Stale):
        tags.finish(by=worker, tag=tag, until=now.date(), because="收入提高", now=now)
    with pytest.raises(Stale):
        tags.review(by=worker, tag=tag, next_on=date(2027, 1, 1), now=now)
    give(worker, zhang, now)


@pytest.mark.django_db
def test_what_follows_from_facts_is_nobodys_to_end(worker, zhang, now):
    alone = Tag.objects.get(person=zhang, kind="living_alone")
    with pytest.raises(Invalid):
        tags.finish(by=worker, tag=alone, until=now.date(), because="因为", now=now)
    with pytest.raises(Invalid):
        tags.review(by=worker, tag=alone, next_on=date(2027, 1, 1), now=now)


@pytest.mark.django_db
def test_living_alone_and_empty_nest_follow_the_household(worker, zhang, now):
    assert open_kinds(zhang) == {"living_alone"}
    assert Tag.objects.get(person=zhang).since == date(2018, 3, 2)
    husband = make.person(
        by=worker,
        name="李建国",
        born=date(1955, 1, 1),
        sex="1",
        now=now,
        sequence=3,
        home=Home(household_id=zhang.household_id),
        relation="11",
    )
    assert open_kinds(zhang) == open_kinds(husband) == {"empty_nest"}
    make.person(
        by=worker,
        name="李慧",
        born=date(1985, 1, 1),
        now=now,
        sequence=4,
        home=Home(household_id=zhang.household_id),
        relation="30",
    )
    assert open_kinds(zhang) == open_kinds(husband) == set()


@pytest.mark.django_db
def test_birthdays_of_the_night_bring_groups(worker, now):
    nearly = make.person(by=worker, now=now, born=date(1946, 11, 24), happened_on=date(2000, 1, 1))
    assert "aged" not in open_kinds(nearly)
    assert tags.refresh_area("320105", on=date(2026, 11, 24), now=now) == 1
    assert Tag.objects.get(person=nearly, kind="aged").since == date(2026, 11, 24)
    assert tags.refresh_area("320105", on=date(2026, 11, 24), now=now) == 0


@pytest.mark.django_db
def test_party_members_follow_from_the_code(worker, now):
    member = make.person(by=worker, now=now, born=date(1990, 1, 1), political="党员")
    assert open_kinds(member) == {"party_member"}


@pytest.mark.django_db
def test_who_leaves_loses_all_and_who_is_taken_back_has_them_again(worker, zhang, now):
    give(worker, zhang, now)
    before = open_kinds(zhang)
    (event,) = events.leave(
        by=worker, people=[zhang.pk], kind="flow_out", happened_on=now.date(), to="外地", reason="", now=now
    )
    assert open_kinds(zhang) == set()
    assert "低保" in event.stopped
    events.take_back(by=worker, event_id=event.pk, reason="弄错了", now=now)
    assert open_kinds(zhang) == before


@given(st.dates(date(1880, 1, 1), date(2026, 11, 23)), st.integers(0, 120))
def test_a_birthday_is_the_first_day_of_an_age(born, years):
    day = tags.birthday(born, years)
    assert age(born, day) == years
    assert years == 0 or age(born, day - timedelta(days=1)) == years - 1


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
def test_months_later_stays_in_its_month(day, months):
    later = tags.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
