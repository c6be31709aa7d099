"""统一安排: what departments hand down goes straight, is copied to the street, or goes through it, by rule."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from linli.apps.admission import tally
from linli.apps.admission import tasks as clockwork
from linli.apps.admission.models import Task
from linli.apps.admission.queries import tasks as queries
from linli.apps.admission.queries.tasks import Filter
from linli.apps.admission.tests.factories import ELSEWHERE, HOME, agreed, handed, item, move, of_unit, task_in
from linli.foundation.accounts.models import Post
from linli.foundation.notifications.models import Message
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.insight.burden import queries as burden
from linli.insight.burden.queries import Scope
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.spine.cases import chain
from linli.spine.cases.models import Case
from linli.spine.cases.tests.test_races import race

pytestmark = pytest.mark.django_db
TASKS = "/admission/tasks/"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
DAY = timedelta(days=1)


def rule(now, **params) -> None:
    """What the district decides from today on."""
    RuleSet.objects.create(
        domain="task.street",
        area_code="320105",
        version=RuleSet.objects.count() + 1,
        effective_from=timezone.localdate(now),
        source="测试",
        params={"way": "straight", "units": {}, "silent": "escalate"} | params,
    )
    rules.forget()


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def clerk(actor_of):
    return actor_of("street-staff")


@pytest.fixture
def through(health, secretary, now):
    """A task of a department that goes through the street of its community."""
    agreed(health, secretary, item(), now)
    rule(now, way="through")
    return task_in(handed(health, now, matter=item(), form="task", knowingly=False))


def clerks(now) -> set[int]:
    posts = Post.objects.active(timezone.localdate(now)).filter(role="street_staff", area_id=HOME[:9])
    return set(posts.values_list("user_id", flat=True))


def on_desk(actor, task) -> bool:
    return queries.listed(actor, Filter(view="todo")).filter(pk=task.pk).exists()


def test_it_waits_with_the_street_and_its_community_does_not_see_it(through, secretary, clerk, now, client_for):
    assert through.case.state == "at_street"
    assert on_desk(clerk, through)
    assert not Task.objects.visible_to(secretary).exists()
    assert client_for("community-secretary").get(f"{TASKS}{through.case.number}/").status_code == 404
    assert set(Message.objects.filter(subject_kind="handing").values_list("to_user_id", flat=True)) == clerks(now)
    assert not Message.objects.filter(subject_kind="task").exists()
    passed = move(through, "pass_on", clerk, now + DAY)
    assert (passed.case.state, on_desk(secretary, passed), on_desk(clerk, passed)) == ("arrived", True, False)
    assert passed.case.term_due == through.case.term_due + DAY, "the street's day is not the community's"
    assert Message.objects.filter(subject_kind="task", to_user_id=secretary.user_id).count() == 1
    assert list(chain.verify()) == []


def test_held_and_merged_it_never_reaches_the_community_and_counts_as_spared(through, health, secretary, clerk, now):
    held = move(through, "hold", clerk, now, reason="same_time")
    assert held.case.state == "on_hold"
    other = task_in(handed(health, now, matter=item(), form="task", knowingly=False))
    for wrong in ("", "20990101", held.case.number):
        with pytest.raises(Invalid) as refused:
            move(held, "merge", clerk, now, into=wrong)
        assert "into" in refused.value.fields
    merged = move(held, "merge", clerk, now, into=other.case.number)
    assert (merged.case.state, merged.case.is_open) == ("merged", False)
    assert not Task.objects.visible_to(secretary).filter(pk=merged.pk).exists()
    month = timezone.localdate(now).replace(day=1)
    found = burden.total(Scope(area_id="320105", first=month, last=month))
    assert (found.cut, found.cut_minutes, found.spared_minutes) == (1, 120, 120)
    assert list(tally.prove()) == []


def test_turned_down_with_a_reason_its_sender_is_told(through, health, clerk, now):
    for wrong in ({"reason": ""}, {"reason": "nonsense"}, {"reason": "own_work", "note": ""}):
        with pytest.raises(Invalid):
            move(through, "turn_down", clerk, now, **wrong)
    down = move(through, "turn_down", clerk, now, reason="own_work")
    assert (down.case.state, down.case.is_open) == ("turned_down", False)
    sender = set(Post.objects.filter(unit_id=health.unit_id).values_list("user_id", flat=True))
    assert sender & set(Message.objects.filter(subject_kind="task").values_list("to_user_id", flat=True))


def test_what_is_on_no_list_is_passed_on_as_that(actor_of, clerk, now):
    rule(now, way="through")
    task = task_in(handed(actor_of("department-staff"), now))
    assert (task.case.state, task.off_list) == ("at_street", True)
    with pytest.raises(Stale):
        move(task, "pass_on", clerk, now)
    assert move(task, "pass_off_list", clerk, now).case.state == "off_list"


def test_only_the_street_of_the_community_arranges_it(through, clerk, actor_of, secretary, now):
    elsewhere = replace(clerk, area_id="320105002")
    assert not Task.objects.visible_to(elsewhere).exists()
    for actor in (elsewhere, secretary, actor_of("civil-affairs"), actor_of("department-staff")):
        for name in ("pass_on", "hold", "turn_down", "merge"):
            with pytest.raises(NotAllowed):
                move(through, name, actor, now, reason="own_work" if name == "turn_down" else "unclear")


def test_a_street_that_says_nothing_is_reported_or_passes_as_the_rule_says(through, actor_of, now):
    late = through.case.step_due + timedelta(minutes=1)
    assert clockwork.street_silent(late) == "moved 0"
    assert clockwork.overdue(late) == "moved 1"
    civil = actor_of("civil-affairs")
    assert Message.objects.filter(subject_kind="task", to_user_id=civil.user_id).count() == 1
    assert Case.objects.get(pk=through.pk).state == "at_street"
    rule(now, way="through", silent="pass")
    assert clockwork.street_silent(through.case.step_due) == "moved 0"
    assert clockwork.street_silent(late) == "moved 1"
    assert Case.objects.get(pk=through.pk).state == "arrived"


def test_a_copy_reaches_the_street_once_and_the_community_at_once(actor_of, now):
    rule(now, way="copied")
    done = handed(actor_of("department-staff"), now, area_ids=[HOME, ELSEWHERE])
    assert task_in(done).case.state == "off_list"
    rows = Message.objects.filter(subject_kind="handing")
    assert set(rows.values_list("to_user_id", flat=True)) == clerks(now)
    assert rows.count() == len(clerks(now)), "once for each clerk, however many communities"


def test_a_district_decides_for_single_departments_from_a_day(health, actor_of, now):
    rule(now, units={"dept-health": "through"})
    assert task_in(handed(health, now)).case.state == "at_street"
    assert task_in(handed(actor_of("department-staff"), now)).case.state == "off_list"
    assert task_in(handed(actor_of("street-staff"), now)).case.state == "off_list", "the street's own goes straight"
    assert task_in(handed(health, now - DAY, due_on=timezone.localdate(now))).case.state == "off_list"


def test_the_street_merges_on_the_page_with_everything_typed_kept(through, health, client_for, now):
    client = client_for("street-staff", **ENGLISH)
    url = f"{TASKS}{through.case.number}/"
    text = client.get(url).content.decode()
    for label in ("Pass it on to the community", "Hold it back", "Merge it into another task", "Turn it down"):
        assert label in text
    assert "Pass it on: on no list" not in text
    seq = str(through.case.seq)
    wrong = client.post(f"{url}moves/merge/", {"seq": seq, "into": "1", "note": "与同类任务合并"})
    assert wrong.status_code == 422
    assert "与同类任务合并" in wrong.content.decode()
    other = task_in(handed(health, now, matter=item(), form="task", knowingly=False))
    given = {"seq": seq, "into": other.case.number, "note": "与同类任务合并"}
    assert client.post(f"{url}moves/merge/", given).status_code == 302
    assert client.post(f"{url}moves/merge/", given).status_code in (409, 422)
    assert other.case.number in client.get(url).content.decode()


def test_rule_sets_of_loaded_databases_learn_the_terms(now):
    row = RuleSet.objects.create(
        domain="task.steps", area_code="32", effective_from=timezone.localdate(now), source="测试", params={"asked": 1}
    )
    import_module("linli.apps.admission.migrations.0015_terms_of_the_street").fill(apps, None)
    row.refresh_from_db()
    assert set(row.params) == {"asked", "at_street", "on_hold"}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_clerks_pass_and_turn_down_at_once_and_one_is_told(through, clerk, now):
    def decide(i):
        name, reason = (("pass_on", ""), ("turn_down", "own_work"))[i % 2]
        return move(through, name, clerk, now, reason=reason)

    results = race(decide, 2)
    assert sorted(isinstance(result, Refusal) for result in results) == [False, True]
    assert through.case.events.exclude(move="route").count() == 1
    assert list(tally.prove()) == []
    assert list(chain.verify()) == []
