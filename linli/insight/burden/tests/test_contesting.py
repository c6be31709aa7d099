"""引用不符: “this is not what the item says”. Supervision judges, and until then the task is on no list."""

from datetime import timedelta
from importlib import import_module
from io import BytesIO

import openpyxl
import pytest
from django.apps import apps
from django.utils import timezone

from linli.apps.admission import news, tally
from linli.apps.admission import tasks as clockwork
from linli.apps.admission.models import Task, TaskTally
from linli.apps.admission.queries import tasks as queries
from linli.apps.admission.queries.tasks import Filter
from linli.apps.admission.tests.factories import agreed, handed, item, move, of_unit, task_in
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.notifications.models import Message
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.insight.burden import queries as burden
from linli.insight.burden.queries import Citations, Scope
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.cases import chain

pytestmark = pytest.mark.django_db
TASKS = "/admission/tasks/"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
DAY = timedelta(days=1)


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


@pytest.fixture
def civil(actor_of):
    return actor_of("civil-affairs")


@pytest.fixture
def organisation(actor_of):
    return actor_of("organisation")


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def task(health, secretary, now):
    """A task that came under an item that carries it, by its words."""
    agreed(health, secretary, item(), now)
    return task_in(handed(health, now, matter=item(), form="task", knowingly=False))


@pytest.fixture
def contested(task, secretary, now):
    return move(task, "contest", secretary, now, reason="more", note="事项只说告知，没有说上门")


def told(task: Task, name: str) -> set[int]:
    """Who was told of a task what is said after a move, in the words of the installation."""
    with news.in_house():
        words = news.told(name)[1] % {"title": task.case.title, "number": task.case.number}
    rows = Message.objects.filter(subject_kind="task", subject_id=task.case.number, text=words)
    return set(rows.values_list("to_user_id", flat=True))


def shown(actor, facet: str) -> int:
    return queries.listed(actor, Filter(view="all", facet=facet)).count()


def scope(now, **more) -> Scope:
    month = timezone.localdate(now).replace(day=1)
    return Scope(**({"area_id": "320105", "first": month, "last": month} | more))


def shares(now, at) -> Citations:
    found = scope(now)
    cited = {unit.pk: row.cited for unit, row in burden.by_unit(found)}
    (one,) = burden.citations(found, cited, at).values()
    return one


def test_while_it_is_contested_it_is_on_no_list_in_any_figure(contested, civil, organisation, health, now):
    assert (contested.case.state, contested.off_list, contested.cited) == ("contested", False, True)
    found = burden.total(scope(now))
    assert (found.tasks, found.on_list, found.off_list, found.in_question) == (1, 0, 0, 1)
    counted = {
        facet: shown(civil, facet) for facet in ("on_list", "off_list", "in_question", "cited", "contested", "lost")
    }
    assert counted == {"on_list": 0, "off_list": 0, "in_question": 1, "cited": 1, "contested": 1, "lost": 0}
    assert list(tally.prove()) == []
    assert told(contested, "contest") >= {civil.user_id, organisation.user_id, *news.unit(health.unit_id, now)}


def test_supervision_has_its_own_term_and_that_of_the_task_stands_still(task, secretary, civil, now):
    RuleSet.objects.create(
        domain="task.steps",
        area_code="320105",
        effective_from=timezone.localdate(now) - DAY,
        source="测试",
        params={
            **rules.params("task.steps", "320105", timezone.localdate(now)),
            "contested": _days(2),
            "returned": _days(4),
        },
    )
    rules.forget()
    term = task.case.term_due
    contested = move(task, "contest", secretary, now, reason="more")
    assert contested.case.due_at == contested.case.step_due
    assert contested.case.step_due - now < 3 * DAY
    back = move(contested, "dismiss", civil, now + 5 * DAY)
    assert back.case.term_due == term + 5 * DAY
    assert now + 9 * DAY <= back.case.step_due < now + 10 * DAY
    # Dismissed when nothing is left: the community still gets a whole term to answer in.
    assert (back.case.due_at, back.case.handled_at) == (min(back.case.step_due, back.case.term_due), None)


def test_a_task_whose_term_is_nearly_over_gets_a_fresh_one(health, secretary, civil, now):
    agreed(health, secretary, item(), now)
    short = task_in(handed(health, now, matter=item(), form="task", due_on=timezone.localdate(now)))
    short = move(short, "contest", secretary, now, reason="other_thing")
    back = move(short, "dismiss", civil, now + DAY)
    assert back.case.term_due >= back.case.step_due > now + 2 * DAY


def _days(n: int) -> dict[str, object]:
    return {"amount": n, "unit": "calendar_days"}


def test_upheld_it_is_off_the_list_with_the_reason_for_both_sides(contested, secretary, health, civil, now, client_for):
    upheld = move(contested, "uphold", civil, now + DAY, note="条目不含上门采样")
    assert (upheld.case.state, upheld.off_list, upheld.refused_for) == ("correcting", True, "not_said")
    assert (upheld.case.matter, upheld.cited) == (None, True)
    assert told(upheld, "uphold") >= {secretary.user_id, *news.unit(health.unit_id, now)}
    text = client_for("community-secretary").get(f"{TASKS}{upheld.case.number}/").content.decode()
    assert "条目不含上门采样" in text
    found = burden.total(scope(now))
    assert (found.on_list, found.off_list, found.in_question, found.refused) == (0, 1, 0, 1)
    assert list(tally.prove()) == []
    assert list(chain.verify()) == []
    with pytest.raises(Stale):
        move(upheld, "recall", health, now + DAY)


def test_dismissed_the_community_takes_it_on_or_accepts_under_protest(contested, secretary, health, civil, now):
    back = move(contested, "dismiss", civil, now + DAY)
    assert told(back, "dismiss") >= {secretary.user_id, *news.unit(health.unit_id, now)}
    assert burden.total(scope(now)).on_list == 1
    for name in ("contest", "ask", "refuse"):
        with pytest.raises(Stale):
            move(back, name, secretary, now + DAY, reason="more" if name == "contest" else "")
    done = move(back, "accept_once", secretary, now + DAY)
    assert (done.case.state, done.protested, done.off_list) == ("doing", True, False)
    assert list(tally.prove()) == []


def test_the_sender_never_judges_its_own_citation(secretary, civil, organisation, now):
    """Civil affairs cites its own item: the organisation department judges, and it alone has it on its desk."""
    unit = Unit.objects.get(pk=civil.unit_id)
    own = item()
    type(own).objects.filter(pk=own.pk).update(lead_unit=unit)
    agreed(civil, secretary, item(), now)
    task = task_in(handed(civil, now, matter=item(), form="task", knowingly=False))
    task = move(task, "contest", secretary, now, reason="other_thing")
    with pytest.raises(Stale):
        move(task, "dismiss", civil, now)
    assert not queries.listed(civil, Filter(view="todo")).exists()
    assert queries.listed(organisation, Filter(view="todo")).get() == task
    assert told(task, "contest") == {organisation.user_id, civil.user_id}, "as judge, and as sender"
    assert move(task, "dismiss", organisation, now).case.state == "returned"


@pytest.mark.parametrize("username", ["department-staff", "street-staff", "legal-review", "grid-worker"])
def test_only_the_community_contests_and_only_supervision_judges(task, contested, actor_of, now, username):
    for name in ("uphold", "dismiss"):
        with pytest.raises(NotAllowed):
            move(contested, name, actor_of(username), now)


def test_a_contest_needs_its_reason_and_its_words(task, secretary, now):
    for given in ({"reason": ""}, {"reason": "nonsense"}, {"reason": "more", "note": " "}):
        with pytest.raises(Invalid):
            move(task, "contest", secretary, now, **given)
    assert Task.objects.get(pk=task.pk).case.state == "arrived"


def test_what_came_off_list_is_refused_not_contested(actor_of, secretary, now):
    with pytest.raises(Stale):
        move(task_in(handed(actor_of("department-staff"), now)), "contest", secretary, now, reason="more")


def test_not_judged_in_time_it_goes_up_and_is_still_on_no_list(contested, civil, organisation, now):
    late = contested.case.step_due + timedelta(minutes=1)
    assert clockwork.overdue(contested.case.step_due) == "moved 0"
    assert clockwork.overdue(late) == "moved 1"
    assert clockwork.overdue(late + DAY) == "moved 0"
    contested.case.refresh_from_db()
    assert contested.case.state == "contested"
    assert burden.total(scope(now)).on_list == 0
    # Nobody supervises this district from above: it stays with its own two offices, which are told again.
    assert told(contested, "overdue") == {civil.user_id, organisation.user_id}


def test_above_a_district_its_city_learns_of_it(contested, civil, now):
    user = User.objects.create(username="city-civil", name="市民政")
    unit = Unit.objects.create(code="city-civil", name="市民政局", kind="department", area_id="3201")
    Post.objects.create(user=user, role="civil_affairs", area_id="3201", unit=unit, starts_on=timezone.localdate(now))
    assert clockwork.overdue(contested.case.step_due + timedelta(minutes=1)) == "moved 1"
    assert told(contested, "overdue") == {user.pk}


def test_shares_are_exact_as_of_a_day_and_no_later_move_changes_them(contested, secretary, health, civil, now):
    other = task_in(handed(health, now, matter=item(), form="task", knowingly=False))
    assert shares(now, now - DAY) == Citations(2, 0, 0)
    assert shares(now, now) == Citations(2, 1, 0)
    upheld = move(contested, "uphold", civil, now + DAY)
    after = move(upheld, "correct", health, now + 2 * DAY, reason="withdrawn")
    move(after, "close", civil, now + 3 * DAY)
    move(other, "accept", secretary, now + DAY)
    assert shares(now, now + 9 * DAY) == Citations(2, 1, 1)
    assert shares(now, now) == Citations(2, 1, 0), "what was so then stays so"
    assert (str(shares(now, now + 9 * DAY).lost_share), shown(civil, "lost"), shown(civil, "contested")) == (
        "1/2",
        1,
        1,
    )


def test_the_page_and_the_workbook_show_them_with_their_tasks(contested, civil, client_for, now):
    move(contested, "uphold", civil, now)
    client = client_for("civil-affairs")
    month = f"{timezone.localdate(now):%Y-%m}"
    page = client.get(f"/burden/?from={month}&to={month}")
    (_unit, _row, _url, cited) = page.context["units"][0]
    assert cited["figures"] == Citations(1, 1, 1)
    for url in (cited["contested_url"], cited["lost_url"]):
        assert url in page.content.decode().replace("&amp;", "&")
        assert [row.pk for row, _s, _d in client.get(url).context["rows"]] == [contested.pk]
    book = client.get(f"/burden/workbook/?from={month}&to={month}")
    rows = list(openpyxl.load_workbook(BytesIO(book.content)).worksheets[0].values)
    named = dict(zip(rows[0], rows[1], strict=False))
    assert (named["引用被质疑"], named["引用不成立"], named["不成立比例"]) == (1, 1, "1/1（100.0%）")
    assert client_for("community-secretary").get("/burden/workbook/?area=320105").status_code == 404


def test_the_community_contests_on_the_page_with_everything_typed_kept(task, client_for):
    client = client_for("community-secretary", **ENGLISH)
    text = client.get(f"{TASKS}{task.case.number}/").content.decode()
    assert "Contest it: this is not what the item says" in text
    url = f"{TASKS}{task.case.number}/moves/contest/"
    seq = str(task.case.seq)
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"seq": seq, "reason": "", "note": "事项没有这一句"})
    assert wrong.status_code == 422
    assert "事项没有这一句" in wrong.content.decode()
    done = client.post(url, {"seq": seq, "reason": "more", "note": "事项没有这一句"})
    assert done.status_code == 302
    again = client.post(url, {"seq": seq, "reason": "more", "note": "事项没有这一句"})
    assert again.status_code == 409
    page = client.get(f"{TASKS}{task.case.number}/").content.decode()
    assert "on no list until it is judged" in page
    assert "It asks for more than the item says" in page


def test_tasks_and_rule_sets_of_loaded_databases_learn_of_it(task, now):
    params = {"arrived": _days(9)}
    row = RuleSet.objects.create(
        domain="task.steps", area_code="32", effective_from=timezone.localdate(now), source="测试", params=params
    )
    Task.objects.update(cited=False)
    TaskTally.objects.update(cited=0)
    import_module("linli.apps.admission.migrations.0011_citations_of_old_tasks").fill(apps, None)
    row.refresh_from_db()
    assert set(row.params) == {"arrived", "contested", "returned"}
    assert list(tally.prove()) == []
