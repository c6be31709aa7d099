"""Nothing leaves of a form but by a person: for a purpose of the item, column by column, and taken back at will."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from linli.apps.admission.models import Task
from linli.apps.admission.tests.factories import HOME, agreed, handed, item, move, task_in
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.audit.models import AccessRecord
from linli.foundation.notifications.models import Message
from linli.insight.forms import purposes, tasks
from linli.insight.forms.actions import releasing
from linli.insight.forms.models import CommunityForm, Filling, Submission
from linli.insight.forms.store import store
from linli.insight.forms.tests.factories import ALL_HELD, PARTLY, given_by, released, stored_form, submission_in
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions.events import Home
from linli.register.people.tests.factories import dwelling, person
from linli.spine.catalogue.models import Matter

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
State = Submission.State
BORN = (date(1940, 5, 1), date(1941, 6, 2), date(1942, 7, 3), date(1990, 7, 3))


@pytest.fixture
def people(actor_of, now):
    worker = actor_of("community-worker")
    return [
        person(
            by=worker,
            now=now,
            name=f"{family}测试",
            born=born,
            sequence=at,
            home=Home(dwelling_id=dwelling(f"40{at}").pk),
        )
        for at, (family, born) in enumerate(zip("张李王赵", BORN, strict=True), start=1)
    ]


@pytest.fixture
def waiting(health, actor_of, people, now):
    """A form that asks only for what is held, handed down by the health commission."""
    agreed(health, actor_of("community-secretary"), item(), now)
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    return handed(health, now, matter=item(), form="form", files=[stored_form(health, now, ALL_HELD)], knowingly=False)


def sheet_of(row: Submission):
    return openpyxl.load_workbook(io.BytesIO(store.path_of(row.path).read_bytes()))


def test_what_is_all_held_waits_for_its_community_and_is_nobodys_task(client_for, waiting):
    row = submission_in(waiting)
    assert (row.state, waiting.answered) == (State.WAITING, 1)
    assert not Task.objects.exists()
    sender = client_for("department-staff", **ENGLISH)
    page = sender.get(f"/forms/together/{waiting.handing.pk}/").content.decode()
    assert "waiting for the community" in page
    assert sender.get(f"/forms/submissions/{row.pk}/given.xlsx").status_code == 409
    seen = sender.get(f"/forms/submissions/{row.pk}/").content.decode()
    assert "测试" not in seen, "the sender sees no row before somebody lets it go"
    assert "Give it to the sender" not in seen


def test_a_person_lets_it_go_and_the_file_says_who_what_for_and_how_much(client_for, actor_of, waiting, now):
    secretary = actor_of("community-secretary")
    row = released(secretary, submission_in(waiting), now)
    assert (row.state, row.rows, row.decided_by_id, row.decided_post_id) == (
        State.RELEASED,
        4,
        secretary.user_id,
        secretary.post_id,
    )
    book = sheet_of(row)
    rows = [[cell.value for cell in line] for line in book["统计表"].iter_rows(min_row=3, max_row=6)]
    # With care unless a person says otherwise: nobody is named, no number, no door, no exact age.
    assert {line[1] for line in rows} == {"张**", "李**", "王**", "赵**"}
    assert {line[3] for line in rows} == {"80—89岁", "30—39岁"}
    assert {line[4] for line in rows} == {None}
    assert {line[6] for line in rows} == {None}
    about = {line[0].value: line[1].value for line in book["数据来源"].iter_rows() if line[0].value}
    assert secretary.name in about["提供人"]
    assert about["用途"] in purposes.purposes(item())
    assert about["行数"] == "4"
    assert "身份证号码" in about["未提供栏目"]
    record = AccessRecord.objects.get(action="form.released")
    assert (record.user_id, record.data["rows"], record.reason) == (secretary.user_id, 4, row.purpose)
    assert AccessRecord.objects.filter(action="people.exported", data__area=HOME).exists()
    sender = client_for("department-staff", **ENGLISH)
    answer = sender.get(f"/forms/submissions/{row.pk}/given.xlsx")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert AccessRecord.objects.filter(action="form.downloaded").count() == 1
    assert Submission.objects.get(pk=row.pk).downloads == 1


def test_the_system_lets_nothing_go(waiting, now):
    row = submission_in(waiting)
    given = given_by(SYSTEM, row, now)
    with pytest.raises(NotAllowed):
        releasing.release(by=SYSTEM, submission_id=row.pk, given=given, now=now)
    tasks.open_periods(now)
    tasks.tell_missed(now + timedelta(days=400))
    assert State.RELEASED not in set(Submission.objects.values_list("state", flat=True))
    with pytest.raises(Exception, match="forms_released_by_a_person"):
        Submission.objects.filter(pk=row.pk).update(state=State.RELEASED)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("cw-320105001004", 404),  # another community of the street
        ("grid-worker", 403),
        ("department-staff", 403),  # it asked for it
        ("civil-affairs", 403),
        ("auditor", 403),
        ("organisation", 403),
        ("legal-review", 403),
        ("admin", 403),
    ],
)
def test_nobody_else_lets_it_go(client_for, waiting, who, status):
    row = submission_in(waiting)
    client = client_for(who)
    for end in ("", "refuse/", "standing/"):
        answer = client.post(f"/forms/submissions/{row.pk}/{end}", {"do": "give", "reason": "不合适"})
        assert answer.status_code == status, end
    assert submission_in(waiting).state == State.WAITING
    assert client.get(f"/forms/submissions/{row.pk}/filled.xlsx").status_code in (403, 404)


def test_another_department_sees_nothing_of_it(client_for, waiting, actor_of, now):
    row = released(actor_of("community-secretary"), submission_in(waiting), now)
    other = Unit.objects.get(code="dept-fire")
    Post.objects.filter(user__username="department-staff").update(unit_id=other.pk)
    client = client_for("department-staff")
    for address in (
        f"/forms/submissions/{row.pk}/",
        f"/forms/submissions/{row.pk}/given.xlsx",
        f"/forms/communities/{row.form_id}/",
        f"/forms/together/{waiting.handing.pk}/",
    ):
        assert client.get(address).status_code == 404, address
    assert waiting.handing.title not in client.get("/forms/").content.decode()


def test_numbers_in_full_are_for_those_who_approve_exports(actor_of, waiting, now):
    row, worker, secretary = submission_in(waiting), actor_of("community-worker"), actor_of("community-secretary")
    given = given_by(worker, row, now, identity="as_is")
    with pytest.raises(Invalid) as refused:
        releasing.release(by=worker, submission_id=row.pk, given=given, now=now)
    assert "身份证号码" in str(refused.value.fields)
    done = released(secretary, row, now, identity="as_is")
    values = {line[4].value for line in sheet_of(done)["统计表"].iter_rows(min_row=3, max_row=6)}
    assert all(len(value) == 18 and "*" not in value for value in values)


def test_a_purpose_of_ones_own_is_none(actor_of, waiting, now):
    row, secretary = submission_in(waiting), actor_of("community-secretary")
    given = given_by(secretary, row, now)
    with pytest.raises(Invalid) as refused:
        releasing.release(
            by=secretary,
            submission_id=row.pk,
            given=releasing.Given(purpose="领导要看", columns=given.columns, digest=given.digest),
            now=now,
        )
    assert set(refused.value.fields) == {"purpose"}


def test_what_the_item_says_is_not_given_is_not_given(actor_of, waiting, now):
    Matter.objects.filter(pk=item().pk).update(does_not="不采集、不提供居民身份证号码")
    row, secretary = submission_in(waiting), actor_of("community-secretary")
    with pytest.raises(Invalid) as refused:
        released(secretary, row, now, identity="masked")
    assert any(name.startswith("way_") for name in refused.value.fields)
    Matter.objects.filter(pk=item().pk).update(does_not="不向部门提供居民个人信息")
    with pytest.raises(Invalid) as refused:
        released(secretary, row, now)
    assert "as_counts" in refused.value.fields
    assert released(secretary, row, now, as_counts=True).as_counts


def test_counts_hide_what_few_share(actor_of, waiting, now):
    row = released(actor_of("community-secretary"), submission_in(waiting), now, as_counts=True)
    book = sheet_of(row)
    lines = [[cell.value for cell in line] for line in book.worksheets[0].iter_rows(min_row=2)]
    assert ["合计", None, "<5"] in lines
    text = str(lines)
    assert "测试" not in text
    assert "1940" not in text
    assert {line[2] for line in lines} == {"<5"}


def test_what_was_looked_at_is_what_leaves(actor_of, waiting, now):
    row, secretary = submission_in(waiting), actor_of("community-secretary")
    given = given_by(secretary, row, now)
    person(
        by=secretary,
        now=now,
        name="钱测试",
        born=date(1950, 1, 1),
        sequence=9,
        home=Home(dwelling_id=dwelling("409").pk),
    )
    with pytest.raises(Stale):
        releasing.release(by=secretary, submission_id=row.pk, given=given, now=now)
    assert submission_in(waiting).state == State.WAITING


def test_taken_back_nothing_is_fetched_any_more(client_for, actor_of, waiting, now):
    secretary = actor_of("community-secretary")
    row = released(secretary, submission_in(waiting), now)
    with pytest.raises(Invalid):
        releasing.withdraw(by=secretary, submission_id=row.pk, reason="", now=now)
    releasing.withdraw(by=secretary, submission_id=row.pk, reason="用途已变", now=now)
    sender = client_for("department-staff", **ENGLISH)
    assert sender.get(f"/forms/submissions/{row.pk}/given.xlsx").status_code == 409
    assert "用途已变" in sender.get(f"/forms/together/{waiting.handing.pk}/").content.decode()
    assert {"form.released", "form.withdrawn"} <= set(AccessRecord.objects.values_list("action", flat=True))
    with pytest.raises(Stale):
        releasing.withdraw(by=secretary, submission_id=row.pk, reason="再收一次", now=now)
    again = released(secretary, submission_in(waiting), now)
    assert again.state == State.RELEASED


def test_refused_with_a_reason_that_the_sender_reads(client_for, actor_of, waiting, now):
    row = submission_in(waiting)
    releasing.refuse(by=actor_of("community-secretary"), submission_id=row.pk, reason="超出事项范围", now=now)
    page = client_for("department-staff", **ENGLISH).get(f"/forms/together/{waiting.handing.pk}/").content.decode()
    assert "超出事项范围" in page
    assert Message.objects.filter(subject_kind="submission", subject_id=str(row.pk)).exists()


def test_a_second_press_or_an_old_page_does_not_do_the_other_thing(client_for, actor_of, waiting, now):
    row = submission_in(waiting)
    old_page = {"do": "refuse", "reason": "超出事项范围"}
    released(actor_of("community-secretary"), row, now)
    client = client_for("community-worker", **ENGLISH)
    client.post(f"/forms/submissions/{row.pk}/refuse/", old_page)
    assert submission_in(waiting).state == State.RELEASED, "whoever did not want to give it has not taken it back"
    assert 'name="do" value="withdraw"' in client.get(f"/forms/submissions/{row.pk}/").content.decode()
    for _press in range(2):
        client.post(f"/forms/submissions/{row.pk}/refuse/", {"do": "withdraw", "reason": "用途已变"})
    assert submission_in(waiting).state == State.WITHDRAWN
    assert not AccessRecord.objects.filter(action="form.refused").exists()


def test_two_presses_let_it_go_once(actor_of, waiting, now):
    row, secretary, worker = submission_in(waiting), actor_of("community-secretary"), actor_of("community-worker")
    first, second = given_by(secretary, row, now), given_by(worker, row, now)
    releasing.release(by=secretary, submission_id=row.pk, given=first, now=now)
    with pytest.raises(Stale):
        releasing.release(by=worker, submission_id=row.pk, given=second, now=now)
    assert AccessRecord.objects.filter(action="form.released").count() == 1
    assert Filling.objects.count() == 1


def test_it_ends_with_its_ground(client_for, actor_of, waiting, now):
    secretary = actor_of("community-secretary")
    row = released(secretary, submission_in(waiting), now)
    Matter.objects.filter(pk=item().pk).update(suspended_since=timezone.localdate() - timedelta(days=30))
    sender = client_for("department-staff", **ENGLISH)
    assert sender.get(f"/forms/submissions/{row.pk}/given.xlsx").status_code == 403
    releasing.withdraw(by=secretary, submission_id=row.pk, reason="事项暂停", now=now)
    with pytest.raises(NotAllowed, match=r"suspended|暂停"):
        released(secretary, submission_in(waiting), timezone.now())


def test_its_time_ends(client_for, actor_of, waiting, now):
    row = released(actor_of("community-secretary"), submission_in(waiting), now)
    tasks.expire(now + timedelta(days=31))
    assert Submission.objects.get(pk=row.pk).path == ""
    assert client_for("department-staff").get(f"/forms/submissions/{row.pk}/given.xlsx").status_code == 409


def test_the_page_shows_what_leaves_and_who_stands_out(client_for, actor_of, waiting):
    row = submission_in(waiting)
    client = client_for("community-secretary", **ENGLISH)
    page = client.get(f"/forms/submissions/{row.pk}/").content.decode()
    assert "4 rows;" in page
    assert "张**" in page
    data = {"do": "look", "purpose": purposes.purposes(item())[0]}
    look = client.post(f"/forms/submissions/{row.pk}/", {**data, "way_1": "as_is", "way_4": "as_is"}).content.decode()
    assert "张测试" in look
    assert "These columns say who somebody is" in look
    assert "32010519400501" not in look, "numbers stay masked on the screen"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "give"},
        {"do": "give", "way_1": "everything", "purpose": "x" * 5000, "digest": "y" * 900, "minutes": "-9" * 90},
        {"do": "give", "way_99": "as_is", "as_counts": "2", "minutes": "９９９９"},
        {"do": ["give", "look"], "way_1": ["as_is", "\x00"], "purpose": "\x00\ud800".encode("utf-8", "replace")},
    ],
)
def test_bent_input_is_refused_in_words(client_for, waiting, data):
    row = submission_in(waiting)
    answer = client_for("community-secretary").post(f"/forms/submissions/{row.pk}/", data)
    assert answer.status_code in (200, 409, 422)
    assert submission_in(waiting).state == State.WAITING


def test_a_form_with_a_task_is_given_when_the_task_was_taken_on(client_for, health, actor_of, people, now):
    secretary = actor_of("community-secretary")
    agreed(health, secretary, item(), now)
    done = handed(health, now, matter=item(), form="form", files=[stored_form(health, now, PARTLY)], knowingly=False)
    task, row = task_in(done), submission_in(done)
    with pytest.raises(NotAllowed):
        released(secretary, row, now)
    move(task, "accept", secretary, now)
    assert released(secretary, submission_in(done), now).state == State.RELEASED
    form = CommunityForm.objects.get()
    assert (form.state, form.given, form.given_in_time) == (State.RELEASED, 1, 1)
    assert row.form.task_id == task.pk


def test_off_the_lists_nothing_leaves(health, actor_of, people, now):
    secretary = actor_of("community-secretary")
    done = handed(health, now, form="form", files=[stored_form(health, now, ALL_HELD)])
    move(task_in(done), "accept_once", secretary, now)
    with pytest.raises(Invalid):
        released(secretary, submission_in(done), now) if purposes.purposes(None) else releasing.release(
            by=secretary,
            submission_id=submission_in(done).pk,
            given=releasing.Given(purpose="", columns={}),
            now=now,
        )
