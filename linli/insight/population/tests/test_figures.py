"""Figures of an area: as of any day, adding up, in steps for those who do not see the people."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from linli.insight.population import queries
from linli.insight.population.board import Board
from linli.insight.population.discretion import Discretion
from linli.insight.population.recount import prove
from linli.insight.population.tables import tables
from linli.lib import citizen_id
from linli.register.people.actions import events, tags, transfers
from linli.register.people.actions.events import Home
from linli.register.people.models import Headcount, Person, Spell
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
HERE, THERE, STREET, DISTRICT = "320105001001", "320105001004", "320105001", "320105"
URL = "/population/"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def today(now):
    return now.date()


def person(worker, now, room="301", **given):
    defaults = {"home": Home(dwelling_id=make.dwelling(room=room).pk), "happened_on": date(2026, 3, 1)}
    return make.person(by=worker, now=now, **{**defaults, **given})


@pytest.fixture
def some(worker, now):
    """An old woman since March, a man who came to live here in June and a child born to them in October."""
    woman = person(worker, now, name="张秀兰", born=date(1940, 3, 2), sequence=1)
    man = person(
        worker, now, "302", name="李强", born=date(1995, 1, 1), sex="1", sequence=2, kind="floating", event="flow_in",
        happened_on=date(2026, 6, 5),
    )  # fmt: skip
    child = person(
        worker, now, name="李小宝", born=date(2026, 10, 3), sex="1", sequence=3, event="birth", relation="20",
        happened_on=date(2026, 10, 3), home=Home(household_id=man.household_id),
    )  # fmt: skip
    return woman, man, child


def board_of(actor, today, area_id=HERE, on=None):
    return Board(actor, area_id, area_id, on or today, today)


def test_population_before_and_after_each_event(worker, now, today, some):
    woman, *_others = some

    def total(on):
        return queries.population(HERE, on).total

    assert [total(date(2026, 2, 28)), total(date(2026, 3, 1)), total(date(2026, 6, 5)), total(today)] == [0, 1, 2, 3]
    woman.refresh_from_db()
    died = events.die(
        by=worker, person_id=woman.pk, version=woman.version, happened_on=date(2026, 11, 1), reason="", now=now
    )
    assert [total(date(2026, 10, 31)), total(date(2026, 11, 1))] == [3, 2]
    events.take_back(by=worker, event_id=died.pk, reason="录错", now=now)
    assert total(today) == 3
    assert queries.population(HERE, today).by_kind == {"registered": 2, "floating": 1}


def test_ages_are_those_of_the_day(worker, now, today, some):
    def ages(on):
        return {key: n for key, n in queries.ages(HERE, on, today=today).items() if n}

    assert ages(today) == {("2", 85): 1, ("1", 30): 1, ("1", 0): 1}
    # The spells of a past day tell the same as the people of today.
    assert ages(today - timedelta(days=1)) == ages(today)
    assert ages(date(2026, 6, 5)) == {("2", 85): 1, ("1", 30): 1}
    assert ages(date(2026, 3, 1)) == {("2", 85): 1}


@pytest.mark.parametrize(("on", "band"), [(date(2026, 3, 1), 80), (date(2026, 3, 2), 85)])
def test_the_birthday_itself_counts(worker, now, today, on, band):
    person(worker, now, born=date(1941, 3, 2), happened_on=date(2020, 1, 1))
    assert dict(queries.ages(HERE, on, today=today)) == {("2", band): 1}


@given(born=st.dates(date(1900, 1, 1), date(2026, 11, 23)), on=st.dates(date(2020, 1, 1), date(2026, 11, 22)))
@example(born=date(2004, 2, 29), on=date(2024, 2, 28))
@example(born=date(2004, 2, 29), on=date(2025, 2, 28))
@example(born=date(2004, 2, 29), on=date(2025, 3, 1))
@example(born=date(2004, 3, 1), on=date(2024, 2, 29))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_counts_birthdays_as_we_do(worker, now, some, born, on):
    Person.objects.update(born=born)
    Spell.objects.update(valid_from=date(1900, 1, 1))
    age = citizen_id.age(born, on) if born <= on else 0
    assert {band for _sex, band in queries.ages(HERE, on, today=now.date())} == {min(age // 5 * 5, 100)}
    assert sum(queries.ages(HERE, on, today=now.date()).values()) == 3
    Person.objects.update(born=None)
    assert {band for _sex, band in queries.ages(HERE, on, today=on)} == {-1}


def test_households_and_how_many_live_in_them(worker, now, today, some):
    assert queries.households(HERE, today) == (2, 3)
    assert queries.households(HERE, date(2026, 9, 1)) == (2, 2)
    assert board_of(worker, today).households == (2, "1.50")


def test_groups_as_of_a_day(worker, now, today, some):
    tags.refresh_area(HERE, on=today, now=now)
    tags.give(
        by=worker, person=some[0], kind="low_income", level="全额", basis="低保证", since=date(2026, 5, 1), now=now
    )
    found = queries.groups(HERE, today)
    assert found["low_income"] == 1
    assert found["aged"] == 1
    assert "low_income" not in queries.groups(HERE, date(2026, 4, 30))
    assert queries.groups(HERE, date(2026, 5, 1))["low_income"] == 1


class TestMonths:
    def flows(self, area_id, today):
        total = queries.Month(today)
        for month in queries.months(area_id, today):
            total.counts.update(month.counts)
        return total

    def test_who_came_and_who_went(self, worker, now, today, some):
        found = {f"{one.month:%m}": one for one in queries.months(HERE, today)}
        assert len(found) == 12
        assert (found["06"].came, found["10"].came, found["11"].came) == (1, 1, 0)
        assert found["03"].counts["entry"] == 1
        assert found["03"].came == 0

    def test_a_move_between_two_communities_is_no_departure_of_the_street(self, worker, actor_of, now, today, some):
        woman = some[0]
        other = actor_of("cw-320105001004")
        asked = transfers.ask_out(
            by=worker, people=[woman.pk], to_area_id=THERE, happened_on=date(2026, 11, 2), reason="搬家", now=now
        )
        home = Home(dwelling_id=make.dwelling(community=THERE, estate="云锦园").pk)
        transfers.accept(by=other, transfer_id=asked.pk, now=now, home=home)
        here, there, street = (self.flows(area, today) for area in (HERE, THERE, STREET))
        assert (here.counts["to_elsewhere"], here.went) == (1, 1)
        assert (there.counts["from_elsewhere"], there.came) == (1, 1)
        assert (street.went, street.came, street.counts["inside"]) == (0, 2, 1)
        assert queries.population(STREET, today).total == 3
        assert queries.population(HERE, today).total == 2

    def test_what_was_taken_back_never_happened(self, worker, now, today, some):
        woman = some[0]
        died = events.die(
            by=worker, person_id=woman.pk, version=woman.version, happened_on=date(2026, 11, 1), reason="", now=now
        )
        assert self.flows(HERE, today).went == 1
        events.take_back(by=worker, event_id=died.pk, reason="录错", now=now)
        assert self.flows(HERE, today).went == 0

    def test_a_grid_sees_moves_to_the_next_one(self, worker, now, today, some):
        from linli.foundation.areas.models import Area, Level
        from linli.register.homes.models import Building, Dwelling

        grids = list(Area.objects.filter(pk__startswith=HERE, level=Level.SUBGRID).order_by("pk")[:2])
        if len(grids) < 2:
            pytest.skip("the demo community has one sub-grid")
        house = Building.objects.create(area=grids[1], code=f"{HERE}00099", name="9幢", address="莫愁新寓9幢")
        flat = Dwelling.objects.create(building=house, area=grids[1], room="101", address="莫愁新寓9幢101室")
        woman = some[0]
        events.move_within(
            by=worker, people=[woman.pk], home=Home(dwelling_id=flat.pk), happened_on=date(2026, 11, 3),
            relations={}, reason="", now=now,
        )  # fmt: skip
        first, second, both = (self.flows(area, today) for area in (grids[0].pk, grids[1].pk, HERE))
        assert first.counts["to_elsewhere"] == 1
        assert second.counts["from_elsewhere"] == 1
        assert (both.went, both.counts["inside"]) == (0, 1)


class TestPage:
    def test_each_number_leads_to_its_rows(self, client_for, worker, now, today, some):
        client = client_for("community-secretary")
        text = client.get(URL).content.decode()
        assert "/register/people/?area=320105001001&amp;kind=floating" in text
        assert "sex=2&amp;age_from=85&amp;age_to=89" in text
        past = client.get(URL, {"on": "2026-06-30"}).content.decode()
        assert "/ledgers/people/?area=320105001001&amp;kind=floating&amp;on=2026-06-30" in past
        rows = client.get("/ledgers/people/?area=320105001001&kind=floating&on=2026-06-30").context["rows"]
        assert len(rows) == 1

    def test_only_areas_of_ones_own(self, client_for, some):
        client = client_for("community-worker")
        for area in (THERE, STREET, "", "x", "32010500100199999", "3201050010"):
            expected = 200 if area == "" else 404
            assert client.get(URL, {"area": area}).status_code == expected, area

    @pytest.mark.parametrize("on", ["2026-02-30", "x", "9999-01-01", "0001-01-01"])
    def test_no_day_breaks_it(self, client_for, some, on):
        assert client_for("community-worker").get(URL, {"on": on}).status_code == 200

    def test_who_may_look(self, client_for, some):
        assert client_for("grid-worker").get(URL).status_code == 200
        assert client_for("department-staff").get(URL).status_code == 403
        assert client_for("admin").get(URL).status_code == 403

    def test_a_page_costs_a_fixed_number_of_statements(self, client_for, some, django_assert_max_num_queries):
        client = client_for("community-secretary")
        client.get(URL)
        with django_assert_max_num_queries(26):
            client.get(URL)
        street = client_for("street-staff")
        street.get(URL)
        with django_assert_max_num_queries(26):
            street.get(URL, {"on": "2026-10-01"})

    def test_as_a_table_file_and_as_a_workbook(self, client_for, some):
        client = client_for("community-secretary")
        rows = list(csv.reader(io.StringIO(client.get(reverse("population:figures_csv")).content.decode("utf-8-sig"))))
        assert ["3", "0", "+3"] in [row[1:] for row in rows]
        book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(reverse("population:figures_xlsx")).content))
        assert 3 in [row[3] for row in book.get_sheet_by_index(0).to_python()]


class TestDiscretion:
    def test_whoever_does_not_see_people_sees_no_small_figure_and_no_link(
        self, client_for, worker, actor_of, today, some
    ):
        response = client_for("civil-affairs").get(URL, {"area": HERE})
        text = response.content.decode()
        assert "&lt;5" in text
        assert "/register/people/" not in response.context["tables"]["kinds"]["rows"][0]["cells"][1]
        board = board_of(actor_of("civil-affairs"), today)
        for table in tables(board):
            for row in table.rows:
                for cell, url in row[1:]:
                    assert cell in ("0", "<5", "–", "+0") or int(cell.replace(",", "")) % 5 == 0, (table.slug, cell)
                    assert url == ""

    def test_those_who_read_the_register_see_figures_as_they_are(self, worker, today, some):
        assert board_of(worker, today).told == Discretion()
        assert board_of(worker, today).total == 3

    @given(st.integers(0, 500), st.integers(0, 4))
    def test_no_difference_of_two_figures_tells_of_fewer_than_a_step(self, n, few):
        told = Discretion(5)
        assert told.coarse(n) in {0, 1} or told.coarse(n) % 5 == 0
        assert (told.coarse(n) == 0) == (n == 0)
        assert (told.text(told.coarse(n)) == "<5") == (0 < n < 5)
        if n >= 5:
            assert abs(told.coarse(n + few) - told.coarse(n)) in (0, 5)

    def test_a_change_from_what_is_not_told_is_not_told(self):
        told = Discretion(5)
        assert told.change(told.coarse(7), told.coarse(3)) == "–"
        assert told.change(told.coarse(20), told.coarse(10)) == "+10"


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["001001001001", "001001002001", "001004001001", "001004", "002001001001", "001"]),
            st.sampled_from(["registered", "floating"]),
            st.integers(0, 400),
            st.integers(-3, 9),
        ),
        max_size=25,
    ),
    back=st.integers(0, 400),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_areas_below_add_up_to_the_area(district, now, rows, back):
    Headcount.objects.all().delete()
    for suffix, kind, days, n in rows:
        row, _made = Headcount.objects.get_or_create(
            area_id=DISTRICT + suffix, kind=kind, day=now.date() - timedelta(days=days), defaults={"n": 0}
        )
        Headcount.objects.filter(pk=row.pk).update(n=row.n + n)
    on = now.date() - timedelta(days=back)
    for area_id in (DISTRICT, STREET, HERE):
        people = queries.population(area_id, on)
        below = queries.children(area_id, on, people)
        if below:
            for kind in ("registered", "floating"):
                assert sum(child.by_kind.get(kind, 0) for child in below) == people.by_kind.get(kind, 0)
        wanted = sum(n for suffix, _kind, days, n in rows if days >= back and (DISTRICT + suffix).startswith(area_id))
        assert people.total == wanted


class TestProof:
    def test_headcounts_equal_the_spells(self, some):
        assert prove() == []

    def test_every_difference_is_named(self, some):
        first = Headcount.objects.order_by("pk").first()
        Headcount.objects.filter(pk=first.pk).update(n=7)
        (one,) = prove()
        assert (one.area_id, one.kept) == (first.area_id, 7)
        Headcount.objects.filter(pk=first.pk).delete()
        (one,) = prove()
        assert one.kept == 0
        assert "kept 0, counted 1" in str(one)
