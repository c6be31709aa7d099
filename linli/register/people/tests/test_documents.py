"""One number is one person, whatever kind of document it was called, and whoever looks it up (ADR 0021)."""

import json
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from linli.foundation import vault
from linli.lib.citizen_id import check_digit
from linli.lib.errors import Invalid
from linli.register.people import documents
from linli.register.people.actions import fields
from linli.register.people.actions.identities import KnownAlready
from linli.register.people.models import Correction, Person, Staged
from linli.register.people.queries import lists
from linli.register.people.tests import factories
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import applied, checked

pytestmark = pytest.mark.django_db
KINDS = ("111", "113", "414", "511", "516", "553", "554", "810", "820", "990", "000")
TODAY = date(2026, 11, 23)
BORN = date(2018, 5, 6)
CHILD = citizen_number(BORN, "1", 21)


def with_check(first17):
    return first17 + check_digit(first17)


FOREIGN = with_check("93284019900102002")
TAIWAN = with_check("83000019900102003")


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_the_kind_makes_no_difference_to_a_whole_number(born, sequence, kind, other):
    number = with_check(f"320105{born:%Y%m%d}{sequence:03}")
    typed = f" {number[:6]}-{number[6:14]} {number[14:].lower()}"
    assert documents.key(kind, number) == documents.key(other, typed)


def test_an_old_number_is_the_same_person_as_the_new_one():
    old = "320105580302002"
    assert documents.key("111", old) == documents.key(
        "113", f"{old[:6]}19{old[6:]}" + check_digit(old[:6] + "19" + old[6:])
    )


def test_a_passport_is_found_however_it_is_written_and_is_not_a_permit():
    assert documents.key("414", "e 1234-5678") == documents.key("414", "Ｅ12345678")
    assert documents.key("414", "12345678") != documents.key("511", "12345678")


@pytest.mark.parametrize("kind", ["户口簿", "身份证", "其他证件", "护照", "居民身份证", ""])
def test_a_number_called_otherwise_in_a_second_row_is_the_same_person(by, kind):
    """Case 08, with every word that sheets have for the document."""
    now = timezone.now()
    rows = [
        {"姓名": "小明", "证件类型": "户口簿", "身份证号": CHILD, "所属网格": factories.grid_of()},
        {"姓名": "小明", "证件类型": kind, "身份证号": CHILD, "所属网格": factories.grid_of()},
    ]
    batch = checked(by, rows, now)
    second = Staged.objects.get(batch=batch, row=3)
    assert (second.state, second.same_as_row, second.decision) == ("left_out", 2, "same")
    applied_rows = Staged.objects.filter(batch=batch, state="ok")
    assert [row.identity_kind for row in applied_rows] == ["111"]


def test_a_later_sheet_with_another_kind_meets_the_same_person(by):
    now = timezone.now()
    applied(by, [{"姓名": "小明", "证件类型": "户口簿", "身份证号": CHILD, "所属网格": factories.grid_of()}], now)
    again = checked(
        by, [{"姓名": "小明", "证件类型": "居民身份证", "身份证号": CHILD, "所属网格": factories.grid_of()}], now
    )
    assert again.counts["unchanged"] == 1
    assert Person.objects.get(name="小明").identity_kind == "111"


def test_the_form_knows_somebody_entered_under_another_kind(by):
    now = timezone.now()
    factories.person(by=by, now=now, name="小明", born=BORN, sex="1", sequence=21)
    with pytest.raises(KnownAlready):
        factories.person(
            by=by, now=now, name="小明", born=BORN, sex="1", with_identity=False, identity_kind="113", identity=CHILD
        )


def test_the_form_asks_when_a_passport_has_a_citizens_number():
    with pytest.raises(Invalid) as refusal:
        fields.clean({"identity_kind": "414", "identity": CHILD}, today=TODAY)
    assert set(refusal.value.fields) == {"identity_kind"}


@pytest.mark.parametrize(
    ("number", "kind", "born", "sex", "nationality"),
    [(FOREIGN, "553", date(1990, 1, 2), "2", "USA"), (TAIWAN, "820", date(1990, 1, 2), "1", "CHN")],
)
def test_birth_sex_and_nationality_are_read_from_permits(by, number, kind, born, sex, nationality):
    found = fields.clean({"identity": number, "nationality": "CHN"}, today=TODAY)
    assert (found["identity_kind"], found["born"], found["sex"]) == (kind, born, sex)
    assert found["nationality"] == nationality
    now = timezone.now()
    applied(by, [{"姓名": "来客", "身份证号": number, "所属网格": factories.grid_of()}], now)
    person = Person.objects.get(name="来客")
    assert (person.identity_kind, person.born, person.sex, person.nationality) == (kind, born, sex, nationality)
    assert [one.pk for one in lists.by_number(by, number)] == [person.pk]


def test_what_was_indexed_by_kind_is_indexed_anew_and_a_double_is_told(by):
    """The migration: a booklet's number becomes findable; somebody who is there twice waits for a person to look."""
    now = timezone.now()
    booklet = factories.person(by=by, now=now, name="小明", born=BORN, sex="1", sequence=21)
    card = factories.person(by=by, now=now, name="小红", born=BORN, sex="2", sequence=22)
    double = factories.person(by=by, now=now, name="小红", with_identity=False)
    passport = factories.person(
        by=by, now=now, name="约翰", with_identity=False, identity_kind="414", identity="E12345678"
    )
    held = passport.identity_index
    for person, kind, number in ((booklet, "113", CHILD), (double, "990", citizen_number(BORN, "2", 22))):
        Person.objects.filter(pk=person.pk).update(
            identity_kind=kind,
            identity_sealed=vault.seal(number, vault.IDENTITY),
            identity_index=vault.index(f"{kind}:{number}", vault.IDENTITY),
        )
    import_module("linli.register.people.migrations.0009_one_number_one_person").reindex(apps, None)
    booklet.refresh_from_db()
    passport.refresh_from_db()
    assert (booklet.identity_kind, booklet.identity_index) == ("111", fields.identity_index("111", CHILD))
    assert passport.identity_index == held
    told = Correction.objects.get()
    assert told.person_id == double.pk
    assert str(card.pk) in json.loads(vault.unseal(told.proposed_sealed, vault.CORRECTION))["note"]
    assert Person.objects.filter(name="小红").count() == 2
