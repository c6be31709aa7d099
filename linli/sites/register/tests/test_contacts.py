"""Who stands beside a person: from the sheet to the page, corrected, ended, shown, copied, forgotten and taken back."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.audit.models import AccessRecord
from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.lib import citizen_id
from linli.register.people import copies
from linli.register.people.actions import contacts as acts
from linli.register.people.actions import events, fields, retention
from linli.register.people.models import Change, Contact, Person
from linli.register.people.queries import contacts
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import undone

pytestmark = pytest.mark.django_db
BORN = {"born": date(1980, 6, 6), "sequence": 402}
MOTHER = make.citizen_number(BORN["born"], "2", BORN["sequence"])
COMMUNITY = "320105001001"
CHILD = {"name": "沈小妞"}


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def received(client, data: bytes, name: str = "表.csv") -> Batch:
    """An upload; its columns are looked at next."""
    answer = client.post("/register/imports/", {"area": COMMUNITY, "file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.latest("pk")


def form_of(client, batch: Batch) -> dict[str, str]:
    """The form of the columns as the page shows it."""
    form = client.get(reverse("register:import_columns", args=[batch.pk])).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    return {name: "on" if value is True else value for name, value in given.items() if value is not False}


def imported(client, by, data: bytes, name: str = "表.csv", **said: str) -> Batch:
    """A sheet through every step, as its columns were understood; `said` are answers to what was asked."""
    batch = received(client, data, name)
    answer = client.post(
        reverse("register:import_columns", args=[batch.pk]),
        form_of(client, batch) | {key.replace("_", "-"): value for key, value in said.items()},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    assert batch.counts["error"] == 0
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    return batch


def csv(text: str) -> bytes:
    return ("\ufeff" + "\r\n".join(text.split()) + "\r\n").encode()


def said(one: Contact) -> tuple[str, ...]:
    return one.kind, one.name, one.relation, acts.plain(one, "phone"), acts.plain(one, "identity")


def beside(person: Person) -> list[tuple[str, ...]]:
    return [said(one) for one in contacts.of([person.pk]).get(person.pk, [])]


GUARDIAN = f"姓名,监护人姓名,监护人身份证号 沈小妞,沈玉梅,{MOTHER}"


def test_the_number_of_a_guardian_is_never_the_childs(client, by, now):
    """Case 09."""
    mother = make.person(by=by, now=now, name="沈玉梅", **BORN)
    imported(client, by, csv(GUARDIAN))
    girl = Person.objects.get(name="沈小妞")
    assert (girl.identity_kind, girl.identity_sealed, girl.identity_index) == ("000", "", None)
    assert beside(girl) == [("guardian", "沈玉梅", "", "", MOTHER)]
    mother.refresh_from_db()
    assert (mother.name, fields.plain(mother, "identity")) == ("沈玉梅", MOTHER)
    page = client.get(reverse("register:person", args=[girl.pk])).content.decode()
    assert reverse("register:person", args=[mother.pk]) in page
    assert "沈玉梅" in page
    assert MOTHER not in page
    assert contacts.of([girl.pk])[girl.pk][0].known_id == mother.pk
    assert not Change.objects.filter(person=mother).exists()


def test_a_guardian_may_be_entered_after_the_child(client, by, now):
    imported(client, by, csv(GUARDIAN))
    girl = Person.objects.get(name="沈小妞")
    assert contacts.of([girl.pk])[girl.pk][0].known_id is None
    mother = make.person(by=by, now=now, name="沈玉梅", **BORN)
    assert contacts.of([girl.pk])[girl.pk][0].known_id == mother.pk


def test_what_stands_under_the_guardian_is_the_guardians(client, by):
    """Case 21: a heading over several columns."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, "老人信息")
    sheet.merge_range(0, 3, 0, 5, "监护人信息")
    sheet.write_row(1, 0, ["姓名", "身份证号", "住址", "姓名", "身份证号", "联系电话"])
    number, son = (make.citizen_number(date(year, 1, 1), "1", 425) for year in (1940, 1970))
    sheet.write_row(2, 0, ["赵老", number, "莫愁新寓3幢301", "赵儿", son, "13900000002"])
    book.close()
    imported(client, by, content.getvalue(), "表.xlsx")
    elder = Person.objects.get(name="赵老")
    assert fields.plain(elder, "identity") == number
    assert elder.phone_sealed == ""
    assert beside(elder) == [("guardian", "赵儿", "", "13900000002", son)]
    assert not Person.objects.filter(name="赵儿").exists()


@pytest.mark.parametrize(
    "heading", ["是否人户分离", "人户分离", "人户分离情况", "本人是否人户分离", "人户分离（是/否）"]
)
def test_living_apart_is_not_living_where_the_hukou_is(client, by, heading):
    """Cases 02 and 02b."""
    one, two = make.citizen_number(date(1960, 3, 2), "1", 68), make.citizen_number(date(1960, 3, 2), "1", 70)
    imported(client, by, csv(f"姓名,身份证号,{heading} 赵一,{one},是 钱二,{two},否"))
    assert dict(Person.objects.filter(batch__isnull=False).values_list("name", "match")) == {"赵一": "3", "钱二": "1"}


def test_a_phone_beside_a_guardian_is_asked_about(client, by):
    data = csv(
        f"姓名,身份证号,监护人,联系电话 沈小妞,{make.citizen_number(date(2015, 1, 1), '2', 5)},沈玉梅,13900000002"
    )
    batch = received(client, data)
    given = form_of(client, batch)
    assert given["column-3"] == "?"
    address = reverse("register:import_columns", args=[batch.pk])
    answer = client.post(address, given)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"column-3"}
    imported(client, by, data, column_3="guardian:phone")
    girl = Person.objects.get(name="沈小妞")
    assert girl.phone_sealed == ""
    assert beside(girl) == [("guardian", "沈玉梅", "", "13900000002", "")]
    # What was said is remembered for the next sheet with the same headings.
    assert form_of(client, received(client, data))["column-3"] == "guardian:phone"


def test_another_sheet_adds_what_it_knows_and_replaces_nobody_without_a_trace(client, by, now):
    girl = make.person(by=by, now=now, **CHILD)
    number = make.citizen_number()
    imported(client, by, csv(f"姓名,身份证号,监护人姓名,监护人关系 沈小妞,{number},沈玉梅,母亲"))
    imported(client, by, csv(f"姓名,身份证号,监护人姓名,监护人电话,子女姓名 沈小妞,{number},沈玉梅,13900000002,沈一"))
    assert sorted(beside(girl)) == [("child", "沈一", "", "", ""), ("guardian", "沈玉梅", "母亲", "13900000002", "")]
    third = imported(client, by, csv(f"姓名,身份证号,监护人姓名,子女姓名 沈小妞,{number},沈建国,沈二"))
    assert sorted(beside(girl)) == [
        ("child", "沈一", "", "", ""), ("child", "沈二", "", "", ""), ("guardian", "沈建国", "", "", ""),
    ]  # fmt: skip
    assert Contact.objects.filter(person=girl, until__isnull=False).count() == 2
    assert undone(by, third, timezone.now()).state == "undone"
    assert sorted(beside(girl)) == [("child", "沈一", "", "", ""), ("guardian", "沈玉梅", "母亲", "13900000002", "")]
    again = received(client, csv(f"姓名,身份证号,监护人姓名 沈小妞,{number},沈玉梅"))
    client.post(reverse("register:import_columns", args=[again.pk]), form_of(client, again))
    tasks.run(again.pk)
    again.refresh_from_db()
    assert again.counts["unchanged"] == 1


def test_undoing_the_sheet_takes_the_child_and_the_guardian(client, by):
    batch = imported(client, by, csv(GUARDIAN))
    assert undone(by, batch, timezone.now()).state == "undone"
    assert not Person.objects.filter(name="沈小妞").exists()
    assert not Contact.objects.exists()


def test_a_wrong_number_of_a_guardian_is_said_at_the_guardian(client, by):
    batch = received(
        client, csv("姓名,监护人姓名,监护人身份证号,监护人电话 沈小妞,沈玉梅,320105198006064021,1390000"[:-1])
    )
    client.post(reverse("register:import_columns", args=[batch.pk]), form_of(client, batch))
    tasks.run(batch.pk)
    page = client.get(reverse("register:import_rows", args=[batch.pk]))
    assert page.status_code == 200


def test_entered_corrected_ended_and_shown_by_hand(client, by, now):
    girl = make.person(by=by, now=now, **CHILD)
    new = reverse("register:contact_new", args=[girl.pk])
    answer = client.post(new, {"kind": "", "name": "", "phone": "139", "identity": "320105198006064021"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) >= {"kind", "name"}
    answer = client.post(new, {"kind": "guardian", "name": "沈玉梅", "phone": "139", "identity": "320105198006064021"})
    assert set(answer.context["form"].errors) == {"phone", "identity"}
    client.post(new, {"kind": "guardian", "name": "沈玉梅", "phone": "13900000002", "identity": MOTHER})
    row = Contact.objects.get()
    args = [girl.pk, row.pk]
    client.post(
        reverse("register:contact_change", args=args), {"kind": "guardian", "name": "沈玉梅", "relation": "母亲"}
    )
    assert beside(girl) == [("guardian", "沈玉梅", "母亲", "13900000002", MOTHER)]
    fresh = Contact.objects.open().get()
    args = [girl.pk, fresh.pk]
    shown = client.post(reverse("register:contact_reveal", args=[*args, "identity"]), {"reason": "核对身份"})
    assert MOTHER in shown.content.decode()
    line = AccessRecord.objects.filter(action="people.reveal").latest("pk")
    assert (line.subject_id, line.data) == (str(girl.pk), {"field": "guardian:identity"})
    assert client.post(reverse("register:contact_reveal", args=[*args, "identity"]), {"reason": ""}).status_code == 422
    client.post(reverse("register:contact_end", args=args), {"until": f"{timezone.localdate()}", "reason": "成年"})
    assert beside(girl) == []
    masked = citizen_id.mask(MOTHER)
    values = [vault.unseal(one.new_sealed, vault.CHANGE) for one in Change.objects.filter(person=girl).order_by("pk")]
    assert values == [
        f"监护人 沈玉梅 139****0002 {masked}",
        f"监护人 沈玉梅（母亲） 139****0002 {masked}",
        "",
    ]
    page = client.get(reverse("register:person", args=[girl.pk])).content.decode()
    assert "成年" in page


def test_others_areas_and_others_people_are_not_found(client, client_for, by, actor_of, now):
    girl, boy = make.person(by=by, now=now, **CHILD), make.person(by=by, now=now, name="另一人", sequence=9)
    row = acts.add(
        by=by, person_id=girl.pk, given={"kind": "guardian", "name": "沈玉梅", "phone": "13900000002"}, now=now
    )
    assert client.get(reverse("register:contact_change", args=[boy.pk, row.pk])).status_code == 404
    assert client.get(reverse("register:contact_reveal", args=[girl.pk, row.pk, "name"])).status_code == 404
    other = client_for("cw-320105001006")
    assert other.get(reverse("register:contact_new", args=[girl.pk])).status_code == 404


def test_the_copy_names_them_without_their_numbers(by, now):
    girl = make.person(by=by, now=now, **CHILD)
    mother = make.person(by=by, now=now, name="沈玉梅", **BORN)
    given = {"kind": "guardian", "name": "沈玉梅", "phone": "13900000002", "identity": MOTHER, "relation": "母亲"}
    acts.add(by=by, person_id=girl.pk, given=given, now=now)
    text = str(copies.as_data(copies.of_person(girl)))
    assert "沈玉梅" in text
    assert MOTHER not in text
    assert "13900000002" not in text
    assert "沈小妞" in str(copies.as_data(copies.of_person(mother)))


def test_they_are_forgotten_with_the_emergency_contact(by, now):
    girl = make.person(by=by, now=now, happened_on=date(2010, 1, 1), **CHILD)
    acts.add(by=by, person_id=girl.pk, given={"kind": "guardian", "name": "沈玉梅"}, now=now)
    gone = now.date() - timedelta(days=3 * 366)
    events.leave(by=by, people=[girl.pk], kind="flow_out", happened_on=gone, to="上海", reason="", now=now)
    assert retention.run(now=now, dry_run=True).fields["contacts"] == 1
    retention.run(now=now)
    assert not Contact.objects.exists()
    change = Change.objects.filter(person=girl, field="contacts").order_by("pk").first()
    assert (change.old_sealed, change.new_sealed) == ("", "")
    assert retention.run(now=now).fields["contacts"] == 0


def test_rosters_ask_once_for_all(by, now, django_assert_num_queries):
    people = [make.person(by=by, now=now, name=f"人{n}", sequence=20 + n) for n in range(5)]
    for person in people:
        acts.add(by=by, person_id=person.pk, given={"kind": "guardian", "name": "甲", "identity": MOTHER}, now=now)
    with django_assert_num_queries(1):
        found = contacts.of([person.pk for person in people])
    assert len(found) == 5
    yesterday = timezone.localdate(now) - timedelta(days=1)
    assert contacts.of([people[0].pk], on=yesterday)[people[0].pk][0].name == "甲"


def test_what_is_asked_comes_with_what_it_may_be(client):
    batch = received(client, csv("姓名,身份证号,监护人,联系电话 沈小妞,,沈玉梅,13900000002"))
    lines = client.get(reverse("register:import_columns", args=[batch.pk])).context["lines"]
    assert "监护人 · 联系电话" in lines[3][2]
