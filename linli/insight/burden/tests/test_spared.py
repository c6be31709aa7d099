"""What never reached a community counts, too: in the hours that its sender had estimated, equal to its tasks."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Sum
from django.utils import timezone

from linli.apps.admission import tally
from linli.apps.admission.models import Task, TaskTally
from linli.apps.admission.models.burden import FACETS
from linli.apps.admission.queries.tasks import Filter, listed
from linli.apps.admission.tests.factories import ASKED, ELSEWHERE, HOME, agreed, handed, item, move, of_unit, task_in
from linli.insight.burden import queries
from linli.insight.burden.queries import Scope

pytestmark = pytest.mark.django_db
SPARED = ("answered", "stopped", "recalled")


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def story(actor_of, health, now):
    """Refused, refused and given back, recalled, recalled after it was done, and done; each of another length."""
    secretary, department = actor_of("community-secretary"), actor_of("department-staff")
    civil = actor_of("civil-affairs")
    agreed(health, secretary, item(), now)
    move(task_in(handed(department, now, asked_minutes=60)), "refuse", secretary, now, reason="not_in_list")
    back = move(task_in(handed(health, now, asked_minutes=30, **ASKED)), "refuse", secretary, now, reason="not_in_list")
    move(back, "give_back", civil, now, matter=item())
    move(task_in(handed(department, now, asked_minutes=600)), "recall", department, now)
    done = move(task_in(handed(department, now, asked_minutes=15)), "accept_once", secretary, now)
    done = move(done, "hand_in", secretary, now, minutes=20)
    move(done, "recall", department, now)
    contested = task_in(handed(health, now, asked_minutes=45, matter=item(), form="task", knowingly=False))
    contested = move(contested, "contest", secretary, now, reason="more")
    move(contested, "uphold", civil, now)
    handed(department, now, asked_minutes=90, area_ids=[ELSEWHERE])


def scope(now, **more) -> Scope:
    month = timezone.localdate(now).replace(day=1)
    return Scope(**({"area_id": "320105", "first": month, "last": month} | more))


def test_each_sum_equals_the_tasks_that_it_is_made_of(story, actor_of, now):
    found = queries.total(scope(now))
    assert (found.stopped, found.stopped_minutes) == (2, 60 + 45)
    assert (found.recalled, found.recalled_minutes) == (1, 600)
    assert (found.answered_minutes, found.spared_minutes) == (0, 705)
    civil = actor_of("civil-affairs")
    for facet in ("stopped", "recalled"):
        rows = listed(civil, Filter(view="all", facet=facet))
        assert rows.count() == getattr(found, facet)
        minutes = rows.aggregate(sum=Sum("handing__asked_minutes"))["sum"]
        assert minutes == getattr(found, f"{facet}_minutes")
    assert list(tally.prove()) == []


def test_departments_and_months_add_up(story, now):
    found = queries.total(scope(now))
    by_unit = [row for _unit, row in queries.by_unit(scope(now))]
    assert sum(row.spared_minutes for row in by_unit) == found.spared_minutes
    assert sum(row.spared_minutes for _area, row in queries.by_area(scope(now, area_id=HOME[:9]))) == 705
    month = timezone.localdate(now).replace(day=1)
    assert queries.total(scope(now, first=month - timedelta(days=20), last=month - timedelta(days=20))).tasks == 0


def test_forms_that_went_to_nobody_count_by_community(health, now):
    handing = handed(health, now, asked_minutes=40).handing
    handing.answered = [HOME, ELSEWHERE]
    handing.save()
    tally.count_answered(handing)
    found = queries.total(scope(now))
    assert (found.answered, found.answered_minutes) == (2, 80)
    assert list(tally.prove()) == []
    TaskTally.objects.filter(digits=12, area_code=ELSEWHERE).delete()
    TaskTally.objects.update(answered=0, answered_minutes=0)
    assert list(tally.prove())
    import_module("linli.apps.admission.migrations.0013_spared_before").fill(apps, None)
    assert list(tally.prove()) == []


def test_loaded_databases_are_counted(story):
    TaskTally.objects.update(**{f"{name}{part}": 0 for name in SPARED for part in ("", "_minutes")})
    import_module("linli.apps.admission.migrations.0013_spared_before").fill(apps, None)
    assert list(tally.prove()) == []
    assert {f"{name}_minutes" for name in SPARED} <= set(FACETS)


def test_the_page_shows_hours_beside_the_burden_with_their_tasks(story, client_for, now):
    client = client_for("civil-affairs", HTTP_ACCEPT_LANGUAGE="en")
    month = f"{timezone.localdate(now):%Y-%m}"
    page = client.get(f"/burden/?from={month}&to={month}")
    kpis = {one["label"]: one for one in page.context["kpis"]}
    stopped = kpis["Hours spared: refused or found off the lists"]
    assert stopped["value"] == "1.8"
    rows = client.get(stopped["url"]).context["rows"]
    assert {row.pk for row, _s, _d in rows} == {one.pk for one in Task.objects.select_related("case") if one.is_stopped}
    assert kpis["Hours spared: recalled by the sender"]["value"] == "10"
    assert client.get("/burden/workbook/").status_code == 200
