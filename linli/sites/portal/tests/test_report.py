"""Reporting over HTTP: once, whatever is typed, and never with anything lost."""

import re
from uuid import uuid4

import pytest
from django.db import OperationalError

from linli.apps.incidents import actions as incidents
from linli.apps.incidents.models import Incident
from linli.foundation.accounts.models import User
from linli.foundation.files.models import StoredFile
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.sites.portal.tests.factories import COMMUNITY, PHONE, case_of, fetched, filled, jpeg
from linli.spine.cases.models import Attachment, Case

pytestmark = pytest.mark.usefixtures("district")
POINT = {"lon": "118.7305", "lat": "32.0102"}


def shown(response, name: str) -> str:
    """What the form that came back holds in a field."""
    return response.context["form"][name].value()


def test_the_form_is_light_and_asks_little_of_the_database(visitor, django_assert_max_num_queries):
    visitor.get("/report/")
    with django_assert_max_num_queries(0):
        page = visitor.get("/report/")
    assert page.status_code == 200
    assert len(page.content) < 60_000
    text = page.content.decode()
    assert re.search(r'name="submission_key" value="[0-9a-f-]{36}"', text)
    assert " style=" not in text
    assert "onclick" not in text


@pytest.mark.django_db(transaction=True)
def test_accepting_a_text_report_costs_twelve_statements(visitor, django_assert_num_queries):
    visitor.post("/report/", filled(text="   "))  # rules, catalogue and communities are remembered from here on
    with django_assert_num_queries(12):  # the brake, what is nearby, and ten between BEGIN and COMMIT
        answer = visitor.post("/report/", filled())
    assert answer.status_code == 302
    with django_assert_num_queries(2):
        receipt = visitor.get(answer["Location"])
    assert receipt.status_code == 200


def test_the_receipt_says_number_code_who_and_by_when(visitor):
    answer = visitor.post("/report/", filled())
    page = visitor.get(answer["Location"])
    case = Case.objects.get()
    text = page.content.decode()
    assert case.number in text
    assert incidents.code_of(case.number) in text
    assert "凤栖苑" in page.context["who"]
    assert page.context["promise"]["at"] == case.term_due
    assert 'data-draft-clear="report"' in text
    assert "<svg" in page.context["qr"]
    assert "no-store" in page["Cache-Control"]
    assert PHONE not in text


def test_the_class_is_worked_out_from_the_words(visitor):
    visitor.post("/report/", filled(text="电梯又停了，物业不管"))
    assert Case.objects.get().matter.code == "property.service"


def test_words_that_say_nothing_ask_for_a_class_and_a_class_asks_for_a_matter(visitor):
    answer = visitor.post("/report/", filled(text="zzz"))
    assert answer.status_code == 422
    assert "event_class" in answer.context["form"].errors
    assert shown(answer, "text") == "zzz"
    answer = visitor.post("/report/", filled(text="zzz", event_class="property"))
    assert answer.status_code == 422
    assert "matter" in answer.context["form"].errors
    assert len(answer.context["about"].matters) == 3
    answer = visitor.post("/report/", filled(text="zzz", event_class="property", matter="property.owners"))
    assert answer.status_code == 302
    assert Case.objects.get().matter.code == "property.owners"


def test_a_made_up_matter_is_not_taken(visitor):
    assert visitor.post("/report/", filled(text="zzz", matter="no.such")).status_code == 422
    assert visitor.post("/report/", filled(text="zzz", event_class="no.such")).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_suggestions_come_while_typing_with_the_number_to_call(visitor, method, django_assert_max_num_queries):
    visitor.get("/report/suggest/")
    with django_assert_max_num_queries(2):
        answer = getattr(visitor, method)("/report/suggest/", {"text": "楼道里电动车着火"})
    text = answer.content.decode()
    assert 'value="hazard.fire"' in text
    assert "tel:119" in text
    assert "<html" not in text


def test_a_class_chosen_while_typing_lists_its_matters_and_keeps_an_earlier_choice(visitor):
    answer = visitor.post("/report/suggest/", {"text": "", "event_class": "policy"})
    assert [one.event_class for one in answer.context["about"].matters] == ["policy", "policy"]
    answer = visitor.post("/report/suggest/", {"text": "电梯", "matter": "policy.question"})
    assert answer.context["about"].chosen == "policy.question"
    answer = visitor.post("/report/suggest/", {"text": "字" * 50_000, "event_class": "<script>"})
    assert answer.status_code == 200
    assert answer.context["about"].matters == []


def test_the_same_report_five_times_is_one_case_and_one_receipt(visitor):
    form = filled()
    places = {visitor.post("/report/", form)["Location"].partition("?")[0] for _time in range(5)}
    assert len(places) == 1
    assert Case.objects.count() == 1


def test_the_same_report_with_the_same_photo_is_one_case(visitor):
    form = filled()
    for _time in range(2):
        visitor.post("/report/", {**form, "photos": [jpeg()]})
    assert Case.objects.count() == 1
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "1", "x" * 5000, "<script>"])
def test_a_bent_key_never_leads_to_anothers_receipt(visitor, key):
    first = visitor.post("/report/", filled(submission_key=key))
    second = visitor.post("/report/", filled(submission_key=key, seen_nearby="1"))
    assert first["Location"].partition("?")[0] != second["Location"].partition("?")[0]


def test_everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(visitor):
    form = filled(text="", phone="1386021", area="", place="三号楼门口", name="王")
    answer = visitor.post("/report/", form)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"text", "phone", "area"}
    assert "7 digits" in str(answer.context["form"].errors["phone"])
    for name in ("phone", "place", "name"):
        assert shown(answer, name) == form[name]
    assert not Case.objects.exists()


def test_fifty_thousand_characters_come_back_with_their_count(visitor):
    answer = visitor.post("/report/", filled(text="梯" * 50_000))
    assert answer.status_code == 422
    assert "50000" in str(answer.context["form"].errors["text"]).replace(",", "")
    assert shown(answer, "text") == "梯" * 50_000


FIELDS = ["place", "name", "phone", "area", "matter", "lon", "crs", "kept_photos", "seen_nearby"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", ["梯" * 50_000, "😀" * 300, "𠮷䶮" * 200, "<script>alert(1)</script>"])
def test_no_field_fails_whatever_is_typed_in_it(visitor, field, text):
    answer = visitor.post("/report/", filled(**{field: text}))
    assert answer.status_code in (302, 422)
    assert b"<script>alert(1)" not in answer.content


@pytest.mark.parametrize("text", ["😀楼道", "楼道𠮷䶮", "楼道<script>alert(1)</script>"])
def test_emoji_rare_characters_and_markup_are_kept_as_words(visitor, text):
    answer = visitor.post("/report/", filled(text=text))
    assert Incident.objects.get().text == text
    assert b"<script>alert(1)" not in visitor.get(answer["Location"]).content


def test_a_point_finds_the_grid(visitor):
    visitor.post("/report/", filled(area="", **POINT))
    case = Case.objects.get()
    assert len(case.area_id) > 12
    assert (case.lon, case.lat) == (118.7305, 32.0102)


def test_a_point_of_a_chinese_map_is_converted(visitor):
    visitor.post("/report/", filled(area="", crs="gcj02", **POINT))
    case = Case.objects.get()
    assert 0.003 < abs(case.lon - 118.7305) < 0.008


@pytest.mark.parametrize(("lon", "lat"), [("123.5", "30.0"), ("0", "0"), ("999", "999"), ("nan", "30"), ("x", "y")])
def test_a_point_in_the_sea_says_so_and_lets_the_list_decide(visitor, lon, lat):
    form = filled(area="", lon=lon, lat=lat, place="码头")
    answer = visitor.post("/report/", form)
    assert answer.status_code == 422
    assert "lon" in answer.context["form"].errors
    assert shown(answer, "text") == form["text"]
    assert shown(answer, "place") == "码头"
    assert shown(answer, "lon") == ""


def test_the_words_of_an_address_find_the_community(visitor):
    visitor.post("/report/", filled(area="", place="凤栖苑 3 号楼"))
    assert Case.objects.get().area_id == COMMUNITY


def test_an_area_that_does_not_exist_is_refused(visitor):
    for code in ("999999999999", "320105999999", "32", "320105001001999999"):
        assert visitor.post("/report/", filled(area=code)).status_code == 422, code


def test_an_anonymous_report_gets_a_code(visitor):
    page = visitor.get(visitor.post("/report/", filled(phone=""))["Location"])
    assert page.context["code"]
    assert not page.context["by_text"]
    assert Case.objects.get().party is None


def test_a_signed_in_resident_is_not_asked_for_a_phone(resident):
    page = resident.get("/report/")
    assert 'name="phone"' not in page.content.decode()
    answer = resident.post("/report/", filled(phone=""))
    assert Case.objects.get().party.user == User.objects.get(kind="resident")
    assert "/my/" in resident.get(answer["Location"]).content.decode()


def test_staff_without_the_right_read_why_they_may_not_report(client_for):
    answer = client_for("auditor", HTTP_ACCEPT_LANGUAGE="en").post("/report/", filled())
    assert answer.status_code == 403
    assert "reporting" in answer.content.decode()


# Photos


def test_photos_go_with_the_report(visitor):
    visitor.post("/report/", filled(photos=[jpeg("red"), jpeg("blue")]))
    assert Attachment.objects.filter(case=Case.objects.get()).count() == 2


def kept(page) -> dict[str, str]:
    return {"kept_photos": page.context["tray"].mark}


def test_photos_survive_a_form_that_comes_back(visitor):
    form = filled(area="")
    answer = visitor.post("/report/", {**form, "photos": [jpeg("red"), jpeg("blue")]})
    assert answer.status_code == 422
    previews = answer.context["tray"].previews
    assert len(previews) == 2
    assert fetched(visitor.get(previews[0]["url"]))
    again = visitor.post("/report/", {**form, **kept(answer), "area": COMMUNITY, "drop_photo": [previews[1]["id"]]})
    assert again.status_code == 302
    assert Attachment.objects.count() == 1


def test_kept_photos_belong_to_their_form(visitor):
    answer = visitor.post("/report/", filled(area="", photos=[jpeg()]))
    other = visitor.post("/report/", filled(**kept(answer)))
    assert other.status_code == 302
    assert not Attachment.objects.exists()
    bent = kept(answer)["kept_photos"][:-2] + "xx"
    assert visitor.post("/report/", filled(kept_photos=bent, seen_nearby="1")).status_code == 302
    assert not Attachment.objects.exists()


def test_a_forged_address_of_a_kept_photo_is_not_found(visitor):
    assert visitor.get("/report/photo/nonsense/").status_code == 404
    assert visitor.get(f"/report/photo/{uuid4()}/").status_code == 404


def test_a_tenth_photo_is_refused_and_the_nine_stay(visitor):
    form = filled(area="")
    answer = visitor.post("/report/", {**form, "photos": [jpeg((n * 20, 0, 0)) for n in range(9)]})
    more = visitor.post("/report/", {**form, **kept(answer), "area": COMMUNITY, "photos": [jpeg("green")]})
    assert more.status_code == 422
    assert len(more.context["tray"].stored) == 9
    assert more.context["tray"].error


def test_a_file_that_is_no_photo_is_refused_with_the_text_kept(visitor):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = visitor.post("/report/", filled(photos=[SimpleUploadedFile("x.jpg", b"<script>", "image/jpeg")]))
    assert answer.status_code == 422
    assert shown(answer, "text") == "楼道堆放杂物"
    assert not Case.objects.exists()


def test_a_full_disk_answers_507_and_keeps_the_form(visitor, full_disk):
    answer = visitor.post("/report/", filled(photos=[jpeg()]))
    assert answer.status_code == 507
    assert shown(answer, "text") == "楼道堆放杂物"
    assert "full" in answer.context["tray"].error
    assert not StoredFile.objects.exists()
    assert visitor.post("/report/", filled()).status_code == 302


def test_a_locked_database_answers_503_and_keeps_the_form(visitor, monkeypatch):
    def locked(**_given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(incidents, "report", locked)
    answer = visitor.post("/report/", filled(photos=[jpeg()]))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert shown(answer, "text") == "楼道堆放杂物"
    assert len(answer.context["tray"].stored) == 1


def test_a_database_that_does_not_answer_at_all_still_gives_the_form_back(visitor, monkeypatch):
    from linli.sites.portal import home_area

    def gone(*_args, **_given):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(incidents, "report", gone)
    monkeypatch.setattr(home_area, "district", gone)
    answer = visitor.post("/report/", filled())
    assert answer.status_code == 503
    assert shown(answer, "text") == "楼道堆放杂物"
    assert f'value="{COMMUNITY}" selected' in answer.content.decode()


def test_a_flood_is_slowed_down_with_the_form_kept(visitor, now):
    RuleSet.objects.create(
        domain="incident.limits",
        version=2,
        effective_from="2026-01-01",
        source="test",
        params={
            **rules.params("incident.limits", "", now.date()),
            "reports_per_hour_ip": 2,
        },
    )
    rules.forget()
    for _time in range(2):
        assert visitor.post("/report/", filled(seen_nearby="1")).status_code == 302
    answer = visitor.post("/report/", filled(seen_nearby="1"))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert shown(answer, "text") == "楼道堆放杂物"


# What is nearby


def test_an_open_case_nearby_is_offered_with_everything_kept(visitor):
    first = case_of(text="我是张三，住三号楼，楼道堵了", phone="19900007777", name="张三", place="捌栋肆零贰室").case
    form = filled(name="李", photos=[jpeg()])
    answer = visitor.post("/report/", form)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert [row["near"].case for row in answer.context["rows"]] == [first]
    for secret in ("张三", "肆零贰", "19900007777", "捌栋", "住三号楼"):
        assert secret not in text
    carried = dict(answer.context["carried"])
    assert carried["text"] == form["text"]
    assert carried["phone"] == PHONE
    again = visitor.post("/report/", {**carried, "seen_nearby": "1"})
    assert again.status_code == 302
    assert Case.objects.count() == 2
    assert Attachment.objects.count() == 1


def test_line_ends_of_the_words_survive_the_question(visitor):
    case_of()
    answer = visitor.post("/report/", filled(text="楼道堆放杂物\n第二行"))
    carried = re.search(r'name="text" value="([^"]*)"', answer.content.decode())[1]
    assert carried == "楼道堆放杂物\n第二行"


# The receipt


def test_a_receipt_cannot_be_guessed_and_closes_after_half_an_hour(visitor, monkeypatch):
    import time

    number = visitor.post("/report/", filled())["Location"].split("/")[3]
    assert visitor.get(f"/report/sent/{number}/").status_code == 404
    assert visitor.get(f"/report/sent/{number}/?mark=abc:def").status_code == 404
    place = visitor.post("/report/", filled(seen_nearby="1"))["Location"]
    mark = place.partition("?")[2]
    assert visitor.get(f"/report/sent/{number}/?{mark}").status_code == 404
    assert visitor.get(place).status_code == 200
    later = time.time() + 31 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    over = visitor.get(place)
    assert over.status_code == 410
    assert "-" not in (over.context.get("code") or "")


def test_the_receipt_opens_the_page_to_follow(visitor):
    receipt = visitor.get(visitor.post("/report/", filled())["Location"])
    answer = visitor.post("/follow/", {"code": receipt.context["code"]})
    assert visitor.get(answer["Location"]).status_code == 200


def test_coming_from_a_matter_it_is_chosen_already(visitor):
    page = visitor.get("/report/?matter=environment.green")
    assert page.context["about"].chosen == "environment.green"
    assert visitor.get("/report/?matter=<script>").status_code == 200
