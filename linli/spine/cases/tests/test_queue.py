"""Lists of cases: by keyset, complete, in order, inside the scope, however they are cut into pages."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.apps.incidents.tests.factories import Walk, report
from linli.foundation.accounts.actors import ANONYMOUS
from linli.spine.cases import queries
from linli.spine.cases.models import Case
from linli.spine.cases.queries import Filter

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(district, actor_of, now):
    """Seven open cases, two of them paused, two opened at the same moment, and a closed one."""
    worker = actor_of("community-worker")
    for index in range(5):
        report(now=now - timedelta(hours=index // 2))
    for _time in (1, 2):
        walk = Walk(report(now=now).case, now)
        for name in ("accept", "handle_here", "pause"):
            walk.step(name, worker)
    Walk(report(now=now).case, now).step("refuse", worker)


def pages(actor, chosen, now, size):
    """All rows of a list, page by page."""
    rows, after = [], ""
    for _page in range(30):
        page = queries.page(actor, chosen, after=after, now=now, size=size)
        rows += page.rows
        after = page.after
        if not after:
            return rows
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize(("view", "expected"), [("open", 7), ("todo", 5 + 2), ("all", 8), ("late", 0)])
def test_every_row_comes_once_whatever_the_size_of_a_page(cases, actor_of, now, view, expected, size):
    rows = pages(actor_of("community-worker"), Filter(view=view), now, size)
    assert len(rows) == len({row.pk for row in rows}) == expected


def test_paused_cases_stand_at_the_end_of_the_list_by_deadline(cases, actor_of, now):
    rows = pages(actor_of("community-worker"), Filter(view="open"), now, 2)
    assert [row.state for row in rows][-2:] == ["paused", "paused"]
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)
    assert rows[-1].deadline is None
    late = queries.listed(actor_of("community-worker"), Filter(view="late"), now + timedelta(days=300))
    assert "paused" not in set(late.values_list("state", flat=True))


def test_counts_are_those_of_the_lists(cases, actor_of, now):
    actor = actor_of("community-worker")
    counts = queries.counts(actor, now)
    for view in ("todo", "open", "late", "handled"):
        assert getattr(counts, view) == queries.listed(actor, Filter(view=view), now).count(), view


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_any_cursor_and_any_words_give_a_page(cases, actor_of, now, text):
    actor = actor_of("community-worker")
    for view in ("open", "all"):
        queries.page(actor, Filter(view=view), after=text, now=now)
        queries.page(actor, Filter(view=view, q=text), after="", now=now)


@pytest.mark.parametrize("cursor", ["9" * 40 + "-1", "1-" + "9" * 40, "-", "1-", "-1", "٣-٣", "1e3-1"])
def test_forged_cursors_do_no_harm(cases, actor_of, now, cursor):
    assert queries.page(actor_of("community-worker"), Filter(view="open"), after=cursor, now=now).rows is not None


def test_visitors_and_those_without_the_right_see_nothing(cases, actor_of):
    assert not Case.objects.visible_to(ANONYMOUS).exists()
    assert not Case.objects.visible_to(actor_of("admin")).exists()
    assert not Case.objects.visible_to(actor_of("department-staff")).exists()
    assert Case.objects.visible_to(actor_of("auditor")).count() == 8
