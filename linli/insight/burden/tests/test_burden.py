"""The burden page: figures that every move keeps, that a recount proves, and that open their rows."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from linli.apps.admission import tally
from linli.apps.admission.actions import arrivals, standing
from linli.apps.admission.models import Guarantee, Standing, TaskTally
from linli.apps.admission.tests.factories import (
    ELSEWHERE,
    HOME,
    agreed,
    guarantee_of,
    handed,
    item,
    move,
    of_unit,
    paid,
    task_in,
)
from linli.insight.burden import queries
from linli.insight.burden.queries import Scope
from linli.lib.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


@pytest.fixture
def story(actor_of, health, secretary, now):
    """Two months: one task on a list and handed in, one inspection pushed to two communities and refused in one."""
    agreement = agreed(health, secretary, item(), now, due=timezone.localdate(now) + timedelta(days=5))
    task = move(task_in(handed(health, now, matter=item(), form="task", knowingly=False)), "accept", secretary, now)
    move(task, "hand_in", secretary, now, minutes=95)
    department = actor_of("department-staff")
    pushed = handed(department, now + timedelta(days=10), area_ids=[HOME, ELSEWHERE])
    refused = move(task_in(pushed), "refuse", secretary, now + timedelta(days=11), reason="not_in_list")
    refused = move(refused, "order", actor_of("organisation"), now + timedelta(days=12))
    refused = move(refused, "correct", department, now + timedelta(days=13), reason="withdrawn")
    move(refused, "close", actor_of("civil-affairs"), now + timedelta(days=14))
    return agreement


def scope(area_id: str, **changes) -> Scope:
    return Scope(**({"area_id": area_id, "first": date(2026, 11, 1), "last": date(2026, 12, 1)} | changes))


@pytest.mark.parametrize("area_id", ["320105", HOME[:9], "3201"])
def test_figures_of_every_size_of_area(story, area_id):
    found = queries.total(scope(area_id))
    assert (found.tasks, found.on_list, found.off_list, found.off_percent) == (3, 1, 2, 67)
    assert (found.refused, found.refused_late, found.corrected) == (1, 0, 1)
    assert (found.asked_minutes, found.spent_minutes, found.spent_tasks) == (360, 95, 1)
    assert (found.form_task, found.form_inspection) == (1, 2)
    months = queries.by_month(scope(area_id))
    assert [(month.month, row.tasks) for month, row in months] == [(11, 1), (12, 2)]
    assert {unit.code: row.tasks for unit, row in queries.by_unit(scope(area_id))} == {
        "dept-health": 1,
        "dept-urban": 2,
    }


def test_the_areas_below_add_up_to_the_area(story):
    for area_id in ("320105", HOME[:9]):
        below = queries.by_area(scope(area_id))
        assert sum(row.tasks for _area, row in below) == 3
        assert [area.pk for area, _row in below] == sorted(area.pk for area, _row in below)
    assert {area.pk: row.tasks for area, row in queries.by_area(scope(HOME[:9])) if row.tasks} == {
        HOME: 2,
        ELSEWHERE: 1,
    }
    assert queries.by_area(scope(HOME)) == []


def test_narrowed_to_a_sender_and_a_month(story, health):
    found = queries.total(scope("320105", unit_id=health.unit_id, last=date(2026, 11, 1)))
    assert (found.tasks, found.off_list) == (1, 0)
    assert queries.total(scope("320105", first=date(2026, 12, 1), unit_id=health.unit_id)).tasks == 0


def test_every_move_keeps_what_a_recount_finds(story, secretary, now):
    assert tally.kept() == tally.recount()
    assert list(tally.prove()) == []
    TaskTally.objects.filter(digits=6).update(off_list=9)
    Guarantee.objects.update(received=1)
    told = list(tally.prove())
    assert any("off_list: kept 9" in line for line in told)
    assert any(line.startswith("guarantee") for line in told)


def test_money_promised_arrived_and_late(story, secretary, now):
    today = timezone.localdate(now)
    due = guarantee_of(story)
    assert queries.money(scope("320105"), due.due_on).late == 0
    found = queries.money(scope("320105"), due.due_on + timedelta(days=1))
    assert (found.promised, found.received, found.late, found.late_agreements) == (3_000_000, 0, 3_000_000, 1)
    paid(secretary, due, today, now, 1_000_000)
    assert queries.money(scope("320105"), due.due_on + timedelta(days=1)).late == 2_000_000
    paid(secretary, due, today, now, 2_000_000)
    assert queries.money(scope("320105"), due.due_on + timedelta(days=1)).late == 0
    arrivals.withdraw(by=secretary, arrival_id=due.arrivals.latest("pk").pk, reason="记错了一笔", now=now)
    assert queries.money(scope("320105"), due.due_on + timedelta(days=1)).late == 2_000_000
    assert list(tally.prove()) == []


def test_before_and_after_a_clean_up(actor_of, secretary, now):
    civil, organisation = actor_of("civil-affairs"), actor_of("organisation")
    assert (
        standing.find(by=civil, form="form", names=["台账甲", "台账乙", "台账甲", " "], now=now, campaign="清理") == 2
    )
    assert standing.find(by=civil, form="form", names=["台账甲", "台账丙"], now=now) == 1
    keys = list(Standing.objects.order_by("pk").values_list("pk", flat=True))
    assert standing.act(by=civil, ids=keys[:2], step="go", now=now) == 2
    with pytest.raises(Invalid):
        standing.act(by=civil, ids=keys[2:], step="keep", now=now)
    assert standing.act(by=civil, ids=keys[2:], step="keep", now=now, reason="法律法规要求保留") == 1
    assert standing.act(by=civil, ids=keys, step="gone", now=now) == 2
    assert standing.act(by=civil, ids=keys, step="checked", now=now) == 0, "whoever found it does not check it"
    assert standing.act(by=organisation, ids=keys, step="checked", now=now) == 2
    (row,) = queries.cleaned("320105")
    assert (row.before, row.to_go, row.gone, row.checked, row.after) == (3, 2, 2, 2, 1)
    with pytest.raises(NotAllowed):
        standing.find(by=secretary, form="form", names=["台账"], now=now)
    with pytest.raises(Invalid):
        standing.find(by=civil, form="form", names=[], now=now)
    with pytest.raises(Invalid):
        standing.act(by=civil, ids=keys, step="nonsense", now=now)


def test_each_number_of_the_page_opens_its_rows(story, client_for, now):
    client = client_for("civil-affairs", **ENGLISH)
    page = client.get("/burden/?from=2026-11&to=2026-12")
    assert page.status_code == 200
    assert "on no list" in page.content.decode()
    counted = {item["label"]: (item["value"], item["url"]) for item in page.context["kpis"]}
    for label in ("Handed down", "Off the lists"):
        value, url = counted[label]
        rows = client.get(url).context["rows"]
        assert len(rows) == value, label
    for _label, value, url in page.context["forms"]:
        assert len(client.get(url).context["rows"]) == value
    for odd in (
        "from=x",
        "to=2099-01",
        "from=2026-12&to=2026-01",
        "unit=abc",
        "area=%00",
        "area=99",
        "area=320105001001",
    ):
        assert client.get(f"/burden/?{odd}").status_code in (200, 404)


def test_an_area_elsewhere_is_not_there(story, client_for):
    community = client_for("community-secretary")
    assert community.get("/burden/").status_code == 200
    assert community.get("/burden/?area=320105").status_code == 404
    assert community.get(f"/burden/?area={ELSEWHERE}").status_code == 404


def test_statements_do_not_grow_with_the_area(story, client_for, django_assert_max_num_queries):
    client = client_for("civil-affairs")
    client.get("/burden/")
    with django_assert_max_num_queries(16):
        client.get("/burden/")


def test_the_desk_of_what_communities_carry(client_for):
    civil = client_for("civil-affairs", **ENGLISH)
    home = "/admission/standing/"
    bad = civil.post(home, {"form": "form", "names": "", "campaign": "清理行动"})
    assert bad.status_code == 422
    assert "清理行动" in bad.content.decode()
    assert civil.post(home, {"form": "form", "names": "台账甲\n台账乙", "campaign": "清理行动"}).status_code == 302
    text = civil.get(f"{home}?form=form&state=open").content.decode()
    assert "台账甲" in text
    keys = [str(key) for key in Standing.objects.values_list("pk", flat=True)]
    moved = civil.post(f"{home}act/", {"row": keys, "step": "go", "next": "form=form"})
    assert moved["Location"] == f"{home}?form=form"
    assert Standing.objects.filter(verdict="go").count() == 2
    assert "台账甲" in client_for("community-secretary", **ENGLISH).get(home).content.decode()
    assert client_for("community-secretary").post(home, {"form": "form", "names": "x"}).status_code == 403
