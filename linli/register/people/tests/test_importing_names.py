"""The same number under another name is decided by a person; nothing is overwritten by itself (case 10)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.lib.chinese import same_name
from linli.lib.errors import Invalid
from linli.register.people.actions import fields
from linli.register.people.importing import numbering
from linli.register.people.importing.deciding import decide
from linli.register.people.models import Correction, Person, Staged
from linli.register.people.tests import factories
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import applied, checked

pytestmark = pytest.mark.django_db
BORN = date(1980, 6, 6)
NUMBER = citizen_number(BORN, "2", 201)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def held(by):
    return factories.person(by=by, now=timezone.now(), name="郑旧人", born=BORN, sequence=201)


def row(name="郑新人", number=NUMBER, **also):
    return {"姓名": name, "身份证号": number, "所属网格": factories.grid_of(), **also}


def go_on(by, batch):
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message


def names():
    return sorted(Person.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", "张 三"),
        ("张三", "张　三"),
        ("买买提·艾力", "买买提•艾力"),
        ("买买提．艾力", "买买提艾力"),
        ("John Smith", "JOHN  SMITH"),
    ],
)
def test_spelling_is_no_other_name(one, other):
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("张建国", "张健国"), ("小红", "小明"), ("张三", "张三丰"), ("不详", "张三")]
)
def test_likeness_is_another_name(one, other):
    assert not same_name(one, other)


@given(st.text(min_size=1, max_size=8))
def test_every_name_is_itself_however_wide(name):
    assert same_name(name, f" {name} ")


def test_another_name_waits_at_the_merge_desk_and_changes_nothing(by, held):
    batch = checked(by, [row()], timezone.now())
    staged = Staged.objects.get(batch=batch)
    assert (staged.state, staged.person_id, staged.decision) == ("duplicate", held.pk, "")
    assert batch.counts["duplicate"] == 1
    assert batch.counts["changed"] == batch.counts["new"] == 0
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    held.refresh_from_db()
    assert held.name == "郑旧人"


def test_the_same_name_spelled_wider_is_no_question_and_no_change(by, held):
    batch = checked(by, [row("郑 旧 人")], timezone.now())
    assert (batch.counts["duplicate"], batch.counts["unchanged"]) == (0, 1)


def test_both_names_and_who_entered_are_shown(by, held, client_for):
    batch = checked(by, [row()], timezone.now())
    client = client_for("community-worker")
    page = client.get(reverse("register:import_merge", args=[batch.pk])).content.decode()
    for word in ("郑新人", "郑旧人", "1980-06-06", "wrong_here", "wrong_there", "same_held"):
        assert word in page
    assert NUMBER not in page


@pytest.mark.parametrize(("keep", "name"), [((), "郑新人"), (("name",), "郑旧人")])
def test_one_person_with_the_name_that_was_chosen(by, held, keep, name):
    batch = checked(by, [row(联系电话="19900002222")], timezone.now())
    decide(by=by, batch_id=batch.pk, decision="same", rows=[2], keep=keep, now=timezone.now())
    go_on(by, batch)
    held.refresh_from_db()
    assert (held.name, fields.plain(held, "phone")) == (name, "19900002222")
    assert names() == [name]


def test_a_number_that_is_wrong_in_the_sheet_lets_the_other_in_without_it(by, held):
    batch = checked(by, [row(性别="男", 出生日期="")], timezone.now())
    # The number says a woman: the sheet contradicts itself as well.
    assert batch.counts["error"] == 1
    batch = checked(by, [row()], timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_here", now=timezone.now())
    go_on(by, batch)
    held.refresh_from_db()
    other = Person.objects.get(name="郑新人")
    assert (held.name, fields.plain(held, "identity")) == ("郑旧人", NUMBER)
    # Neither the number nor what it said of birthday and sex.
    assert (other.identity_index, other.identity_kind, other.born, other.sex) == (None, "000", None, "0")
    assert numbering.MARK in other.note


def test_who_comes_in_without_a_number_still_meets_the_entry_that_is_hers(by, held):
    """A typing error in the number of somebody whom the register knows well."""
    known = factories.person(by=by, now=timezone.now(), name="郑新人", born=date(1975, 1, 2), with_identity=False)
    batch = checked(by, [row(现住址="莫愁新寓3幢2单元301室")], timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_here", now=timezone.now())
    staged = Staged.objects.get(batch=batch)
    assert (staged.state, staged.person_id) == ("duplicate", known.pk)


def test_a_number_that_is_wrong_in_the_register_becomes_a_correction(by, held, actor_of):
    batch = checked(by, [row()], timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_there", now=timezone.now())
    ticket = Correction.objects.get()
    assert (ticket.person_id, ticket.state) == (held.pk, "waiting")
    assert fields.from_sealed_json(ticket.proposed_sealed)["identity"] == ""
    go_on(by, batch)
    assert names() == ["郑新人", "郑旧人"]
    assert Person.objects.get(name="郑新人").identity_index is None


def test_the_row_can_stay_out_until_the_register_is_corrected(by, held):
    batch = checked(by, [row()], timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_there", out=True, now=timezone.now())
    assert Staged.objects.get(batch=batch).state == "left_out"
    assert Correction.objects.count() == 1


def test_a_decision_about_a_number_can_be_taken_back(by, held):
    batch = checked(by, [row()], timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_there", now=timezone.now())
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="as_it_came", now=timezone.now())
    staged = Staged.objects.get(batch=batch)
    assert (staged.state, staged.person_id, staged.without_number) == ("duplicate", held.pk, False)
    assert fields.vault.unseal(staged.identity_sealed, fields.vault.IDENTITY) == NUMBER
    assert Correction.objects.get().state == "withdrawn"


def test_two_names_for_one_number_cannot_both_have_it_nor_be_decided_in_bulk(by, held):
    batch = checked(by, [row()], timezone.now())
    with pytest.raises(Invalid):
        decide(by=by, batch_id=batch.pk, decision="different", rows=[2], now=timezone.now())
    with pytest.raises(Invalid):
        decide(by=by, batch_id=batch.pk, decision="same", reason="identity name_differs", now=timezone.now())


@pytest.mark.parametrize(
    ("decision", "there"),
    [
        ("wrong_here", {"郑一": NUMBER, "郑二": ""}),
        ("wrong_there", {"郑一": "", "郑二": NUMBER}),
        ("this_stands", {"郑二": NUMBER}),
        ("same", {"郑一": NUMBER}),
    ],
)
def test_two_rows_of_a_sheet_with_one_number_and_two_names(by, decision, there):
    batch = checked(by, [row("郑一"), row("郑二")], timezone.now())
    later = Staged.objects.get(batch=batch, row=3)
    assert (later.state, later.same_as_row, later.reason) == ("duplicate", 2, "identity name_differs")
    if decision == "same":
        decide(by=by, batch_id=batch.pk, decision="same", rows=[3], now=timezone.now())
    else:
        numbering.decide(by=by, batch_id=batch.pk, number=3, decision=decision, now=timezone.now())
    go_on(by, batch)
    assert {one.name: fields.plain(one, "identity") for one in Person.objects.all()} == there


def test_somebody_elsewhere_with_the_number_does_not_show_the_name(by, actor_of, client_for):
    factories_by = actor_of("cw-320105001004")
    applied(factories_by, [{**row("郑远方"), "所属网格": factories.grid_of("320105001004")}], timezone.now())
    batch = checked(by, [row()], timezone.now())
    assert batch.counts["conflict"] == 1
    client = client_for("community-worker")
    for page in ("import_merge", "import_preview"):
        assert (
            "郑远方" not in client.get(reverse(f"register:{page}", args=[batch.pk]) + "?view=conflict").content.decode()
        )
    # Whose number it is, is not for this community to decide; but the row may come in without it.
    numbering.decide(by=by, batch_id=batch.pk, number=2, decision="wrong_here", now=timezone.now())
    go_on(by, batch)
    assert names() == ["郑新人", "郑远方"]


def test_deciding_on_the_page(by, held, client_for):
    batch = checked(by, [row(), row("别人", citizen_number(BORN, "1", 202))], timezone.now())
    client = client_for("community-worker")
    url = reverse("register:import_merge", args=[batch.pk])
    assert client.post(url, {"row": "2", "decision": "wrong_here"}).status_code == 302
    assert Staged.objects.get(batch=batch, row=2).without_number
    assert "as_it_came" in client.get(url + "?view=decided").content.decode()
    client.post(url, {"row": "2", "decision": "as_it_came"})
    client.post(url, {"row": "2", "decision": "same_held"})
    go_on(by, batch)
    assert names() == ["别人", "郑旧人"]
