"""Tasks handed down: on a list, off it, refused, corrected; nothing is dropped silently on either side."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from linli.apps.admission import tasks as clockwork
from linli.apps.admission.actions import tasks
from linli.apps.admission.actions.tasks import AlreadySent
from linli.apps.admission.models import Handing, Task
from linli.apps.admission.tests.factories import (
    ASKED,
    ELSEWHERE,
    HOME,
    agreed,
    guarantee_of,
    handed,
    handing,
    item,
    move,
    of_unit,
    paid,
    task_in,
)
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import Post
from linli.foundation.notifications.models import Message
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.cases import chain, tally
from linli.spine.cases.models import Case
from linli.spine.catalogue.actions import admitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def health(actor_of):
    """Department staff of the health commission, which leads an item of the demo list."""
    return of_unit(actor_of("department-staff"), "dept-health")


def on_list(health, secretary, now, **more):
    agreed(health, secretary, item(), now, **more)
    return handed(health, now, matter=item(), form="task", knowingly=False)


def rules_of(task: Task) -> set[str]:
    return {one["rule"] for one in task.why_off}


def test_a_cited_and_agreed_item_arrives_as_work(health, secretary, now):
    done = on_list(health, secretary, now)
    task = task_in(done)
    assert (done.on_list, done.off_list, task.case.state, task.off_list) == (1, 0, "arrived", False)
    assert task.case.matter == item()
    assert task.case.due_at <= task.case.term_due
    (message,) = Message.objects.filter(subject_kind="task")
    assert message.to_user_id == secretary.user_id
    assert message.link_path == f"/admission/tasks/{task.case.number}/"


def test_without_an_item_it_arrives_as_off_list_with_its_reasons(actor_of, now):
    done = handed(actor_of("department-staff"), now)
    task = task_in(done)
    assert (done.on_list, done.off_list, task.case.state, task.case.matter) == (0, 1, "off_list", None)
    # On no list, no basis high enough, and inspections have one organiser (S2-21).
    assert rules_of(task) == {"not_in_list", "form", "organiser"}


def test_nothing_off_the_lists_leaves_unknowingly(actor_of, now):
    with pytest.raises(Invalid) as refused:
        handed(actor_of("department-staff"), now, knowingly=False)
    assert "knowingly" in refused.value.fields
    assert not Handing.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"text": "完成招商引资任务指标"}, "prohibited"),
        ({"form": "inspection"}, "organiser"),
        ({"unit": "dept-urban"}, "wrong_sender"),
        ({"area_ids": [ELSEWHERE]}, "no_agreement"),
        ({"suspended": True}, "suspended"),
        ({"ended": True}, "not_in_list"),
        ({"year": 1}, "no_agreement"),
    ],
)
def test_an_item_allows_only_what_it_says(health, secretary, civil, now, changes, rule):
    agreed(health, secretary, item(), now)
    by = of_unit(health, changes.pop("unit")) if "unit" in changes else health
    if changes.pop("suspended", False):
        admitted.suspend_item(by=civil, matter=item(), now=now, on=timezone.localdate(now), note="逾期")
    if changes.pop("ended", False):
        admitted.end_item(by=civil, matter=item(), now=now, on=timezone.localdate(now) - timedelta(days=1), note="退出")
    later = now + timedelta(days=365 * changes.pop("year", 0))
    done = handed(by, later, **({"matter": item(), "form": "task"} | changes))
    (task,) = Task.objects.filter(handing=done.handing)
    assert task.off_list
    assert rule in rules_of(task)


def test_a_near_miss_of_a_prohibited_wording_passes(health, secretary, now):
    agreed(health, secretary, item(), now)
    said = {"title": "宣传环境卫生", "text": "张贴宣传页", "fit_reason": "环境卫生是公共卫生工作的一部分"}
    done = handed(health, now, matter=item(), form="task", knowingly=False, **said)
    assert done.off_list == 0


def test_one_community_may_be_on_the_list_and_another_not(health, secretary, now):
    agreed(health, secretary, item(), now)
    done = handed(health, now, matter=item(), form="task", area_ids=[HOME, ELSEWHERE])
    assert (done.on_list, done.off_list) == (1, 1)
    assert task_in(done, ELSEWHERE).case.state == "off_list"
    assert task_in(done, ELSEWHERE).case.matter is None


def test_the_same_form_sent_twice_is_handed_down_once(actor_of, now):
    given = handing(now)
    tasks.hand_down(by=actor_of("department-staff"), given=given, now=now)
    with pytest.raises(AlreadySent):
        tasks.hand_down(by=actor_of("department-staff"), given=given, now=now)
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"area_ids": []}, "areas"),
        ({"area_ids": ["320106001001"]}, "areas"),
        ({"area_ids": ["320105001"]}, "areas"),
        ({"due_on": date(2026, 1, 1)}, "due_on"),
        ({"due_on": date(2099, 1, 1)}, "due_on"),
        ({"asked_minutes": 0}, "asked_minutes"),
        ({"form": "nonsense"}, "form"),
        ({"title": " "}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"text": ""}, "text"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(actor_of, now, changes, field):
    with pytest.raises(Invalid) as refused:
        handed(actor_of("department-staff"), now, **changes)
    assert field in refused.value.fields
    assert not Handing.objects.exists()


@pytest.mark.parametrize("username", ["community-worker", "grid-worker", "organisation", "auditor", "legal-review"])
def test_only_units_that_may_send_hand_down(actor_of, now, username):
    with pytest.raises(NotAllowed):
        handed(actor_of(username), now)


def test_refused_corrected_and_closed(actor_of, secretary, civil, organisation, now):
    department = actor_of("department-staff")
    task = task_in(handed(department, now))
    task = move(task, "refuse", secretary, now, reason="not_in_list")
    assert (task.case.state, task.refused_for) == ("refused", "not_in_list")
    told = set(Message.objects.filter(subject_id=task.case.number).values_list("to_user_id", flat=True))
    assert told == {secretary.user_id, civil.user_id, organisation.user_id, department.user_id}
    task = move(task, "order", organisation, now)
    assert task.case.state == "correcting"
    task = move(task, "correct", department, now, reason="withdrawn")
    task = move(task, "insist", civil, now)
    task = move(task, "correct", department, now, reason="applied")
    assert (task.case.state, task.corrected_how) == ("answered", "applied")
    task = move(task, "close", civil, now)
    assert (task.case.state, task.case.is_open) == ("corrected", False)
    assert list(chain.verify()) == []
    assert tally.kept() == tally.recount() == {}


def test_accepted_once_under_protest_is_seen_by_the_supervisors(actor_of, secretary, civil, now):
    task = task_in(handed(actor_of("department-staff"), now))
    task = move(task, "accept_once", secretary, now)
    assert (task.case.state, task.protested, task.off_list) == ("doing", True, True)
    assert Message.objects.filter(to_user_id=civil.user_id, subject_id=task.case.number).exists()


def test_the_supervisors_may_say_no_or_name_the_item_that_allows_it(actor_of, health, secretary, civil, now):
    department = actor_of("department-staff")
    first = move(task_in(handed(department, now)), "ask", secretary, now)
    assert move(first, "disallow", civil, now).case.state == "correcting"
    second = move(task_in(handed(health, now, **ASKED)), "ask", secretary, now)
    with pytest.raises(Invalid) as refused:
        move(second, "allow", civil, now)
    assert "matter" in refused.value.fields
    # An item that does not carry it allows nothing, whoever names it.
    with pytest.raises(Invalid) as refused:
        move(second, "allow", civil, now, matter=item())
    assert "协议" in str(refused.value.fields["matter"])
    agreed(health, secretary, item(), now)
    second = move(second, "allow", civil, now, matter=item())
    assert (second.case.state, second.case.matter) == ("doing", item())


def test_whoever_sent_it_does_not_judge_it(secretary, civil, organisation, now):
    task = move(task_in(handed(civil, now)), "refuse", secretary, now, reason="not_in_list")
    with pytest.raises(Stale):
        move(task, "order", civil, now)
    assert move(task, "order", organisation, now).case.state == "correcting"


def test_late_money_opens_the_right_to_refuse_and_its_arrival_closes_it(health, secretary, civil, now):
    today = timezone.localdate(now)
    agreement = agreed(health, secretary, item(), now, due=today + timedelta(days=10))
    guarantee = guarantee_of(agreement)
    task = move(task_in(handed(health, now, matter=item(), form="task", knowingly=False)), "accept", secretary, now)
    with pytest.raises(Stale):
        move(task, "refuse_late", secretary, now + timedelta(days=10), reason="funds_late")
    late = now + timedelta(days=11)
    with pytest.raises(Invalid) as refused:
        move(task, "refuse_late", secretary, late, reason="staff_late")
    assert "reason" in refused.value.fields
    task = move(task, "refuse_late", secretary, late, reason="funds_late")
    assert (task.case.state, task.refused_for) == ("refused", "funds_late")
    event = task.case.events.get(move="refuse_late")
    assert event.data["late"] == [{"guarantee": guarantee.pk, "due_on": "2026-12-03", "missing": 3_000_000}]
    # While it is late nobody can push the task back.
    with pytest.raises(Stale):
        move(task, "give_back", civil, late)
    task = move(task, "order", civil, late)
    before = task.case.term_due
    paid(secretary, guarantee, today + timedelta(days=12), now + timedelta(days=12))
    task = move(task, "correct", health, now + timedelta(days=13), reason="fulfilled")
    task = move(task, "give_back", civil, now + timedelta(days=14))
    assert task.case.state == "doing"
    # The days of the dispute do not count against the community.
    assert task.case.term_due - before == timedelta(days=3)


def test_a_result_is_handed_in_with_its_cost_and_confirmed(health, secretary, now):
    task = move(task_in(on_list(health, secretary, now)), "accept", secretary, now)
    with pytest.raises(Invalid) as refused:
        move(task, "hand_in", secretary, now)
    assert "minutes" in refused.value.fields
    task = move(task, "hand_in", secretary, now, minutes=95)
    assert (task.case.state, task.spent_minutes, task.handing.asked_minutes) == ("handed_in", 95, 120)
    task = move(task, "send_back", health, now)
    assert task.case.handled_at is None
    task = move(task, "hand_in", secretary, now, minutes=110)
    task = move(task, "confirm", health, now)
    assert (task.case.state, task.spent_minutes) == ("finished", 110)


def test_a_sender_that_does_not_look_keeps_nobody_waiting(health, secretary, now):
    task = move(task_in(on_list(health, secretary, now)), "accept", secretary, now)
    task = move(task, "hand_in", secretary, now, minutes=95)
    assert clockwork.confirm_silent(task.case.step_due) == "moved 0"
    assert clockwork.confirm_silent(task.case.step_due + timedelta(minutes=1)) == "moved 1"
    task.case.refresh_from_db()
    assert task.case.state == "finished"


def told_of(number: str, words: str) -> int:
    return Message.objects.filter(subject_kind="task", subject_id=number, text__contains=words).count()


def test_what_nobody_answers_is_reported_to_the_next_desk_once(health, secretary, civil, now):
    task = task_in(on_list(health, secretary, now))
    late = task.case.step_due + timedelta(minutes=1)
    assert clockwork.overdue(task.case.step_due) == "moved 0"
    assert clockwork.overdue(late) == "moved 1"
    assert clockwork.overdue(late + timedelta(hours=1)) == "moved 0"
    event = task.case.events.get(move="overdue")
    assert (event.part, event.from_state, event.to_state) == ("system", "arrived", "arrived")
    street = Post.objects.filter(role="street_staff", area_id=HOME[:9]).count()
    assert street
    assert told_of(task.case.number, "没有按时答复") == street
    # Another state, another answer that is owed: by the sender now, and the supervisors learn of it.
    off = task_in(handed(health, now, title="迎检资料报送"))
    off = move(off, "refuse", secretary, now, reason="not_in_list")
    off = move(off, "order", civil, now)
    assert clockwork.overdue(off.case.step_due + timedelta(minutes=1)) == "moved 1"
    assert told_of(off.case.number, "没有按时答复") == 2


def test_a_withdrawn_item_stays_with_the_tasks_that_run_under_it(health, secretary, civil, now):
    task = task_in(on_list(health, secretary, now))
    admitted.end_item(by=civil, matter=item(), now=now, on=timezone.localdate(now), note="年度评估退出")
    tomorrow = now + timedelta(days=1)
    task = move(task, "accept", secretary, tomorrow)
    assert move(task, "hand_in", secretary, tomorrow, minutes=30).case.matter == item()
    assert task_in(handed(health, tomorrow, matter=item(), form="task")).off_list


def test_the_sender_may_recall_but_not_escape_a_correction(actor_of, secretary, now):
    department = actor_of("department-staff")
    first = move(task_in(handed(department, now)), "recall", department, now)
    assert first.case.state == "recalled"
    second = move(task_in(handed(department, now)), "refuse", secretary, now, reason="not_in_list")
    with pytest.raises(Stale):
        move(second, "recall", department, now)


def test_who_sees_what(actor_of, health, secretary, civil, now):
    done = handed(actor_of("department-staff"), now, area_ids=[HOME, ELSEWHERE])
    seen = {
        name: Task.objects.visible_to(actor).count()
        for name, actor in {
            "sender": actor_of("department-staff"),
            "another department": health,
            "community": secretary,
            "street": actor_of("street-staff"),
            "civil affairs": civil,
            "grid worker": actor_of("grid-worker"),
            "admin": actor_of("admin"),
            "nowhere": replace(secretary, area_id=""),
            "system": SYSTEM,
        }.items()
    }
    assert seen == {
        "sender": 2,
        "another department": 0,
        "community": 1,
        "street": 2,
        "civil affairs": 2,
        "grid worker": 0,
        "admin": 0,
        "nowhere": 0,
        "system": 2,
    }
    assert not Case.objects.visible_to(secretary).exists(), "the queue of residents' cases does not hold tasks"
    assert done.off_list == 2
