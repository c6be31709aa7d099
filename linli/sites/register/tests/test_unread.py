"""What sheets said and nobody could read: listed as work, entered or discarded at the person, gone with the batch."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import fields
from linli.register.people.models import Person, UnreadCell
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import applied

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(actor_of):
    row = {
        "姓名": "赵一",
        "身份证号": citizen_number(date(1950, 1, 1), "1", 11),
        "联系电话": "139****1111",
        "婚姻": "不好说",
    }
    batch = applied(actor_of("community-worker"), [row], timezone.now())
    return Person.objects.get(batch=batch)


def cell(person: Person, field: str) -> UnreadCell:
    return UnreadCell.objects.get(person=person, field=field)


def url(one: UnreadCell) -> str:
    return reverse("register:unread_cell", args=[one.person_id, one.pk])


def test_it_is_listed_and_shown_at_the_person_without_its_text(client_for, person):
    client = client_for("community-worker")
    for address in (reverse("register:unread"), reverse("register:person", args=[person.pk])):
        page = client.get(address).content.decode()
        assert url(cell(person, "phone")) in page
        assert "139****1111" not in page
    assert client_for("grid-worker").get(reverse("register:unread")).status_code == 403
    assert client_for("cw-320105001004").get(url(cell(person, "phone"))).status_code == 404


def test_it_is_entered_in_the_form_of_the_person(client_for, person):
    client, one = client_for("community-worker"), cell(person, "phone")
    page = client.get(url(one))
    assert "139****1111" in page.content.decode()
    assert AccessRecord.objects.filter(action="people.unread", subject_id=str(person.pk)).exists()
    form = client.get(page.context["enter_url"]).context["form"]
    assert form["phone"].value() == "139****1111"
    given = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    refused = client.post(page.context["enter_url"], given | {"reason": "问过本人"})
    assert refused.status_code == 422
    saved = client.post(page.context["enter_url"], given | {"phone": "13900001111", "reason": "问过本人"})
    assert saved.status_code == 302
    person.refresh_from_db()
    one.refresh_from_db()
    assert fields.plain(person, "phone") == "13900001111"
    assert (one.settled_how, one.text_sealed) == ("entered", "")


def test_it_is_discarded_with_a_reason_only(client_for, person):
    client, one = client_for("community-worker"), cell(person, "marital")
    assert vault.unseal(one.text_sealed, vault.UNREAD) == "不好说"
    assert client.post(url(one), {"how": "discarded"}).status_code == 422
    assert client.post(url(one), {"how": "discarded", "reason": "不是婚姻状况"}).status_code == 302
    one.refresh_from_db()
    assert (one.settled_how, one.text_sealed, one.reason) == ("discarded", "", "不是婚姻状况")
    assert client.get(url(one)).status_code == 404


def test_a_birth_known_to_the_year_is_shown_so_and_not_lost_in_the_form(client_for, actor_of):
    rows = [{"姓名": "赵六", "出生日期": "1958年", "联系电话": "13900001111"}]
    person = Person.objects.get(batch=applied(actor_of("community-worker"), rows, timezone.now()))
    client = client_for("community-worker")
    page = client.get(reverse("register:person", args=[person.pk])).content.decode()
    assert "1958" in page
    assert "1958-12-31" not in page
    edit = reverse("register:person_edit", args=[person.pk])
    form = client.get(edit).context["form"]
    given = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    assert given["born"] == "1958"
    client.post(edit, given | {"workplace": "退休", "reason": "问过"})
    person.refresh_from_db()
    assert (person.workplace, person.born_words) == ("退休", "1958")
    form = client.get(edit).context["form"]
    client.post(
        edit, given | {"version": person.version, "born": "1958-03-02", "workplace": "退休", "reason": "看过证件"}
    )
    person.refresh_from_db()
    assert (person.born_words, person.born_precision) == ("1958-03-02", "")
