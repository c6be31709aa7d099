"""Work reaches people: every state that somebody owns lies on their desk, and who owns the next state is told."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import linli
from linli.apps.admission import news, parts
from linli.apps.admission import tasks as clockwork
from linli.apps.admission.actions import agreements, applications
from linli.apps.admission.flow import APPLICATION, TASK
from linli.apps.admission.models import Agreement, Application, Task
from linli.apps.admission.queries import agreements as agreed_ones
from linli.apps.admission.queries import applications as applied
from linli.apps.admission.queries import judging
from linli.apps.admission.queries import tasks as handed_down
from linli.apps.admission.tests.factories import HOME, admitted, agreed, handed, item, of_unit, submitted, task_in
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.notifications.models import Message
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.actions import lists
from linli.spine.catalogue.models import MatterList

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
Status = MatterList.Status


@pytest.fixture
def everybody(district, now) -> list[Actor]:
    posts = Post.objects.active(timezone.localdate(now)).select_related("user")
    return [actor_for(post.user, post) for post in posts.order_by("pk")]


def in_state(case: Case, state: str, now) -> Case:
    Case.objects.filter(pk=case.pk).update(state=state, step_due=now - timedelta(days=1))
    return Case.objects.select_related("party").get(pk=case.pk)


@pytest.mark.parametrize("state", [state for state in TASK.states if not state.final], ids=lambda state: state.code)
def test_a_task_lies_on_the_desk_of_who_owns_its_state_and_of_nobody_else(actor_of, everybody, now, state):
    task = task_in(handed(actor_of("department-staff"), now))
    case = in_state(task.case, state.code, now)
    owners = {one.post_id for one in everybody if parts.task_parts(one, case) & state.owner}
    assert owners
    shown = {
        one.post_id
        for one in everybody
        if Task.objects.visible_to(one).filter(handed_down.desk_of(one), pk=task.pk).exists()
    }
    assert shown == owners


@pytest.mark.parametrize(
    "state",
    [state for state in APPLICATION.states if not state.final and state.owner != {Part.SYSTEM}],
    ids=lambda state: state.code,
)
def test_an_application_lies_on_the_desk_of_each_part_that_owns_its_state(actor_of, everybody, now, state):
    row = submitted(actor_of("department-staff"), now)
    assert row.case is not None
    case = in_state(row.case, state.code, now)
    Application.objects.filter(pk=row.pk).update(review_due=timezone.localdate())
    for part in state.owner - {Part.SYSTEM}:
        playing = [one for one in everybody if part in parts.application_parts(one, case)]
        desks = [applied.desk_of(one) for one in playing]
        assert any(Application.objects.filter(desk, pk=row.pk).exists() for desk in desks), part
        assert all(applied.has_desk(one) for one in playing)


def test_who_owns_the_next_state_of_a_task_is_told_of_it():
    for move in TASK.moves:
        if move.target is None or not (others := TASK.state[move.target].owner - move.who):
            continue
        assert news.told(move.name)[1], f"nobody is told of {move.name}"
        assert others <= set(news.DESKS), move.name


def test_who_owns_the_next_state_of_an_application_is_told_of_it():
    for move in APPLICATION.moves:
        if move.target is not None and APPLICATION.state[move.target].owner - move.who - {Part.SYSTEM}:
            assert applications.told(move.name), f"nobody is told of {move.name}"


def test_a_yearly_review_is_told_of_once(actor_of, civil, now):
    row = admitted(actor_of, now)
    assert clockwork.review_due(now) == "told of 0"
    due = now + timedelta(days=800)
    before = Message.objects.count()
    assert clockwork.review_due(due) == "told of 1"
    told = Message.objects.order_by("-pk")[: Message.objects.count() - before]
    assert civil.user_id in {one.to_user_id for one in told}
    clockwork.review_due(due + timedelta(days=1))
    assert Message.objects.count() == before + len(told)
    assert row.pk == int(told[0].subject_id)


def test_an_agreement_lies_on_the_desk_of_who_moves_it_next(actor_of, secretary, everybody, now):
    health = of_unit(actor_of("department-staff"), "dept-health")
    (row,) = agreements.draft(by=health, area_ids=[HOME], matters=[item()], year=now.year, now=now)
    found = {
        status: [
            one
            for one in (*everybody, health)
            if Agreement.objects.visible_to(one).filter(agreed_ones.desk_of(one), pk=row.pk).exists()
        ]
        for status in (Agreement.Status.DRAFT, Agreement.Status.OFFERED)
        if Agreement.objects.filter(pk=row.pk).update(status=status)
    }
    assert {one.unit_id for one in found[Agreement.Status.DRAFT]} == {health.unit_id}
    assert secretary in found[Agreement.Status.OFFERED]
    assert {one.area_id for one in found[Agreement.Status.OFFERED]} == {HOME}


def test_the_agreements_page_shows_only_what_waits(actor_of, secretary, client_for, now):
    agreed(of_unit(actor_of("department-staff"), "dept-health"), secretary, item(), now)
    page = client_for("community-secretary", **ENGLISH).get("/admission/agreements/?view=todo")
    assert page.context["rows"] == []
    Agreement.objects.update(status="draft", signed_by=None, signed_at=None)
    Agreement.objects.update(status="offered")
    assert len(client_for("community-secretary").get("/admission/agreements/?view=todo").context["rows"]) == 1


def lists_on(desk_of: Actor) -> set[int]:
    return set(catalogue.desk_of(desk_of).values_list("pk", flat=True))


@pytest.fixture
def draft(civil, now) -> MatterList:
    published = MatterList.objects.get(status="published", kind="assist", is_example=True)
    begins = timezone.localdate(now) + timedelta(days=30)
    return lists.next_version(by=civil, matter_list=published, valid_from=begins, now=now)


def told_of(matter_list: MatterList, actor: Actor) -> int:
    rows = Message.objects.filter(subject_kind="list", subject_id=str(matter_list.pk), to_user_id=actor.user_id)
    return rows.count()


def test_a_list_goes_from_desk_to_desk_and_each_is_told(draft, civil, legal, organisation, everybody, now, client_for):
    """Its way through all states that have a next step, with the desk of each, and back once."""
    assert set(catalogue.NEXT_RIGHT) == set(lists.DRAFTS)
    assert draft.pk in lists_on(civil)
    sent = lists.submit(by=civil, matter_list=draft, now=now)
    assert draft.pk in lists_on(legal)
    assert draft.pk not in lists_on(civil) | lists_on(organisation)
    assert (told_of(draft, legal), told_of(draft, organisation)) == (1, 0)
    page = client_for("legal-review", **ENGLISH).get("/admission/lists/?view=todo")
    assert draft.name in page.content.decode()
    back = lists.send_back(by=legal, matter_list=sent, now=now, note="请补充文件依据")
    assert draft.pk in lists_on(civil)
    assert told_of(draft, civil) == 1
    sent = lists.submit(by=civil, matter_list=back, now=now)
    passed = lists.pass_check(by=legal, matter_list=sent, now=now, note="规则提示已逐条核对")
    assert draft.pk in lists_on(organisation)
    assert told_of(draft, organisation) == 1
    for status in catalogue.NEXT_RIGHT:
        MatterList.objects.filter(pk=draft.pk).update(status=status, checked_by=None)
        assert any(draft.pk in lists_on(one) for one in everybody), f"nobody has a list that is {status}"
    assert passed.status == Status.APPROVING


def test_where_no_post_of_the_district_holds_the_right_the_next_level_is_told(draft, civil, legal, now):
    """Who checks lists sits in the city only: there it lies, and there they are told."""
    Post.objects.filter(role="legal_review").update(area_id="3201")
    lists.submit(by=civil, matter_list=draft, now=now)
    assert told_of(draft, legal) == 1
    assert draft.pk in lists_on(Actor(**{**vars(legal), "area_id": "3201"}))


def test_the_reviewer_of_applications_has_a_desk(client_for):
    page = client_for("legal-review", **ENGLISH).get("/admission/applications/?view=todo")
    assert page.context["view"] == "todo"


def rules_in_code() -> set[str]:
    """Every rule that a finding in the code can name."""
    found = set()
    for path in Path(linli.__path__[0]).rglob("*.py"):
        if "tests" in path.parts or "Finding(" not in (text := path.read_text("utf-8")):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args:
                found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    return found


def test_no_rule_is_shown_by_its_code():
    found = rules_in_code()
    assert len(found) > 20
    assert found <= set(judging.ABOUT), found - set(judging.ABOUT)
    assert judging.named(["no_such_rule"]) == judging.named(["nor_this"]) != ""
