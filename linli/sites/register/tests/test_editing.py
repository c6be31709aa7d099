"""Entering and changing people through the pages: nothing typed is lost, nobody is entered twice, nobody is overrun."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from linli.foundation.files.models import StoredFile
from linli.register.people.actions import editing, fields
from linli.register.people.models import Change, Person
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
NEW = "/register/people/new/"
BORN = date(1940, 3, 2)


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, born=BORN, phone="19900001111")


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def new_form(**more):
    return {
        "name": "李慧",
        "identity_kind": "111",
        "identity": make.citizen_number(date(1970, 5, 1), sequence=7),
        "nationality": "CHN",
        "event": "entry",
        "kind": "registered",
        "relation": "02",
        **more,
    }


def edit_form(client, person, **more):
    form = client.get(reverse("register:person_edit", args=[person.pk])).context_data["form"]
    return {**{name: value for name, value in form.initial.items() if value is not None}, "reason": "入户核实", **more}


def edit_url(person):
    return reverse("register:person_edit", args=[person.pk])


def test_first_the_home_is_found(client, worker, zhang):
    home = make.dwelling("502")
    found = client.get(NEW, {"find": "莫愁 301"}).content.decode()
    assert f"household={zhang.household_id}" in found
    assert "张秀兰" in found
    assert f"dwelling={home.pk}" in client.get(NEW, {"find": "502"}).content.decode()
    part = client.get(NEW, {"find": "502"}, headers={"HX-Request": "true", "HX-Target": "homes"}).content.decode()
    assert "<html" not in part
    assert f"dwelling={home.pk}" in part


def test_a_home_outside_the_area_cannot_be_chosen(client, worker, zhang):
    elsewhere = make.dwelling("909", community="320105001004")
    for query in (f"dwelling={elsewhere.pk}", "household=999999", "area=320105001004", "dwelling=x", "area=3201"):
        assert "find" in client.get(f"{NEW}?{query}").content.decode()
        assert client.post(f"{NEW}?{query}", new_form()).status_code == 422
    assert Person.objects.count() == 1


def test_a_number_decides_birthday_and_sex(client, district):
    home = make.dwelling("502")
    sent = client.post(f"{NEW}?dwelling={home.pk}", new_form(phone="1990000 2222", happened_on="2020-05-01"))
    person = Person.objects.get()
    assert sent.url == reverse("register:person", args=[person.pk])
    assert (person.born, person.sex, person.dwelling_id) == (date(1970, 5, 1), "2", home.pk)
    assert fields.plain(person, "phone") == "19900002222"
    assert person.spells.get().valid_from == date(2020, 5, 1)
    assert "李慧" in client.get(sent.url).content.decode()


def test_somebody_new_joins_a_household(client, zhang):
    sent = client.post(f"{NEW}?household={zhang.household_id}", new_form(relation="20", event="flow_in"))
    assert sent.status_code == 302
    assert Person.objects.get(name="李慧").household_id == zhang.household_id


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"identity": "32010519700501"},
        {"identity": "3201*************5"},
        {"born": "1971-05-01"},
        {"born": "1971-13-01"},
        {"happened_on": "2999-01-01"},
        {"happened_on": "never"},
        {"phone": "123"},
        {"kind": "x"},
        {"event": "death"},
        {"relation": "02"},
        {"education": "zz"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, zhang, wrong):
    sent = new_form(**{"relation": "20", "workplace": "第二棉纺厂", **wrong})
    answer = client.post(f"{NEW}?household={zhang.household_id}", sent)
    assert answer.status_code == 422
    assert answer.context_data["form"].errors
    assert "第二棉纺厂" in answer.content.decode()
    assert Person.objects.count() == 1


def test_whom_the_register_knows_is_a_link(client, client_for, zhang):
    home = make.dwelling("502")
    twice = new_form(identity=make.citizen_number(BORN))
    answer = client.post(f"{NEW}?dwelling={home.pk}", twice)
    assert answer.status_code == 422
    assert answer.context_data["known_url"] == reverse("register:person", args=[zhang.pk])
    other = make.dwelling("909", community="320105001004")
    answer = client_for("cw-320105001004").post(f"{NEW}?dwelling={other.pk}", twice)
    assert answer.status_code == 422
    assert not answer.context_data["known_url"]
    assert "张秀兰" not in answer.content.decode()
    assert Person.objects.count() == 1


def test_without_a_number_the_same_form_twice_asks_first(client, district):
    home = make.dwelling("502")
    baby = new_form(name="小宝", identity="", identity_kind="000", born="2026-11-01", event="birth")
    assert client.post(f"{NEW}?dwelling={home.pk}", baby).status_code == 302
    again = client.post(f"{NEW}?dwelling={home.pk}", baby)
    assert again.status_code == 422
    assert again.context_data["twin"] == Person.objects.get()
    in_the_grid = client.post(f"{NEW}?area={make.grid_of()}", baby)
    assert in_the_grid.status_code == 422
    assert client.post(f"{NEW}?dwelling={home.pk}", {**baby, "sure": "on"}).status_code == 302
    assert Person.objects.count() == 2


def test_only_the_office_enters_and_changes(client_for, zhang):
    for username in ("grid-worker", "street-staff", "auditor", "admin"):
        assert client_for(username).get(NEW).status_code == 403
        assert client_for(username).post(edit_url(zhang), {}).status_code == 403


def test_a_change_keeps_only_what_differs(client, zhang):
    page = client.get(edit_url(zhang)).content.decode()
    assert "19900001111" not in page
    assert make.citizen_number(BORN) not in page
    sent = client.post(edit_url(zhang), edit_form(client, zhang, education="70", note="耳背\r\n请大声"))
    assert sent.status_code == 302
    zhang.refresh_from_db()
    assert (zhang.education, zhang.note) == ("70", "耳背\n请大声")
    assert set(Change.objects.values_list("field", flat=True)) == {"education", "note"}
    assert fields.plain(zhang, "phone") == "19900001111"
    unchanged = client.post(edit_url(zhang), edit_form(client, zhang))
    assert unchanged.status_code == 302
    assert Change.objects.count() == 2


def test_numbers_are_replaced_when_typed_anew_and_removed_when_emptied(client, zhang):
    assert client.post(edit_url(zhang), edit_form(client, zhang, phone="19900003333")).status_code == 302
    zhang.refresh_from_db()
    assert fields.plain(zhang, "phone") == "19900003333"
    half = client.post(edit_url(zhang), edit_form(client, zhang, phone="199****3334"))
    assert half.status_code == 422
    assert client.post(edit_url(zhang), edit_form(client, zhang, phone="")).status_code == 302
    zhang.refresh_from_db()
    assert zhang.phone_sealed == ""


def test_a_corrected_number_corrects_the_birthday(client, zhang):
    right = make.citizen_number(date(1941, 3, 2), "1", 9)
    assert client.post(edit_url(zhang), edit_form(client, zhang, identity=right)).status_code == 302
    zhang.refresh_from_db()
    assert (zhang.born, zhang.sex) == (date(1941, 3, 2), "1")


def test_a_change_needs_a_reason(client, zhang):
    answer = client.post(edit_url(zhang), edit_form(client, zhang, education="70", reason=" "))
    assert answer.status_code == 422
    assert "reason" in answer.context_data["form"].errors
    assert not Change.objects.exists()


def test_a_number_of_somebody_else_is_refused(client, worker, zhang, now):
    other = make.person(by=worker, name="李慧", born=date(1970, 5, 1), now=now, sequence=7)
    answer = client.post(
        edit_url(zhang), edit_form(client, zhang, identity=make.citizen_number(date(1970, 5, 1), sequence=7))
    )
    assert answer.status_code == 422
    assert answer.context_data["known_url"] == reverse("register:person", args=[other.pk])


def test_who_was_overtaken_sees_what_changed_and_keeps_what_they_typed(client, worker, zhang, now):
    mine = edit_form(client, zhang, education="70", workplace="退休前在学校")
    editing.edit(
        by=worker,
        person_id=zhang.pk,
        version=zhang.version,
        given={"phone": "19900004444", "education": "80", "ethnic": "03"},
        reason="民警核对",
        now=now,
    )
    answer = client.post(edit_url(zhang), mine)
    assert answer.status_code == 409
    form = answer.context_data["form"]
    # What was typed stays, what was not touched follows the other.
    assert (form["education"].value(), form["workplace"].value()) == ("70", "退休前在学校")
    assert (form["ethnic"].value(), form["phone"].value()) == ("03", "199****4444")
    assert len(answer.context_data["meanwhile"]) == 3
    again = {name: form[name].value() or "" for name in form.fields}
    assert client.post(edit_url(zhang), again).status_code == 302
    zhang.refresh_from_db()
    assert (zhang.education, zhang.ethnic, zhang.workplace) == ("70", "03", "退休前在学校")
    assert fields.plain(zhang, "phone") == "19900004444"


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "99999999999999999999"}, {"name": "\x00"}])
def test_nonsense_is_refused_kindly(client, zhang, sent):
    assert client.post(edit_url(zhang), sent).status_code == 422
    assert client.post(f"{NEW}?household={zhang.household_id}", sent).status_code == 422


def picture(colour="red"):
    from io import BytesIO

    from PIL import Image

    kept = BytesIO()
    Image.new("RGB", (60, 80), colour).save(kept, "JPEG")
    return SimpleUploadedFile("photo.jpg", kept.getvalue(), "image/jpeg")


def test_a_photo_is_added_shown_replaced_and_removed(client, client_for, zhang, settings, tmp_path):
    address = reverse("register:person_photo_change", args=[zhang.pk])
    shown = reverse("register:person_photo", args=[zhang.pk])
    assert client.get(shown).status_code == 404
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"photos": SimpleUploadedFile("x.jpg", b"no photo")}).status_code == 422
    assert client.post(address, {"photos": picture()}).status_code == 302
    answer = client.get(shown + "?size=small")
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content)
    assert client_for("cw-320105001004").get(shown).status_code == 404
    first = StoredFile.objects.get()
    assert first.kept
    assert client.post(address, {"photos": picture("blue")}).status_code == 302
    first.refresh_from_db()
    assert not first.kept
    assert client.post(address, {"remove": "1"}).status_code == 302
    assert client.get(shown).status_code == 404
    assert client.get(address).status_code == 200
