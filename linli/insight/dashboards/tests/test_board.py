"""Every figure of a board equals the rows that its link opens; the rates are those of domain.md §3.4."""

from datetime import date, timedelta
from fractions import Fraction
from urllib.parse import parse_qs, urlparse

import pytest

from linli.apps.incidents.tests.factories import Walk, report
from linli.foundation.accounts.actors import ANONYMOUS
from linli.insight.dashboards import queries
from linli.insight.dashboards.queries import Figures, Period
from linli.spine.cases import queries as cases
from linli.spine.cases.queries import FACETS, Filter
from linli.spine.cases.tally import FACETS as TALLIED

pytestmark = pytest.mark.django_db


@pytest.fixture
def period(now):
    return Period(now.date().replace(day=1), now.date().replace(day=1))


@pytest.fixture
def lived_in(district, actor_of, now):
    """A few cases in every condition, in three communities and two classes."""
    worker, secretary, unit = (actor_of(n) for n in ("community-worker", "community-secretary", "department-staff"))
    earlier = now - timedelta(days=10)

    def handled(case):
        walk = Walk(case, earlier)
        for name, who in [("accept", worker), ("dispatch", worker), ("sign", unit), ("finish", unit)]:
            walk.step(name, who)
        walk.step("verify", secretary)
        return walk

    handled(report(now=earlier).case).step("confirm", ANONYMOUS, is_reporter=True, satisfaction=3)
    handled(report(now=earlier).case).step("confirm", ANONYMOUS, is_reporter=True, satisfaction=1)
    handled(report(now=earlier).case).step("reopen", ANONYMOUS, is_reporter=True)
    handled(report(now=earlier).case)
    Walk(report(now=earlier).case, earlier).step("accept", worker, later=timedelta(days=5))  # answered late
    Walk(report(now=earlier).case, earlier).step("refuse", worker)
    report(now=earlier)  # nobody looks at it
    report(now=now, matter="environment.rubbish")
    report(now=now, area_id="320105001004")
    report(now=now, area_id="320105002001001001", matter="environment.rubbish")


def count(actor, now, period, *, area="320105", event_class="", facet="", view="all"):
    chosen = Filter(
        view=view, area=area, event_class=event_class, facet=facet,
        month=period.first if facet else None, months_to=period.last if facet else None,
    )  # fmt: skip
    return cases.listed(actor, chosen, now).count()


@pytest.mark.parametrize("username", ["civil-affairs", "street-staff", "community-worker", "grid-worker"])
def test_every_figure_equals_the_rows_behind_it(lived_in, actor_of, now, period, username):
    actor = actor_of(username)
    board = queries.board(actor, actor.area_id, period, now)
    places = [("", "", board.total)]
    places += [(code, "", figures) for code, figures in board.by_area.items()]
    places += [("", code, figures) for code, figures in board.by_class.items()]
    compared = 0
    for area, event_class, figures in places:
        area = area or actor.area_id
        for facet in sorted(set(TALLIED) & set(FACETS)):
            if len(area) > queries.TALLIED_DOWN_TO:
                continue  # tallies stop at the community; the page shows no periods further down
            rows = count(actor, now, period, area=area, event_class=event_class, facet=facet)
            assert figures.counts[facet] == rows, (area, event_class, facet)
            compared += 1
        for view in ("open", "late"):
            rows = count(actor, now, period, area=area, event_class=event_class, view=view)
            assert figures.counts[view] == rows, (area, event_class, view)
            compared += 1
    assert compared >= 20 or username == "grid-worker"


def test_the_denominators_equal_their_rows_too(lived_in, actor_of, now, period):
    actor = actor_of("civil-affairs")
    total = queries.board(actor, "320105", period, now).total
    assert total.response_due == count(actor, now, period, facet="response_due")
    assert total.handling_due == count(actor, now, period, facet="handling_due")
    assert total.counts["response_overdue"] == 1


def test_rates_are_exact(lived_in, actor_of, now, period):
    total = queries.board(actor_of("civil-affairs"), "320105", period, now).total
    assert total.response_rate == Fraction(5, 7)
    assert total.solved_rate == Fraction(2, 3)
    assert total.satisfied_rate == Fraction(1, 3)
    assert total.in_time_rate == Fraction(total.counts["handled_in_time"], total.handling_due)


def test_a_rate_is_null_where_nothing_is_due(district, actor_of, now, period):
    total = queries.board(actor_of("civil-affairs"), "320105", period, now).total
    assert total.response_rate is None
    assert total.solved_rate is None
    assert total.satisfied_rate is None
    assert total.in_time_rate is None


def test_the_example_of_tianmen():
    """domain.md §3.4: 972 due, 737 closed in time: 75.82 %."""
    figures = Figures()
    figures.add("handled_in_time", 737)
    figures.add("handled", 911)
    figures.add("handling_overdue", 61)
    assert figures.handling_due == 972
    assert figures.in_time_rate == Fraction(737, 972)


def test_a_board_outside_the_area_does_not_exist_and_inside_without_the_right_is_refused(client_for, lived_in):
    assert client_for("street-staff").get("/dashboards/?area=320105002").status_code == 404
    assert client_for("street-staff").get("/dashboards/?area=320105001001").status_code == 200
    assert client_for("admin").get("/dashboards/").status_code == 403


def test_the_page_links_every_figure_and_costs_few_statements(client_for, lived_in, django_assert_max_num_queries):
    client = client_for("civil-affairs")
    client.get("/dashboards/")  # shapes are drawn once
    with django_assert_max_num_queries(10):
        page = client.get("/dashboards/")
    text = page.content.decode()
    assert page.status_code == 200
    links = [part.split('"')[0].replace("&amp;", "&") for part in text.split('href="/desk/cases/')[1:]]
    assert len(links) > 20
    assert all(parse_qs(urlparse(link).query).get("view") for link in links if "?" in link)


def test_bad_periods_and_areas_do_not_break_the_page(client_for, lived_in):
    client = client_for("civil-affairs")
    for query in ("month=x", "month=9999-99", "month=2026-11&months_to=2020-01", "months_to=0001-01", "month=9999-12"):
        assert client.get(f"/dashboards/?{query}").status_code == 200, query
    for area in ("3", "abc", "320105abc", "３２０１０５", "999999", "320105001001001001001"):
        assert client.get("/dashboards/", {"area": area}).status_code == 404, area


def test_the_trend_has_a_row_for_every_month(lived_in, now):
    months = queries.trend("320105", date(2026, 11, 1))
    assert months[0][0] == date(2025, 12, 1)
    assert months[-1][1]["opened"] == 10
    assert months[0][1]["opened"] == 0
