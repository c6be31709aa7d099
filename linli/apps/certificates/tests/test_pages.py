"""The pages of certificates: written down, corrected, sealed, printed, looked up, checked by a stranger."""

from io import BytesIO

import openpyxl
import pytest

from linli.apps.certificates import actions
from linli.apps.certificates.models import Certificate
from linli.apps.certificates.tests.factories import NUMBER, asked, item, sealed
from linli.foundation.audit.models import AccessRecord
from linli.register.people.tests.factories import citizen_number, person

pytestmark = pytest.mark.django_db
FORM = {
    "name": "韩梅示例",
    "identity": NUMBER,
    "facts": "2026年1月至6月共12小时",
    "purpose": "入学",
    "addressee": "某学校",
    "proof": "居民身份证",
    "copies": "2",
    "key": "5f0c4d6e-1111-4c2b-9b5e-8f2f2b7d1a10",
}


def test_a_clerk_finds_what_is_issued_here_and_writes_it_down(client_for):
    worker = client_for("community-worker")
    page = worker.get("/certificates/", {"q": "志愿服务证明"}).content.decode()
    assert "志愿服务记录证明" in page
    assert "亲属关系" not in page
    new = f"/certificates/new/{item().pk}/"
    assert new in page
    assert "兹证明{姓名}" in worker.get(new).content.decode()
    response = worker.post(new, FORM, follow=True)
    assert response.status_code == 200
    shown = response.content.decode()
    assert "3200*************9" in shown
    assert NUMBER not in shown
    found = Certificate.objects.get()
    assert (found.copies, found.facts) == (2, "2026年1月至6月共12小时")
    # The same form again leads to the same certificate.
    assert worker.post(new, FORM)["Location"].endswith(f"/certificates/asked/{found.case.number}/")
    assert Certificate.objects.count() == 1


def test_mistakes_are_shown_by_field_and_nothing_typed_is_lost(client_for):
    worker = client_for("community-worker")
    response = worker.post(f"/certificates/new/{item().pk}/", {**FORM, "identity": "320000199003070018", "purpose": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert "2026年1月至6月共12小时" in page
    assert "某学校" in page
    assert not Certificate.objects.exists()
    for copies in ("", "x", "-1", "9" * 30):
        assert worker.post(f"/certificates/new/{item().pk}/", {**FORM, "copies": copies}).status_code == 422
    for bad in ({"key": "x"}, {"person_id": "x"}, {"person_id": "9" * 40}, {"name": "名" * 5000}):
        assert worker.post(f"/certificates/new/{item().pk}/", {**FORM, **bad}).status_code in (302, 422)


def test_from_the_page_of_a_person_nothing_is_typed_again(client_for, actor_of, now):
    known = person(by=actor_of("community-worker"), name="韩梅示例", now=now)
    worker = client_for("community-worker")
    page = worker.get(f"/register/people/{known.pk}/").content.decode()
    assert f"/certificates/?person={known.pk}" in page
    chosen = worker.get("/certificates/", {"person": known.pk, "q": "志愿"}).content.decode()
    new = f"/certificates/new/{item().pk}/?person={known.pk}"
    assert new in chosen
    form = worker.get(new).content.decode()
    assert 'value="韩梅示例"' in form
    assert citizen_number() not in form
    data = {**FORM, "identity": "", "person_id": known.pk}
    assert worker.post(f"/certificates/new/{item().pk}/", data).status_code == 302
    assert Certificate.objects.get().person_id == known.pk
    assert "志愿服务记录证明" in worker.get(f"/register/people/{known.pk}/").content.decode()


def test_the_secretary_seals_and_the_paper_is_logged(client_for, actor_of, now, django_assert_max_num_queries):
    found = asked(actor_of("community-worker"), now)
    own = f"/certificates/asked/{found.case.number}/"
    keeper, worker = client_for("community-secretary"), client_for("community-worker")
    keeper.get(own)
    with django_assert_max_num_queries(14):
        page = keeper.get(own).content.decode()
    assert f"{own}seal/" in page
    # The writer sees the button and why it is not for them.
    assert "aria-disabled" in worker.get(own).content.decode()
    assert f'action="{own}seal/"' not in worker.get(own).content.decode()
    assert worker.post(f"{own}seal/", {"seq": 1}, follow=True).status_code == 200
    assert keeper.post(f"{own}seal/", {"seq": "x"}, follow=True).status_code == 200
    assert Certificate.objects.get().serial is None
    assert "〔2026〕1号" in keeper.post(f"{own}seal/", {"seq": 1}, follow=True).content.decode()
    paper = worker.get(f"{own}paper/").content.decode()
    assert NUMBER in paper
    assert "<svg" in paper
    assert AccessRecord.objects.filter(action="people.certificate").count() == 1
    assert worker.get(f"{own}correct/").status_code == 302


def test_corrected_declined_and_void_by_form(client_for, actor_of, now):
    worker, keeper = client_for("community-worker"), client_for("community-secretary")
    found = asked(actor_of("community-worker"), now)
    own = f"/certificates/asked/{found.case.number}/"
    form = worker.get(f"{own}correct/").content.decode()
    assert "2026年1月至6月共12小时" in form
    assert NUMBER not in form
    fixed = {**FORM, "identity": "", "facts": "共13小时", "seq": 1}
    assert worker.post(f"{own}correct/", {**fixed, "facts": ""}).status_code == 422
    assert worker.post(f"{own}correct/", fixed).status_code == 302
    stale = worker.post(f"{own}correct/", {**fixed, "facts": "共14小时"})
    assert stale.status_code == 409
    assert "共14小时" in stale.content.decode()
    assert 'name="seq" value="2"' in stale.content.decode()
    assert worker.get(f"{own}moves/decline/").status_code == 200
    assert worker.post(f"{own}moves/decline/", {"seq": 2, "note": ""}).status_code == 422
    late = worker.post(f"{own}moves/decline/", {"seq": 1, "note": "记录不符"})
    assert late.status_code == 409
    assert "记录不符" in late.content.decode()
    assert worker.post(f"{own}moves/decline/", {"seq": 2, "note": "记录不符"}).status_code == 302
    done = sealed(actor_of("community-worker"), actor_of("community-secretary"), now)
    own = f"/certificates/asked/{done.case.number}/"
    assert worker.post(f"{own}moves/void/", {"seq": 2, "note": "写错"}).status_code == 409
    assert keeper.post(f"{own}moves/void/", {"seq": 2, "note": "写错"}).status_code == 302
    assert keeper.get(f"{own}moves/nonsense/").status_code == 404
    assert Certificate.objects.get(pk=done.pk).void_at is not None
    paper = worker.get(f"{own}paper/").content.decode()
    assert "notice-error" in paper


def test_the_lists_find_page_and_tell_supervision_no_names(client_for, actor_of, now, django_assert_max_num_queries):
    worker, keeper = actor_of("community-worker"), actor_of("community-secretary")
    for n in range(51):
        actions.act(case_id=asked(worker, now, name=f"示例{n:02d}").pk, name="seal", by=keeper, now=now)
    waits = asked(worker, now, name="等待示例")
    client = client_for("community-worker")
    client.get("/certificates/asked/")
    with django_assert_max_num_queries(12):
        todo = client.get("/certificates/asked/").content.decode()
    assert "等待示例" in todo
    assert "示例07" not in todo
    every = client.get("/certificates/asked/", {"view": "all"}).content.decode()
    assert "示例50" in every
    assert f"/certificates/asked/{waits.case.number}/" in every
    assert "示例07" in client.get("/certificates/asked/", {"q": "示例07"}).content.decode()
    with django_assert_max_num_queries(12):
        log = client.get("/certificates/sealed/").content.decode()
    assert "〔2026〕51号" in log
    assert "〔2026〕1号" not in log
    oldest = Certificate.objects.order_by("pk")[1].pk
    assert "〔2026〕1号" in client.get("/certificates/sealed/", {"after": oldest}).content.decode()
    assert "〔2026〕7号" in client.get("/certificates/sealed/", {"q": "〔2026〕7号", "year": 2026}).content.decode()
    over = client_for("civil-affairs").get("/certificates/sealed/").content.decode()
    assert "〔2026〕51号" in over
    assert "示例50" not in over
    named = client_for("civil-affairs").get("/certificates/sealed/", {"q": "示例07"}).content.decode()
    assert "〔2026〕8号" not in named
    book = client.get("/certificates/sealed/workbook/", {"q": "〔2026〕7号"})
    sheet = openpyxl.load_workbook(BytesIO(book.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "编号"
    assert (rows[1][0], rows[1][3]) == ("〔2026〕7号", "示***")
    assert AccessRecord.objects.get(action="certificates.exported").data["rows"] == 1


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": "9" * 30}, {"year": "x"}, {"year": "1"}, {"q": "\x00"}, {"view": "nonsense"}]
)
def test_addresses_that_nobody_wrote_are_no_errors(client_for, query):
    worker = client_for("community-worker")
    for address in ("/certificates/", "/certificates/asked/", "/certificates/sealed/", "/certificate/"):
        assert worker.get(address, query).status_code == 200
    assert worker.get("/certificates/new/99999999999999999999/").status_code == 404
    assert worker.get("/certificates/asked/nonsense/").status_code == 404
    assert worker.get("/certificates/", {"person": "x"}).status_code == 200


def test_a_stranger_checks_a_paper_and_learns_no_more_than_it_says(client, actor_of, now):
    done = sealed(actor_of("community-worker"), actor_of("community-secretary"), now)
    code = done.check_code
    typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    page = client.get("/certificate/check/", {"code": typed}).content.decode()
    for words in ("notice-success", "〔2026〕1号", "韩***", "志愿服务记录证明"):
        assert words in page
    for words in ("韩梅示例", NUMBER, "入学"):
        assert words not in page
    actions.act(case_id=done.pk, name="void", by=actor_of("community-secretary"), now=now, note="写错了")
    assert "notice-error" in client.get("/certificate/check/", {"code": code}).content.decode()
    for bad in ("", "x", "0" * 12, "\x00", "9" * 5000, "！" * 50):
        answer = client.get("/certificate/check/", {"code": bad})
        assert answer.status_code == 200
        assert "韩" not in answer.content.decode()


def test_residents_read_what_is_issued_and_what_is_not(client, district):
    page = client.get("/certificate/").content.decode()
    for words in ("志愿服务记录证明", "死亡证明", "医疗机构"):
        assert words in page
    assert "志愿服务记录证明" not in client.get("/certificate/", {"q": "死亡证明"}).content.decode()
    assert "居住证明" not in client.get("/certificate/", {"q": "停车证"}).content.decode()


def test_a_clerk_is_offered_the_nearest_where_nothing_answers_for_certain(client_for):
    worker = client_for("community-worker")
    offered = worker.get("/certificates/", {"q": "物业费"}).content.decode()
    assert 'id="nearest-title"' in offered
    assert 'id="not-title"' not in offered
    answered = worker.get("/certificates/", {"q": "户口本丢了"}).content.decode()
    assert 'id="nearest-title"' not in answered
    assert answered.index("证件遗失证明") > answered.index('id="not-title"')
