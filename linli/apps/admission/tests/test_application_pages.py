"""The pages of applications and agreements, as their people use them; with wrong input, too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from linli.apps.admission.models import Agreement, Application, Arrival, Objection
from linli.apps.admission.tests.factories import HOME, act, agreed, answer, guarantee_of, item, of_unit, submitted
from linli.foundation.accounts.models import Post
from linli.foundation.files.tests.test_documents import PDF
from linli.spine.catalogue.models import Matter

pytestmark = pytest.mark.django_db
APPLICATIONS, AGREEMENTS = "/admission/applications/", "/admission/agreements/"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def lines(prefix: str, *rows: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for at, row in enumerate(rows):
        found |= {f"{prefix}-{at}-{key}": value for key, value in row.items()}
    return found


NOTICE = {
    "title": "某通知",
    "form": "document",
    "issuer": "department",
    "level": "city",
    "number": "1号",
    "article": "第二条",
    "link": "https://example.org/1.html",
}


def form(**changes) -> dict[str, object]:
    fields: dict[str, object] = {
        "list_kind": "assist",
        "form": "task",
        "area_id": HOME,
        "name": "协助开展楼道消防安全宣传",
        "does": "张贴宣传页",
        "does_not": "",
        "why": "居民听社区的话",
        "starts_on": "2027-03-01",
        "ends_on": "",
        "conditions": "提供宣传页",
        "waived_because": "",
        **lines("bases", NOTICE),
        **lines("offers", {"kind": "money", "amount": "3万", "what": "", "due_on": "2027-03-31"}),
    }
    return fields | changes


@pytest.fixture
def department(client_for):
    return client_for("department-staff", **ENGLISH)


@pytest.fixture
def community(client_for):
    return client_for("community-secretary", **ENGLISH)


@pytest.fixture(autouse=True)
def _kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_written_sent_in_answered_reviewed_and_admitted_on_the_pages(department, community, client_for):
    assert department.get(f"{APPLICATIONS}new/?q=消防").status_code == 200
    file = SimpleUploadedFile("文件.pdf", PDF)
    page = department.post(f"{APPLICATIONS}new/", {**form(), "bases-0-file": file})
    row = Application.objects.get()
    home = f"{APPLICATIONS}{row.pk}/"
    assert (page.status_code, page.url) == (302, home)
    assert row.offered.get().amount == 3_000_000
    text = department.get(home).content.decode()
    assert "文件.pdf" in text
    assert "Send in the application" in text
    assert department.post(f"{home}send/", {"submit": "1"}).status_code == 302
    text = community.get(f"{APPLICATIONS}").content.decode()
    assert "协助开展楼道消防安全宣传" in text
    text = community.get(home).content.decode()
    assert "What your community says" in text
    bad = community.post(f"{home}answer/", {"terms_ok": "0", "terms_note": "", "stance": "object", "note": "没有人手"})
    assert bad.status_code == 422
    assert "Say what is missing." in bad.content.decode()
    assert "没有人手" in bad.content.decode()
    assert community.post(f"{home}answer/", {"terms_ok": "1", "stance": "support", "note": ""}).status_code == 302
    civil, organisation = client_for("civil-affairs", **ENGLISH), client_for("organisation", **ENGLISH)
    assert "协助开展楼道消防安全宣传" in civil.get(APPLICATIONS).content.decode()
    row.refresh_from_db()
    assert civil.get(f"{home}moves/recommend/").status_code == 200
    note = {"seq": str(row.case.seq), "note": "联席会议同意"}
    assert civil.post(f"{home}moves/recommend/", note).status_code == 302
    stale = organisation.post(f"{home}moves/admit/", {**note, "note": "同意进入"})
    assert stale.status_code == 409
    assert "同意进入" in stale.content.decode()
    row.case.refresh_from_db()
    admit = {"seq": str(row.case.seq), "note": "同意进入"}
    assert organisation.post(f"{home}moves/admit/", admit).status_code == 302
    text = department.get(home).content.decode()
    assert "The item that it became" in text
    row.refresh_from_db()
    text = department.get(f"/admission/lists/{row.matter.matter_list_id}/items/{row.matter_id}/").content.decode()
    assert "its application" in text


def test_the_same_form_makes_one_application(department):
    assert 'name="key"' in department.get(f"{APPLICATIONS}new/").content.decode()
    given = {**form(), "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a99", "submit": "1"}
    pages = [department.post(f"{APPLICATIONS}new/", given) for _n in range(2)]
    row = Application.objects.get()
    assert {(page.status_code, page.url) for page in pages} == {(302, f"{APPLICATIONS}{row.pk}/")}
    assert row.case is not None


def test_the_rules_speak_on_the_page_before_it_is_sent(department):
    department.post(f"{APPLICATIONS}new/", form(does="负责辖区拆违工作", **lines("offers")))
    text = department.get(f"{APPLICATIONS}{Application.objects.get().pk}/").content.decode()
    assert "拆迁拆违" in text
    assert "No money is promised" in text


def test_a_community_reads_its_own_answer_and_no_others(community, department, client_for, actor_of, now):
    row = submitted(actor_of("department-staff"), now, area_id=HOME[:9], does="负责辖区拆违工作")
    row = act(row, "override", actor_of("legal-review"), now)
    secretary = actor_of("community-secretary")
    other = replace(secretary, area_id="320105001004")
    row = answer(row, other, now, stance="object", note="我们没有人手做这件事", terms_ok=False, terms_note="印刷费不够")
    row = answer(row, secretary, now, note="本社区可以承担")
    home = f"{APPLICATIONS}{row.pk}/"
    for client in (community, client_for("community-worker", **ENGLISH)):
        page = client.get(home)
        text = page.content.decode()
        assert "我们没有人手做这件事" not in text
        assert "印刷费不够" not in text
        assert "本社区可以承担" in text
        assert ", 1 object," in text
        assert [one.area_id for one in page.context["opinions"]] == [HOME]
        assert sum(line.what == "Answer for the community" for line in page.context["history"]) == 1
    everybody = [client_for(name, **ENGLISH) for name in ("civil-affairs", "organisation", "legal-review")]
    for client in (department, *everybody):
        text = client.get(home).content.decode()
        assert "我们没有人手做这件事" in text
        assert "印刷费不够" in text
        assert "本社区可以承担" in text


def test_what_is_let_pass_against_the_rules_names_its_document_and_shows_it(client_for, actor_of, now):
    row = submitted(actor_of("department-staff"), now, does="负责辖区拆违工作")
    legal = client_for("legal-review", **ENGLISH)
    home = f"{APPLICATIONS}{row.pk}/"
    assert "Document that allows it, with its number" in legal.get(f"{home}moves/override/").content.decode()
    given = {"seq": str(row.case.seq), "note": "责任主体为城管局", "sure": "on"}
    for document in ("", "无"):
        bad = legal.post(f"{home}moves/override/", {**given, "basis": document})
        assert bad.status_code == 422
        assert "basis" in bad.context["form"].errors
    assert legal.post(f"{home}moves/override/", {**given, "basis": "《某条例》〔2026〕5号"}).status_code == 302
    text = legal.get(home).content.decode()
    assert "Allowed by: 《某条例》〔2026〕5号" in text
    assert "Rules that object: prohibited tasks" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"starts_on": "3月1日"}, "Write the day as year-month-day"),
        ({"ends_on": "2026-01-01"}, "It cannot end before it begins."),
        ({"starts_on": "9999-12-01", "ends_on": "9999-12-31"}, "At most 10 years ahead."),
        ({"offers-0-amount": "三万"}, "Write the sum in yuan"),
        ({"offers-0-amount": ""}, "Money needs an amount above 0."),
        ({"offers-0-due_on": ""}, "Say by when it is there."),
        ({"offers-0-kind": "staff"}, "People and guidance have no amount."),
        ({"bases-0-link": "nowhere"}, "This is not the address of a page."),
        ({"bases-0-level": "moon"}, "moon is not one of the available choices"),
        ({"area_id": "110101"}, "is not one of the available choices"),
    ],
)
def test_wrong_input_comes_back_with_a_sentence(department, changes, words):
    page = department.post(f"{APPLICATIONS}new/", form(**changes))
    assert page.status_code == 422
    text = page.content.decode()
    assert words in text
    assert "居民听社区的话" in text
    assert not Application.objects.exists()


def test_a_form_without_its_lines_is_no_server_error(department):
    page = department.post(f"{APPLICATIONS}new/", {"name": "只有名称"})
    assert page.status_code == 422


def test_a_file_is_kept_while_the_form_is_corrected(department):
    page = department.post(
        f"{APPLICATIONS}new/", {**form(name=""), "bases-0-file": SimpleUploadedFile("文件.pdf", PDF)}
    )
    assert page.status_code == 422
    (_line, file, sealed, prefix) = page.context["lines"][0]
    assert file.original_name == "文件.pdf"
    department.post(f"{APPLICATIONS}new/", {**form(), f"{prefix}-kept": sealed})
    assert Application.objects.get().bases.get().file == file


def test_a_draft_is_changed_and_thrown_away(department):
    department.post(f"{APPLICATIONS}new/", form())
    home = f"{APPLICATIONS}{Application.objects.get().pk}/"
    text = department.get(f"{home}edit/").content.decode()
    assert "30,000.00" in text
    assert department.post(f"{home}edit/", form(name="换个名称", seq="0")).status_code == 302
    assert Application.objects.get().name == "换个名称"
    assert department.post(f"{home}send/", {"discard": "1"}).status_code == 302
    assert not Application.objects.exists()


def test_an_old_form_is_refused_and_can_be_sent_again(department, actor_of, now):
    row = submitted(actor_of("department-staff"), now, offered=[])
    home = f"{APPLICATIONS}{row.pk}/edit/"
    seen = department.get(home).context["form"]["seq"].value()
    assert department.post(home, form(name="同事改的名称", seq=seen)).status_code == 302
    for old in (seen, ""):
        stale = department.post(home, form(name="我改的名称", seq=old))
        text = stale.content.decode()
        assert stale.status_code == 409
        assert "Somebody else has changed it meanwhile." in text
        assert "我改的名称" in text
    fresh = stale.context["form"]["seq"].value()
    assert department.post(home, form(name="我改的名称", seq=fresh)).status_code == 302
    row.refresh_from_db()
    assert row.name == "我改的名称"
    text = department.get(f"{APPLICATIONS}{row.pk}/").content.decode()
    assert text.count("Change the text") == 2, "both changes stand in the history, and there is no button of this name"
    assert department.get(f"{APPLICATIONS}{row.pk}/moves/edit/").url == home


def test_a_file_stays_with_its_line_whatever_a_colleague_changes(department):
    first = {**NOTICE, "title": "甲文件"}
    second = {**first, "title": "乙文件", "number": "2号"}
    given = {**form(**lines("bases", first, second)), "bases-1-file": SimpleUploadedFile("乙.pdf", PDF)}
    department.post(f"{APPLICATIONS}new/", given)
    row = Application.objects.get()
    home = f"{APPLICATIONS}{row.pk}/edit/"
    page = department.get(home)
    (_line, file, _sealed, prefix) = page.context["lines"][1]
    assert f'name="{prefix}-held" value="{file.pk}"' in page.content.decode()
    seq = page.context["form"]["seq"].value()
    # A colleague takes the first line out, so that the file stands where mine has another basis.
    theirs = form(**lines("bases", {**second, "held": str(file.pk)}), seq=seq)
    assert department.post(home, theirs).status_code == 302
    assert row.bases.get().file == file
    mine = form(**lines("bases", first, {**second, "held": str(file.pk)}))
    stale = department.post(home, {**mine, "seq": seq})
    assert stale.status_code == 409
    assert [line[1] for line in stale.context["lines"]] == [None, file]
    department.post(home, {**mine, "seq": stale.context["form"]["seq"].value()})
    assert [(one.title, one.file) for one in row.bases.all()] == [("甲文件", None), ("乙文件", file)]


def test_a_file_of_somebody_elses_application_is_not_taken_by_its_number(department, client_for):
    street = client_for("street-staff", **ENGLISH)
    street.post(f"{APPLICATIONS}new/", {**form(), "bases-0-file": SimpleUploadedFile("街道.pdf", PDF)})
    theirs = Application.objects.get().bases.get().file
    department.post(f"{APPLICATIONS}new/", form(**lines("bases", {**NOTICE, "held": str(theirs.pk)})))
    mine = Application.objects.latest("pk")
    held = form(**lines("bases", {**NOTICE, "held": str(theirs.pk)}), seq="0")
    assert department.post(f"{APPLICATIONS}{mine.pk}/edit/", held).status_code == 302
    assert mine.bases.get().file is None


def test_offering_more_while_the_communities_are_asked(department, actor_of, now):
    row = submitted(actor_of("department-staff"), now, area_id=HOME[:9])
    row = answer(row, actor_of("community-secretary"), now, terms_ok=False, terms_note="经费不够印刷费")
    home = f"{APPLICATIONS}{row.pk}/moves/improve/"
    assert "经费不够印刷费" in department.get(home).content.decode()
    more = lines("offers", {"kind": "money", "amount": "50000", "what": "", "due_on": "2027-03-31"})
    bad = department.post(home, {"seq": "x", "conditions": "", "waived_because": "", **more})
    assert bad.status_code == 422
    done = department.post(home, {"seq": str(row.case.seq), "conditions": "提供", "waived_because": "", **more})
    assert done.status_code == 302
    assert row.offered.get().amount == 5_000_000


def test_an_improvement_that_comes_too_late_can_be_sent_again(department, actor_of, now):
    row = submitted(actor_of("department-staff"), now, area_id=HOME[:9])
    seen = str(row.case.seq)
    answer(row, actor_of("community-secretary"), now)
    home = f"{APPLICATIONS}{row.pk}/moves/improve/"
    more = lines("offers", {"kind": "money", "amount": "50000", "what": "", "due_on": "2027-03-31"})
    given = {"seq": seen, "conditions": "提供培训场地", "waived_because": "", **more}
    stale = department.post(home, given)
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "提供培训场地" in text
    assert 'value="50000"' in text
    assert department.post(home, {**given, "seq": stale.context["form"]["seq"].value()}).status_code == 302
    assert row.offered.get().amount == 5_000_000


def test_an_improvement_that_cannot_be_made_any_more_says_so(department, actor_of, now):
    row = submitted(actor_of("department-staff"), now)
    answer(row, actor_of("community-secretary"), now)
    page = department.get(f"{APPLICATIONS}{row.pk}/moves/improve/")
    assert "This cannot be done while the case is" in page.content.decode()


def test_a_busy_database_lets_an_improvement_be_sent_again(department, actor_of, now, monkeypatch):
    row = submitted(actor_of("department-staff"), now)

    def busy(**_given):
        raise OperationalError

    monkeypatch.setattr("linli.apps.admission.views.application_moves.actions.improve", busy)
    more = lines("offers", {"kind": "money", "amount": "50000", "what": "", "due_on": "2027-03-31"})
    given = {"seq": str(row.case.seq), "conditions": "提供培训场地", "waived_because": "", **more}
    page = department.post(f"{APPLICATIONS}{row.pk}/moves/improve/", given)
    assert page.status_code == 503
    assert "提供培训场地" in page.content.decode()


def test_an_agreement_from_the_first_clause_to_the_last_instalment(client_for, community, actor_of, now):
    matter = item()
    health = client_for("department-staff", **ENGLISH)
    post = actor_of("department-staff").post_id
    Post.objects.filter(pk=post).update(unit_id=matter.lead_unit_id)
    page = health.post(f"{AGREEMENTS}new/", {"year": "2026", "scope": "chosen"})
    assert page.status_code == 422
    year = str(timezone.localdate().year)
    page = health.post(
        f"{AGREEMENTS}new/", {"year": year, "matters": [str(matter.pk)], "scope": "chosen", "areas": [HOME]}
    )
    row = Agreement.objects.get()
    home = f"{AGREEMENTS}{row.pk}/"
    assert (page.status_code, page.url) == (302, home)
    clause = row.clauses.get()
    refused = health.post(f"{home}move/", {"do": "offer"})
    assert refused.status_code == 422
    assert "promise money, or say why none is needed" in refused.content.decode()
    given = {
        "matter": str(matter.pk),
        "what": "宣传通知",
        "conditions": "提供培训",
        "waived_because": "",
        **lines(
            "offers", {"kind": "money", "amount": "1000", "what": "", "due_on": f"{timezone.localdate():%Y-%m-%d}"}
        ),
    }
    assert health.post(f"{home}clauses/{clause.pk}/", {**given, "what": ""}).status_code == 422
    assert health.post(f"{home}clauses/{clause.pk}/", given).status_code == 302
    assert health.post(f"{home}move/", {"do": "offer"}).status_code == 302
    text = community.get(home).content.decode()
    assert "Sign for the community" in text
    bad = community.post(f"{home}move/", {"do": "return", "answer": ""})
    assert bad.status_code == 422
    assert "Say what should change." in bad.content.decode()
    row.refresh_from_db()
    assert community.post(f"{home}move/", {"do": "sign", "seen": "x"}).status_code == 409
    assert community.post(f"{home}move/", {"do": "sign", "seen": row.digest}).status_code == 302
    assert health.get(f"{home}clauses/{clause.pk}/").status_code == 302, "signed: nothing changes any more"
    copy = SimpleUploadedFile("协议.pdf", PDF)
    assert community.post(f"{home}copy/", {"copy": copy}).status_code == 302
    assert "协议.pdf" in community.get(home).content.decode()
    guarantee = guarantee_of(row)
    arrived = f"{home}arrived/{guarantee.pk}/"
    assert "1,000.00" in community.get(arrived).content.decode()
    today = f"{timezone.localdate():%Y-%m-%d}"
    bad = community.post(arrived, {"on": today, "amount": "2000", "note": "第一笔"})
    assert bad.status_code == 422
    assert "More than 0 and at most 1,000.00 yuan" in bad.content.decode()
    evidence = SimpleUploadedFile("回单.pdf", PDF)
    given = {"on": today, "amount": "400", "note": "第一笔", "files": [evidence]}
    assert community.post(arrived, given).status_code == 302
    text = community.get(home).content.decode()
    assert "400.00 / 1,000.00" in text
    assert "回单.pdf" in text
    back = f"{home}arrivals/{Arrival.objects.get().pk}/withdraw/"
    community.post(back, {"reason": ""})
    assert Arrival.objects.get().withdrawn_at is None
    community.post(back, {"reason": "记错了社区"})
    assert "记错了社区" in community.get(home).content.decode()


def test_what_is_late_stands_on_the_list(community, actor_of, now):
    health, secretary = of_unit(actor_of("department-staff"), "dept-health"), actor_of("community-secretary")
    late = timezone.localdate() - timedelta(days=3)
    agreed(health, secretary, item(), now, due=late)
    text = community.get(f"{AGREEMENTS}?late=1").content.decode()
    assert "1 guarantee is late" in text
    assert "There is no agreement" not in text
    for odd in ("year=x", "status=y", "unit=-1", "area=%00", "after=q"):
        assert community.get(f"{AGREEMENTS}?{odd}").status_code == 200


def test_a_community_objects_and_the_keeper_answers(community, client_for):
    matter: Matter = item()
    home = f"/admission/lists/{matter.matter_list_id}/items/{matter.pk}/"
    assert "What should change, says our community" in community.get(home).content.decode()
    community.post(f"{home}object/", {"text": ""})
    assert not Objection.objects.exists()
    community.post(f"{home}object/", {"text": "台账太多"})
    civil = client_for("civil-affairs", **ENGLISH)
    assert "台账太多" in civil.get(home).content.decode()
    civil.post(f"/admission/objections/{Objection.objects.get().pk}/answer/", {"answer": "下一版取消"})
    assert "下一版取消" in community.get(home).content.decode()
    assert "台账太多" not in client_for("street-staff", **ENGLISH).get(home).content.decode()


def test_statements_do_not_grow_with_the_rows(client_for, actor_of, now, django_assert_max_num_queries):
    department = actor_of("department-staff")
    for n in range(6):
        submitted(department, now, name=f"协助宣传第{n}次", area_id=HOME[:9])
    civil = client_for("civil-affairs")
    civil.get(APPLICATIONS)
    with django_assert_max_num_queries(8):
        civil.get(APPLICATIONS)
    row = Application.objects.latest("pk")
    with django_assert_max_num_queries(24):
        civil.get(f"{APPLICATIONS}{row.pk}/")


def test_strangers_find_nothing(client_for, actor_of, now):
    row = submitted(actor_of("department-staff"), now)
    elsewhere = client_for("cw-320105001004")
    home = f"{APPLICATIONS}{row.pk}/"
    assert elsewhere.get(home).status_code == 404
    assert elsewhere.post(f"{home}answer/", {"stance": "support", "terms_ok": "1"}).status_code == 404
    for username in ("grid-worker", "admin"):
        assert client_for(username).get(home).status_code == 403
