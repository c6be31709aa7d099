"""The page of a person: facts masked, life as of any date, events with both dates, and a line for every reader."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import editing, events, tags, transfers
from linli.register.people.actions.events import Home
from linli.register.people.models import Tenure
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
OTHER = "320105001004"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def other_worker(actor_of):
    return actor_of("cw-320105001004")


@pytest.fixture
def zhang(worker, now):
    return make.person(
        by=worker,
        now=now,
        born=date(1940, 3, 2),
        happened_on=date(2000, 5, 1),
        phone="19900001111",
        workplace="第二棉纺厂",
    )


def url(person, name="register:person"):
    return reverse(name, args=[person.pk])


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_everything_but_whole_numbers(client_for, worker, zhang, now):
    child = make.person(
        by=worker,
        name="王小明",
        born=date(1999, 6, 1),
        sex="1",
        now=now,
        sequence=2,
        home=Home(household_id=zhang.household_id),
        relation="20",
    )
    Tenure.objects.create(dwelling_id=zhang.dwelling_id, part="owner", name="李四")
    page = text_of(client_for("community-worker"), url(zhang))
    for expected in ("张秀兰", "3201*************", "199****1111", "莫愁新寓", "第二棉纺厂", "高龄", "王小明", "李四"):
        assert expected in page, expected
    assert url(child) in page
    assert "19900001111" not in page
    assert make.citizen_number(date(1940, 3, 2)) not in page


def test_outside_the_area_nobody_exists(client_for, zhang):
    stranger = client_for("cw-320105001004")
    for name in ("register:person", "register:person_photo", "register:reveal", "register:person_edit"):
        assert stranger.get(url(zhang, name)).status_code == 404
    assert client_for("department-staff").get(url(zhang)).status_code == 403
    assert client_for("community-worker").get("/register/people/99999999999999999999/").status_code == 404


def test_the_state_on_a_day(client_for, worker, zhang, now):
    zhang.refresh_from_db()
    events.change_marital(
        by=worker,
        person_id=zhang.pk,
        version=zhang.version,
        marital="20",
        happened_on=date(2010, 1, 1),
        reason="",
        now=now,
    )
    events.move_within(
        by=worker,
        people=[zhang.pk],
        home=Home(dwelling_id=make.dwelling("502").pk),
        relations={zhang.pk: "02"},
        happened_on=date(2020, 1, 1),
        reason="换房",
        now=now,
    )
    client = client_for("community-worker")

    def on(day):
        return client.get(url(zhang), {"on": day}).context_data

    assert on("1999-12-31")["then"].spell is None
    assert "未婚" in on("2005-01-01")["then_spell"]["facts"]
    assert "已婚" in on("2010-01-01")["then_spell"]["facts"]
    assert on("2019-12-31")["then_spell"]["where"].endswith("301室")
    assert on("2020-01-01")["then_spell"]["where"].endswith("502室")
    assert on("2020-13-45")["bad_day"]
    assert len(on("")["spells"]) == 3
    groups = [str(one) for one in on("2021-01-01")["then_groups"]]
    assert any("高龄" in one for one in groups)
    assert not any("高龄" in str(one) for one in on("2005-01-01")["then_groups"])


def test_events_show_both_dates_what_ended_and_what_was_taken_back(client_for, worker, zhang, now):
    tags.give(by=worker, person=zhang, kind="low_income", level="全额", basis="低保证", since=date(2020, 1, 1), now=now)
    death = events.die(
        by=worker, person_id=zhang.pk, version=zhang.version, happened_on=date(2026, 11, 1), reason="病故", now=now
    )
    page = text_of(client_for("community-worker"), url(zhang))
    assert "2026-11-01" in page
    assert "2026-11-23" in page
    assert "低保" in page
    assert "病故" in page
    events.take_back(by=worker, event_id=death.pk, reason="弄错了人", now=now)
    page = text_of(client_for("community-worker"), url(zhang))
    assert "弄错了人" in page


def test_what_was_elsewhere_shows_only_the_community(client_for, worker, other_worker, zhang, now):
    asked = transfers.ask_out(
        by=worker, people=[zhang.pk], to_area_id=OTHER, happened_on=date(2026, 11, 20), reason="随子女", now=now
    )
    transfers.accept(
        by=other_worker, transfer_id=asked.pk, now=now, home=Home(dwelling_id=make.dwelling("909", community=OTHER).pk)
    )
    assert client_for("community-worker").get(url(zhang)).status_code == 404
    response = client_for("cw-320105001004").get(url(zhang))
    old = response.context_data["spells"][-1]
    assert old["where"] == old["community"]
    assert old["facts"] == ""
    assert "301室" not in response.content.decode()
    on_old_day = client_for("cw-320105001004").get(url(zhang), {"on": "2010-01-01"})
    assert "301室" not in on_old_day.content.decode()
    # The street sees both.
    assert "301室" in text_of(client_for("street-staff"), url(zhang))


def test_who_changed_what_is_for_those_who_may_see_it(client_for, worker, zhang, now):
    editing.edit(
        by=worker,
        person_id=zhang.pk,
        version=zhang.version,
        given={"phone": "19900002222", "education": "70"},
        reason="入户核实",
        now=now,
    )
    office = client_for("community-worker").get(url(zhang))
    assert {(one["old"], one["new"]) for one in office.context_data["changes"]} == {
        ("199****1111", "199****2222"),
        ("–", "初中"),
    }
    assert "入户核实" in office.content.decode()
    assert client_for("auditor").get(url(zhang)).context_data["changes"]
    grid = client_for("grid-worker").get(url(zhang))
    assert grid.context_data["changes"] is None
    assert "入户核实" not in grid.content.decode()


def test_what_each_post_may_do_shows(client_for, zhang):
    office = text_of(client_for("community-worker"), url(zhang))
    assert url(zhang, "register:person_edit") in office
    assert url(zhang, "register:correction_propose") not in office
    grid = text_of(client_for("grid-worker"), url(zhang))
    assert url(zhang, "register:person_edit") not in grid
    assert url(zhang, "register:correction_propose") in grid
    auditor = text_of(client_for("auditor"), url(zhang))
    assert url(zhang, "register:reveal") not in auditor


def test_every_reader_leaves_one_line_a_day(client_for, zhang):
    client = client_for("community-worker")
    for _time in range(3):
        client.get(url(zhang))
    client_for("grid-worker").get(url(zhang))
    lines = AccessRecord.objects.filter(action="people.read", subject_kind="person", subject_id=str(zhang.pk))
    assert lines.count() == 2
    assert not AccessRecord.objects.filter(action="people.read", subject_id="0").exists()


def test_the_page_asks_a_fixed_number_of_questions(client_for, worker, zhang, now, django_assert_max_num_queries):
    for number in range(3):
        make.person(
            by=worker,
            name=f"王{'一二三'[number]}",
            born=date(1990, 1, 1) + timedelta(days=number),
            now=now,
            sequence=10 + number,
            home=Home(household_id=zhang.household_id),
            relation="20",
        )
    client = client_for("community-worker")
    client.get(url(zhang))
    with django_assert_max_num_queries(20):
        client.get(url(zhang) + "?on=2026-01-01")
