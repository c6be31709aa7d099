"""The pages of tasks, as their people use them: hand down, refuse, correct, hand in; with wrong input, too."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.models import Handing, Task
from linli.apps.admission.tests.factories import HOME, agreed, guarantee_of, handed, item, move, of_unit, task_in
from linli.foundation.files.tests.test_documents import PDF

pytestmark = pytest.mark.django_db
TASKS = "/admission/tasks/"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def form(**changes) -> dict[str, object]:
    fields: dict[str, object] = {
        "key": str(uuid4()),
        "matter": "none",
        "form": "inspection",
        "title": "楼道杂物检查",
        "text": "逐栋检查并报送结果",
        "claimed": "",
        "due_on": f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}",
        "asked_minutes": "120",
        "scope": "chosen",
        "areas": [HOME],
    }
    return fields | changes


@pytest.fixture
def department(client_for):
    return client_for("department-staff", **ENGLISH)


@pytest.fixture
def community(client_for):
    return client_for("community-secretary", **ENGLISH)


def test_the_sender_is_told_before_an_off_list_task_leaves_and_nothing_typed_is_lost(department, kept_files):
    first = department.get(f"{TASKS}new/")
    assert first.status_code == 200
    files = SimpleUploadedFile("通知.pdf", PDF)
    page = department.post(f"{TASKS}new/", {**form(), "files": [files]})
    assert page.status_code == 422
    text = page.content.decode()
    assert "No item of a list is cited." in text
    assert "逐栋检查并报送结果" in text
    assert "通知.pdf" in text
    assert "Apply for admission instead" in text
    assert not Handing.objects.exists()
    sealed = page.context["sealed"]
    page = department.post(f"{TASKS}new/", form(knowingly="on", kept_files=sealed))
    assert page.status_code == 302
    handing = Handing.objects.get()
    assert page.url == f"{TASKS}together/{handing.pk}/"
    assert [one.file.original_name for one in handing.files.all()] == ["通知.pdf"]
    shown = department.get(page.url)
    assert "On no list: the community decides" in shown.content.decode()
    number = Task.objects.get().case.number
    file = handing.files.get().file_id
    assert b"".join(department.get(f"{TASKS}{number}/files/{file}/").streaming_content) == PDF


@pytest.fixture
def kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "This field is required."),
        ({"due_on": "soon"}, "Write the day as year-month-day"),
        ({"due_on": "2020-01-01", "knowingly": "on"}, "The day is over."),
        ({"areas": [], "knowingly": "on"}, "Choose at least one community."),
        ({"areas": ["110101001001"], "knowingly": "on"}, "is not one of the available choices"),
        ({"asked_minutes": "0"}, "greater than or equal to 1"),
        ({"matter": "999999"}, "is not one of the available choices"),
        ({"scope": "somewhere"}, "is not one of the available choices"),
        ({"key": "x"}, "UUID"),
    ],
)
def test_wrong_input_comes_back_with_a_sentence(department, changes, words):
    page = department.post(f"{TASKS}new/", form(**changes))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Handing.objects.exists()


def test_all_communities_of_a_street_at_once(department):
    page = department.post(f"{TASKS}new/", form(scope=HOME[:9], areas=[], knowingly="on"))
    assert page.status_code == 302
    assert set(Task.objects.values_list("case__area_id", flat=True)) >= {HOME, "320105001004"}
    again = department.post(f"{TASKS}new/", form(scope="all", areas=[], knowingly="on"))
    assert again.status_code == 302
    assert Task.objects.filter(handing=Handing.objects.latest("pk")).count() == 64


def test_the_community_sees_why_and_has_three_buttons(department, community, actor_of, now):
    task = task_in(handed(actor_of("department-staff"), now))
    page = community.get(f"{TASKS}{task.case.number}/")
    text = page.content.decode()
    assert "Why no list allows this" in text
    for label in ("Refuse it", "Accept once, under protest", "Ask the supervisors"):
        assert label in text
    refuse = community.get(f"{TASKS}{task.case.number}/moves/refuse/")
    assert 'value="not_in_list" selected' in refuse.content.decode(), "the reason that fits is chosen already"
    wrong = community.post(
        f"{TASKS}{task.case.number}/moves/refuse/", {"seq": "1", "reason": "not_in_list", "note": ""}
    )
    assert wrong.status_code == 422
    done = community.post(
        f"{TASKS}{task.case.number}/moves/refuse/", {"seq": "1", "reason": "not_in_list", "note": "清单没有这一项"}
    )
    assert done.status_code == 302
    task.case.refresh_from_db()
    assert task.case.state == "refused"
    stale = community.post(f"{TASKS}{task.case.number}/moves/note/", {"seq": "1", "note": "慢了一步"})
    assert stale.status_code == 409
    assert "慢了一步" in stale.content.decode()


def test_the_result_is_handed_in_with_files_and_minutes(client_for, actor_of, community, now, kept_files):
    health, secretary = of_unit(actor_of("department-staff"), "dept-health"), actor_of("community-secretary")
    agreed(health, secretary, item(), now)
    task = task_in(handed(health, now, matter=item(), form="task", knowingly=False))
    home = f"{TASKS}{task.case.number}/"
    text = community.get(home).content.decode()
    assert "协助做好公共卫生工作" in text
    assert "0.00 / 30,000.00" in text
    assert community.post(f"{home}moves/accept/", {"seq": "1"}).status_code == 302
    wrong = community.post(
        f"{home}moves/hand_in/", {"seq": "2", "note": "已办", "files": [SimpleUploadedFile("结果.pdf", PDF)]}
    )
    assert wrong.status_code == 422
    right = {"seq": "2", "note": "已办", "minutes": "45", "kept_files": wrong.context["sealed"]}
    assert community.post(f"{home}moves/hand_in/", right).status_code == 302
    text = community.get(home).content.decode()
    assert "It took 45 minutes." in text
    assert "结果.pdf" in text
    bad = community.post(
        f"{home}moves/note/", {"seq": "3", "note": "附件", "files": [SimpleUploadedFile("x.exe", b"MZ")]}
    )
    assert bad.status_code == 422
    assert "This kind of file cannot be kept here." in bad.content.decode()


def test_lists_narrow_by_link_and_say_why_they_are_empty(department, community, actor_of, now):
    for title in ("楼道杂物检查", "门前三包评比"):
        handed(actor_of("department-staff"), now, title=title)
    text = community.get(f"{TASKS}?q=门前").content.decode()
    assert "门前三包评比" in text
    assert "楼道杂物检查" not in text
    assert "Nothing matches." in community.get(f"{TASKS}?q=没有的").content.decode()
    assert "楼道杂物检查" in community.get(f"{TASKS}?view=off&form=inspection").content.decode()
    assert "Nothing waits for you." in department.get(TASKS).content.decode()
    for odd in (
        "view=x",
        "unit=abc",
        "month=2026-13",
        "area=%00",
        "after=9-9",
        "form=%F0",
        "handing=99999999999999999999",
    ):
        assert community.get(f"{TASKS}?{odd}").status_code == 200


def test_a_long_list_has_pages(community, actor_of, now, monkeypatch):
    monkeypatch.setattr("linli.apps.admission.queries.tasks.page.__kwdefaults__", {"size": 2})
    for n in range(5):
        handed(actor_of("department-staff"), now, title=f"检查第{n}次")
    seen, url = [], f"{TASKS}?view=all"
    while url:
        page = community.get(url)
        seen += [row.case.title for row, _state, _due in page.context["rows"]]
        url = f"{TASKS}{page.context['older_url']}" if page.context["older_url"] else ""
    assert sorted(seen) == [f"检查第{n}次" for n in range(5)]


def test_statements_do_not_grow_with_the_rows(community, actor_of, now, django_assert_max_num_queries):
    for n in range(12):
        handed(actor_of("department-staff"), now, title=f"检查第{n}次")
    community.get(TASKS)
    with django_assert_max_num_queries(9):
        community.get(TASKS)
    task = move(
        task_in(handed(actor_of("department-staff"), now)),
        "refuse",
        actor_of("community-secretary"),
        now,
        reason="not_in_list",
    )
    with django_assert_max_num_queries(14):
        community.get(f"{TASKS}{task.case.number}/")


@pytest.mark.parametrize("username", ["grid-worker", "admin", "restricted-care"])
def test_others_do_not_see_tasks(client_for, username):
    assert client_for(username).get(TASKS).status_code == 403


def test_another_department_finds_nothing(client_for, actor_of, now):
    health = of_unit(actor_of("department-staff"), "dept-health")
    task = task_in(handed(health, now))
    other = client_for("department-staff")
    assert other.get(f"{TASKS}{task.case.number}/").status_code == 404
    assert other.get(f"{TASKS}together/{task.handing_id}/").status_code == 404
    assert other.post(f"{TASKS}{task.case.number}/moves/recall/", {"seq": "1"}).status_code == 404


def test_off_the_lists_is_said_and_never_assumed(department):
    answer = department.post(f"{TASKS}new/", form(matter=""))
    assert answer.status_code == 422
    assert "say that it is on no list" in answer.content.decode()
    assert not Handing.objects.exists()


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_months_that_no_calendar_has_are_left_out(client_for, month):
    for address in ("/admission/tasks/", "/burden/", "/admission/agreements/results/"):
        query = {"view": "all", "month": month, "months_to": month, "from": month, "to": month, "year": month[:4] + "0"}
        assert client_for("civil-affairs").get(address, query).status_code == 200


def test_the_same_form_enters_money_once(client_for, actor_of, now):
    health, secretary = of_unit(actor_of("department-staff"), "dept-health"), actor_of("community-secretary")
    agreement = agreed(health, secretary, item(), now)
    guarantee = guarantee_of(agreement)
    address = f"/admission/agreements/{agreement.pk}/arrived/{guarantee.pk}/"
    worker = client_for("community-worker")
    assert 'name="key"' in worker.get(address).content.decode()
    given = {"key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a77", "on": f"{timezone.localdate():%Y-%m-%d}", "amount": "77.70"}
    for _n in range(2):
        assert worker.post(address, given).status_code == 302
    assert [one.amount for one in guarantee.arrivals.all()] == [7770]
    assert worker.post(address, {**given, "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a78"}).status_code == 302
    assert guarantee.arrivals.count() == 2
    for amount in ("", "0", "-5", "1e5", "9" * 30):
        answer = worker.post(address, {**given, "key": "", "amount": amount})
        assert answer.status_code == 422
