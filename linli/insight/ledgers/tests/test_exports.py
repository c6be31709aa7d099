"""What leaves the register: masked unless somebody else agrees, stamped, counted, inside one's area, for some hours."""

import io
import zipfile
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from python_calamine import CalamineWorkbook

from linli.foundation.audit.models import AccessRecord
from linli.foundation.jobs.models import Heartbeat
from linli.insight.ledgers import making, queries, tasks
from linli.insight.ledgers.actions import exports
from linli.insight.ledgers.models import Export, ExportedPerson
from linli.insight.ledgers.store import store
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.workbooks import FORMULA
from linli.register.homes.models import Dwelling, Organisation
from linli.register.people import readers, row_keys
from linli.register.people.actions import tags
from linli.register.people.models import Household, Person, Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
State = Export.State
PHONE = "13912345678"
BORN = date(1940, 3, 2)
MASKED = {"reason": "check", "why": "核对名册"}
FULL = {"reason": "statutory", "why": "低保年审", "full": "on"}


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LINLI_HOME = tmp_path
    return tmp_path


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def old(worker, now):
    person = make.person(by=worker, name="张秀兰", born=BORN, now=now, happened_on=date(2024, 5, 1), phone=PHONE)
    tags.refresh_area(worker.area_id, on=now.date(), now=now)
    return person


def ask(client, slug="people", query="", **data):
    response = client.post(reverse("ledgers:ask", args=[slug]) + query, data or MASKED)
    assert response.status_code == 302, response.context["form"].errors
    return Export.objects.get(pk=int(response.url.rstrip("/").rpartition("/")[2]))


def url(name, export):
    return reverse(f"ledgers:{name}", args=[export.pk])


def fetch(client, export):
    response = client.get(url("export_download", export))
    response.body = b"".join(response.streaming_content) if response.streaming else b""
    return response


def book_of(client, export):
    response = fetch(client, export)
    assert response.status_code == 200
    return CalamineWorkbook.from_filelike(io.BytesIO(response.body))


def rows_of(client, export):
    return book_of(client, export).get_sheet_by_index(0).to_python()


class TestMasked:
    def test_a_small_list_is_made_at_once(self, client_for, old):
        client = client_for("community-worker")
        export = ask(client)
        assert (export.state, export.rows_total) == (State.READY, 1)
        head, row = rows_of(client, export)
        assert head[:3] == ["_linli", "序号", "姓名"]
        found = dict(zip(head, row, strict=True))
        key = row_keys.read(found["_linli"])
        assert (key.person_id, key.version) == (old.pk, old.version)
        assert found["身份证号"] == "3201" + "*" * 13 + make.citizen_number(BORN)[-1:]
        assert found["联系电话"] == "139****5678"
        assert found["出生日期"] == BORN
        assert found["性别"] == "女"

    def test_the_last_sheet_says_who_when_and_why(self, client_for, worker, old):
        client = client_for("community-worker")
        export = ask(client, query="?sex=2&age_from=60")
        book = book_of(client, export)
        said = dict(book.get_sheet_by_name(book.sheet_names[-1]).to_python())
        assert book.sheet_names[-1] == "导出说明"
        assert said["导出编号"] == export.number
        assert said["导出人"] == worker.name
        assert said["用途"] == "核对名册"
        assert said["理由"] == "数据核对"
        assert said["行数"] == "1"
        assert said["敏感信息"] == "已遮蔽"
        assert "女" in said["筛选条件"]

    def test_who_was_in_it_is_remembered(self, client_for, worker, old):
        export = ask(client_for("community-worker"))
        assert list(queries.exports_of(old.pk)) == [export]
        assert ExportedPerson.objects.count() == 1
        line = AccessRecord.objects.get(action="people.exported")
        assert line.data["number"] == export.number
        assert (line.data["rows"], line.data["area"]) == (1, "320105001001")
        assert any(look.detail == "人员台账" for look in readers.of_person(person=old, by=worker).rows)

    def test_a_name_that_was_looked_for_is_in_no_log(self, client_for, old):
        ask(client_for("community-worker"), query=f"?q={quote('张秀兰')}")
        for line in AccessRecord.objects.all():
            assert "张秀兰" not in str(line.data)

    def test_each_fetch_is_counted_and_written_down(self, client_for, old):
        client = client_for("community-worker")
        export = ask(client)
        fetch(client, export)
        response = fetch(client, export)
        assert "attachment" in response["Content-Disposition"]
        assert "no-store" in response["Cache-Control"]
        export.refresh_from_db()
        assert export.downloads == 2
        assert AccessRecord.objects.filter(action="people.export_downloaded").count() == 2

    def test_columns_and_drop_downs(self, client_for, old):
        client = client_for("community-worker")
        export = ask(client, query="?columns=name&columns=sex")
        response = fetch(client, export)
        content = response.body
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.get_sheet_by_index(0).to_python()[0] == ["_linli", "姓名", "性别"]
        sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
        assert "dataValidation" in sheet

    def test_without_reason_or_purpose_nothing_leaves(self, client_for, old):
        client = client_for("community-worker")
        for data in ({}, {"reason": "check"}, {"reason": "nonsense", "why": "x"}, {"reason": "check", "why": "   "}):
            assert client.post(reverse("ledgers:ask", args=["people"]), data).status_code == 422
        assert Export.objects.count() == 0

    def test_dwellings_and_organisations_leave_too(self, client_for, old):
        Organisation.objects.create(area_id=make.grid_of(), name="莫愁超市", kind="02")
        client = client_for("community-worker")
        homes = rows_of(client, ask(client, "dwellings"))
        found = dict(zip(*homes, strict=True))
        assert (found["人数"], found["户数"], found["用途"]) == (1, 1, "自住")
        assert "莫愁超市" in rows_of(client, ask(client, "organisations"))[1]
        assert ExportedPerson.objects.count() == 0

    def test_as_of_a_day(self, client_for, old):
        client = client_for("community-worker")
        assert ask(client, query="?on=2024-04-30").rows_total == 0
        assert ask(client, query="?on=2024-05-01").rows_total == 1


class TestApproval:
    def test_full_numbers_wait_for_somebody_else(self, client_for, old):
        client = client_for("community-worker")
        export = ask(client, **FULL)
        assert export.state == State.ASKED
        assert fetch(client, export).status_code == 409
        assert client.post(url("export_decide", export), {"verdict": "approve"}).status_code == 403
        secretary = client_for("community-secretary")
        assert export.title in secretary.get(reverse("ledgers:exports"), {"state": "asked"}).content.decode()
        assert secretary.post(url("export_decide", export), {"verdict": "approve"}).status_code == 302
        making.run(export.pk)
        found = dict(zip(*rows_of(client, export), strict=True))
        assert found["身份证号"] == make.citizen_number(BORN)
        assert found["联系电话"] == PHONE

    def test_nobody_approves_their_own(self, client_for, old):
        secretary = client_for("community-secretary")
        export = ask(secretary, **FULL)
        assert secretary.post(url("export_decide", export), {"verdict": "approve"}).status_code == 403
        export.refresh_from_db()
        assert export.state == State.ASKED

    def test_the_database_has_four_eyes_too(self, client_for, old):
        export = ask(client_for("community-secretary"), **FULL)
        with pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.filter(pk=export.pk).update(decided_by=export.asked_by_id)

    def test_documents_stay_masked_unless_it_is_a_statutory_duty(self, client_for, old):
        """Domain.md V27."""
        client = client_for("community-worker")
        export = ask(client, reason="care", why="冬季走访", full="on")
        client_for("community-secretary").post(url("export_decide", export), {"verdict": "approve"})
        making.run(export.pk)
        found = dict(zip(*rows_of(client, export), strict=True))
        assert "****" in found["身份证号"]
        assert found["联系电话"] == PHONE

    def test_a_reason_that_opens_nothing_cannot_ask_for_it(self, client_for, old):
        data = {"reason": "report", "why": "月报", "full": "on"}
        response = client_for("community-worker").post(reverse("ledgers:ask", args=["people"]), data)
        assert response.status_code == 422
        assert "full" in response.context["form"].errors

    def test_a_refusal_needs_an_answer_and_makes_nothing(self, client_for, old):
        export = ask(client_for("community-worker"), **FULL)
        secretary = client_for("community-secretary")
        assert secretary.post(url("export_decide", export), {"verdict": "refuse"}).status_code == 422
        assert secretary.post(url("export_decide", export), {}).status_code == 422
        data = {"verdict": "refuse", "answer": "用途不明"}
        assert secretary.post(url("export_decide", export), data).status_code == 302
        assert making.run(export.pk) == ""
        assert "用途不明" in client_for("community-worker").get(url("export", export)).content.decode()
        assert secretary.post(url("export_decide", export), data).status_code == 409

    def test_the_approver_may_fetch_it_and_nobody_else(self, client_for, old):
        export = ask(client_for("community-worker"), **FULL)
        secretary = client_for("community-secretary")
        secretary.post(url("export_decide", export), {"verdict": "approve"})
        making.run(export.pk)
        assert fetch(secretary, export).status_code == 200
        assert fetch(client_for("street-staff"), export).status_code == 403


class TestScope:
    def test_strangers_find_nothing(self, client_for, old):
        export = ask(client_for("community-worker"))
        stranger = client_for("cw-320105001004")
        assert stranger.get(url("export", export)).status_code == 404
        assert fetch(stranger, export).status_code == 404
        assert stranger.post(url("export_cancel", export)).status_code == 404
        assert ask(stranger).rows_total == 0
        assert ask(stranger, query="?area=320105001001").rows_total == 0

    @pytest.mark.parametrize("user", ["grid-worker", "auditor", "department-staff", "admin"])
    def test_who_has_no_right_exports_nothing(self, client_for, old, user):
        client = client_for(user)
        assert client.post(reverse("ledgers:ask", args=["people"]), MASKED).status_code == 403
        assert client.get(reverse("ledgers:exports")).status_code == 403

    def test_who_does_not_read_the_register_exports_nothing_of_it(self, client_for, actor_of, old, now):
        assert client_for("civil-affairs").post(reverse("ledgers:ask", args=["people"]), MASKED).status_code in (
            403,
            404,
        )
        with pytest.raises(NotAllowed):
            exports.may_export(actor_of("civil-affairs"))

    def test_a_post_that_ended_meanwhile_gets_nothing(self, client_for, worker, old, now):
        from linli.foundation.accounts.models import Post

        export = ask(client_for("community-worker"), **FULL)
        client_for("community-secretary").post(url("export_decide", export), {"verdict": "approve"})
        Post.objects.filter(pk=worker.post_id).update(ends_on=timezone.localdate() - timedelta(days=1))
        making.run(export.pk)
        export.refresh_from_db()
        assert export.state == State.FAILED


class TestTime:
    def test_an_export_expires_and_its_file_goes(self, client_for, old, place):
        client = client_for("community-worker")
        export = ask(client)
        path = store.path_of(export.path)
        assert path.stat().st_mode & 0o077 == 0
        assert export.expires_at - export.made_at == timedelta(hours=24)
        Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        assert fetch(client, export).status_code == 409
        assert "1" in tasks.expire(timezone.now())
        assert not path.exists()
        export.refresh_from_db()
        assert (export.state, export.path) == (State.EXPIRED, "")
        assert list(queries.exports_of(old.pk)) == [export]

    def test_a_cancelled_export_leaves_no_file(self, client_for, old, place, django_capture_on_commit_callbacks):
        client = client_for("community-worker")
        export = ask(client)
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(url("export_cancel", export)).status_code == 302
        assert list(store.folder().iterdir()) == []
        assert fetch(client, export).status_code == 409

    def test_a_large_one_is_left_to_the_worker(self, client_for, old, monkeypatch, django_capture_on_commit_callbacks):
        monkeypatch.setattr(making, "AT_ONCE", 1)
        with django_capture_on_commit_callbacks(execute=True):
            export = ask(client_for("community-worker"))
        assert export.state == State.APPROVED
        assert DBTaskResult.objects.count() == 1
        assert making.run(export.pk) == "ready"
        assert making.run(export.pk) == ""

    def test_cancelled_while_it_is_made(self, client_for, worker, old, now, monkeypatch):
        monkeypatch.setattr(making, "AT_ONCE", 1)
        export = ask(client_for("community-worker"))
        go_on = exports.go_on

        def cancelled_now(**given):
            exports.cancel(by=worker, export_id=export.pk, now=now)
            return go_on(**given)

        monkeypatch.setattr(exports, "go_on", cancelled_now)
        assert making.run(export.pk) == "not made"
        export.refresh_from_db()
        assert export.state == State.CANCELLED
        assert list(store.folder().iterdir()) == []
        assert not ExportedPerson.objects.exists()

    def test_a_dead_worker_is_followed_by_another(self, client_for, old, monkeypatch):
        monkeypatch.setattr(making, "AT_ONCE", 1)
        export = ask(client_for("community-worker"))
        now = timezone.now()
        assert exports.take(export_id=export.pk, worker="dead", now=now)
        Heartbeat.objects.create(name="dead", at=now)
        assert making.run(export.pk) == ""
        assert tasks.resume(now) == ""
        Heartbeat.objects.filter(name="dead").update(at=now - timedelta(minutes=5))
        assert "1" in tasks.resume(now)
        assert making.run(export.pk) == "ready"

    def test_one_that_failed_can_be_started_again(self, client_for, old, monkeypatch, caplog):
        def broken(*args, **kwargs):
            raise RuntimeError("disk")

        with monkeypatch.context() as patch:
            patch.setattr(making, "write", broken)
            client = client_for("community-worker")
            export = ask(client)
        assert export.state == State.FAILED
        page = client.get(url("export", export)).content.decode()
        assert "RuntimeError" not in page
        assert client.post(url("export_again", export)).status_code == 302
        assert making.run(export.pk) == "ready"


def test_no_text_of_the_register_becomes_a_formula(client_for, worker, old, now):
    """Every text column of every kind of row, with every beginning that a spreadsheet takes for a formula."""
    evil = '=HYPERLINK("http://x")'
    texts = ("name", "workplace", "registered_address", "note", "other_contact")
    Person.objects.filter(pk=old.pk).update(**dict.fromkeys(texts, evil), nationality="=1", ethnic="=1", political="+1")
    Household.objects.update(number="=1+1")
    tag = Tag.objects.filter(person=old).first()
    Tag.objects.filter(pk=tag.pk).update(
        level="@SUM(1)", basis=evil, kind="low_income", facts={"category": "-1+1", "guardian": "＝1"}
    )
    Dwelling.objects.update(address=evil, note=evil, room="=1", entrance="+1")
    Organisation.objects.create(area_id=make.grid_of(), name=evil, kind="=1", address="@x", contact="+x")
    from linli.insight.ledgers import definitions

    client = client_for("community-worker")
    for slug in ("people", "low-income", "dwellings", "organisations"):
        ledger = definitions.shipped()[slug]
        query = "?" + "&".join(f"columns={quote(key)}" for key in definitions.fields(ledger.subject))
        export = ask(client, slug, query)
        assert export.rows_total >= 1
        content = fetch(client, export).body
        book = zipfile.ZipFile(io.BytesIO(content))
        for name in book.namelist():
            assert b"<f>" not in book.read(name), slug
            assert b"<hyperlink" not in book.read(name), slug
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1]
        assert any(isinstance(cell, str) and cell.startswith(FORMULA) for cell in cells)


def test_ten_may_wait(client_for, worker, old):
    client = client_for("community-worker")
    for _n in range(10):
        ask(client, **FULL)
    assert client.post(reverse("ledgers:ask", args=["people"]), FULL).status_code == 422


def test_actions_say_no_by_themselves(worker, actor_of, old, now):
    from linli.insight.ledgers import definitions

    ledger = definitions.shipped()["people"]
    given = {"ledger": ledger, "chosen": {}, "words": [], "reason": "check", "why": "x", "full": False, "now": now}
    for user in ("grid-worker", "auditor", "civil-affairs"):
        with pytest.raises(NotAllowed):
            exports.ask(by=actor_of(user), **given)
    with pytest.raises(Invalid):
        exports.ask(by=worker, **{**given, "reason": ""})
    made = exports.ask(by=worker, **given)
    with pytest.raises(Stale):
        exports.cancel(by=actor_of("cw-320105001004"), export_id=made.pk, now=now)
    with pytest.raises(NotAllowed):
        exports.cancel(by=actor_of("community-secretary"), export_id=made.pk, now=now)


def test_the_list_of_exports_costs_few_statements(client_for, old, django_assert_max_num_queries):
    client = client_for("community-worker")
    for _n in range(4):
        ask(client)
    client.get(reverse("ledgers:exports"))
    with django_assert_max_num_queries(8):
        assert len(client.get(reverse("ledgers:exports")).context["rows"]) == 4
