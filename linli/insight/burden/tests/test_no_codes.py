"""People read words: no code of a state, a move, a reason, a rule or a kind stands on a page of tasks and lists."""

import re
from html.parser import HTMLParser

import pytest
from django.utils import translation

from linli.apps.admission.flow import APPLICATION, APPLICATION_REASONS, TASK, TASK_REASONS
from linli.apps.admission.models import Agreement, Application, Form
from linli.apps.admission.queries import judging
from linli.apps.admission.tests.factories import ASKED, HOME, agreed, handed, item, move, of_unit, submitted, task_in
from linli.foundation.accounts.models import Unit
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Basis, ListStep, Matter, MatterList

pytestmark = pytest.mark.django_db
TASKS = "/admission/tasks/"
CODES = {
    *(one.code for flow in (TASK, APPLICATION) for one in flow.states),
    *(one.name for flow in (TASK, APPLICATION) for one in (*flow.moves, *flow.openings)),
    *(code for reasons in (TASK_REASONS, APPLICATION_REASONS) for known in reasons.values() for code in known),
    *judging.ABOUT,
    *judging.REASON_FOR,
    *Form.values,
    *MatterList.Status.values,
    *MatterList.Kind.values,
    *ListStep.Step.values,
    *Basis.Level.values,
    *Basis.Issuer.values,
    *Matter.Lead.values,
    *Unit.Kind.values,
    *Agreement.Status.values,
    *Application.ListKind.values,
    *(str(part) for part in Part),
}


class Shown(HTMLParser):
    """The texts that a reader sees: not attributes, scripts or styles."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs) -> None:
        self.silent += tag in ("script", "style", "template")

    def handle_endtag(self, tag) -> None:
        self.silent -= tag in ("script", "style", "template")

    def handle_data(self, data) -> None:
        if not self.silent:
            self.texts.append(data.strip())


def codes_on(html: str) -> set[str]:
    """Codes that stand alone, between Chinese words, or (with an underscore) anywhere."""
    shown = Shown()
    shown.feed(html)
    # An English word that is its own label and has no translation yet is no code that got out.
    with translation.override("zh-hans"):
        known = CODES - {one.value for one in Form if str(one.label) == one.value}
    found = {text for text in shown.texts if text in known}
    for text in shown.texts:
        found |= {word for word in re.findall(r"[a-z]+(?:_[a-z]+)+", text) if word in known}
        found |= {word for word in re.findall(r"(?<=[\u3000-\u9fff：（])[a-z_]+(?![a-z ])", text) if word in known}
    return found


def test_the_reader_of_this_test_sees_codes():
    assert codes_on("<p>状态：off_list</p>") == codes_on("<dd> off_list </dd>") == {"off_list"}
    assert codes_on("<p>需要checking。</p>") == {"checking"}
    assert codes_on('<option value="off_list">清单外</option><script>off_list</script>') == set()


@pytest.fixture
def people(actor_of):
    return actor_of("community-secretary"), of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def stories(people, actor_of, now):
    """One task in the middle of each story, with every reason that a history can show."""
    secretary, health = people
    civil, department = actor_of("civil-affairs"), actor_of("department-staff")
    agreed(health, secretary, item(), now)
    made = []
    for reason in TASK_REASONS["refuse"]:
        made.append(move(task_in(handed(department, now)), "refuse", secretary, now, reason=reason))
    for reason in TASK_REASONS["contest"]:
        task = task_in(handed(health, now, matter=item(), form="task", knowingly=False))
        made.append(move(task, "contest", secretary, now, reason=reason))
    upheld = move(made[-1], "uphold", civil, now)
    made.append(move(upheld, "correct", health, now, reason="other"))
    made.append(move(made[-2], "note", civil, now))
    made.append(move(task_in(handed(health, now, **ASKED)), "ask", secretary, now))
    for form in Form.values:
        if form != Form.FORM:
            made.append(task_in(handed(department, now, form=form, matter=item())))
    return made


@pytest.mark.parametrize("username", ["community-secretary", "civil-affairs"])
def test_pages_of_tasks_show_words(stories, client_for, username):
    client = client_for(username)
    pages = {one.case.number: f"{TASKS}{one.case.number}/" for one in stories}
    for url in (*pages.values(), TASKS, f"{TASKS}?view=all", f"{TASKS}?view=all&facet=contested", "/burden/"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert codes_on(answer.content.decode()) == set(), url


def test_every_state_and_every_form_of_a_move_shows_words(stories, client_for, now):
    clients = [client_for(name) for name in ("community-secretary", "civil-affairs", "department-staff")]
    task = stories[0]
    for state in TASK.states:
        closed_at = now if state.final else None
        Case.objects.filter(pk=task.pk).update(state=state.code, is_open=not state.final, closed_at=closed_at)
        for client in clients:
            assert codes_on(client.get(f"{TASKS}{task.case.number}/").content.decode()) == set(), state.code
    for one in TASK.moves:
        for client in clients:
            answer = client.get(f"{TASKS}{task.case.number}/moves/{one.name}/")
            assert codes_on(answer.content.decode()) == set(), one.name


def test_pages_of_applications_and_lists_show_words(actor_of, client_for, now):
    rows = [submitted(actor_of("department-staff"), now, does="负责辖区拆违工作", area_id=HOME, name="协助拆违宣传")]
    rows += [
        submitted(actor_of("department-staff"), now, form=form, name=f"协助宣传{n}")
        for n, form in enumerate(Form.values)
    ]
    client = client_for("legal-review")
    urls = [f"/admission/applications/{row.pk}/" for row in rows]
    urls += ["/admission/applications/?view=all", "/admission/lists/", "/admission/lists/?view=todo"]
    urls += [f"/admission/lists/{one.pk}/" for one in MatterList.objects.published()]
    for url in urls:
        answer = client.get(url)
        assert answer.status_code == 200
        assert codes_on(answer.content.decode()) == set(), url
