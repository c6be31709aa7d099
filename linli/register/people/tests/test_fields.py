"""Reading typed values: one form for each, contradictions said at their field, and never an error of ours."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.lib.errors import Invalid
from linli.register.people.actions import fields
from linli.register.people.models import Person
from linli.register.people.tests.factories import citizen_number

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
BORN = date(1958, 3, 2)
NUMBER = citizen_number(BORN)


def clean(known=None, **typed):
    return fields.clean(typed, today=TODAY, known=known)


def refused(known=None, **typed):
    with pytest.raises(Invalid) as refusal:
        clean(known, **typed)
    return set(refusal.value.fields)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  张 秀兰\u200b ", "张 秀兰"),
        ("sex", "女", "2"),
        ("sex", "", "0"),
        ("sex", "２", "2"),
        ("ethnic", "汉", "01"),
        ("ethnic", "1", "01"),
        ("education", "本科", "20"),
        ("political", "", ""),
        ("phone", "+86 199-0000-1111", "19900001111"),
        ("phone", "025-8663 1234", "02586631234"),
        ("phone", "", ""),
        ("phone", None, ""),
        ("nationality", "chn", "CHN"),
        ("nationality", "中国", "CHN"),
        ("nationality", "", "CHN"),
        ("nationality", "美国", "USA"),
        ("nationality", "840", "USA"),
        ("nationality", "us", "USA"),
        ("registered_area", "320105", "320105"),
        ("registered_area", "320105000000", "320105"),
        ("registered_area", "320105-001-001", "320105001001"),
        ("registered_area", "320105 江苏省南京市建邺区", "320105"),
        ("registered_area", "建邺区", "320105"),
        ("registered_area", "南京市白下区", "320103"),
        ("registered_area", "", ""),
        ("born", "1958-03-02", BORN),
        ("born", "１９５８-03-02", BORN),
        ("born", datetime(1958, 3, 2, 8, 0), BORN),
        ("born", "", None),
    ],
)
def test_values_come_to_one_form(field, typed, kept):
    assert clean(**{field: typed})[field] == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("sex", "x"),
        ("education", "博士后流动站"),
        ("phone", "12345"),
        ("phone", "199****1111"),
        ("phone", "19900001111/19900002222"),
        ("identity", "3201*************8"),
        ("identity", "1" * 31),
        ("identity", "320105201012031"),
        ("identity", "320105580302999"),
        ("identity", NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")),
        ("born", "1958-02-30"),
        ("born", "2027-01-01"),
        ("born", "1700-01-01"),
        ("nationality", "ßßß"),
        ("nationality", "火星"),
        ("registered_area", "999999"),
        ("registered_area", "32010"),
        ("registered_area", "鼓楼区"),
        ("registered_area", "不知道"),
        ("name", "赵" * 61),
        ("note", "长" * 301),
        ("registered_address", "长" * 201),
        ("area_id", "320105001004"),
        ("status", "dead"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(field, typed):
    assert refused(**{field: typed}) == {field}


def test_everything_wrong_is_said_in_one_round():
    typed = {
        "name": "", "sex": "x", "education": "?", "phone": "12345", "born": "1958-02-30", "nationality": "火星",
        "registered_area": "999999", "identity": "1" * 17, "note": "长" * 301,
    }  # fmt: skip
    assert refused(**typed) == set(typed)
    assert refused(identity=NUMBER, born="1960-01-01", sex="1", phone="12345") == {"born", "sex", "phone"}


@pytest.mark.django_db
def test_a_community_of_a_known_county_must_be_one_of_it(district):
    assert clean(registered_area="320105001001") == {"registered_area": "320105001001"}
    assert refused(registered_area="320105999999") == {"registered_area"}
    assert clean(registered_area="320106999999") == {"registered_area": "320106999999"}


def test_no_message_repeats_a_number():
    for typed in (NUMBER[:17] + "5", "1" * 18, "19900001"):
        with pytest.raises(Invalid) as refusal:
            clean(identity=typed)
        assert typed not in str(dict(refusal.value.fields))


def test_a_citizens_number_decides_birthday_and_sex():
    found = clean(identity=f" {NUMBER[:6]} {NUMBER[6:].lower()}")
    assert (found["identity"], found["identity_kind"], found["born"], found["sex"]) == (NUMBER, "111", BORN, "2")
    assert refused(identity=NUMBER, born="1960-01-01") == {"born"}
    assert refused(identity=NUMBER, sex="1") == {"sex"}
    assert clean(identity=NUMBER, sex="9", born="")["sex"] == "2"


def test_a_known_number_holds_against_a_new_birthday():
    known = {"identity": NUMBER, "identity_kind": "111", "born": BORN, "sex": "2"}
    assert refused(known, born="1960-01-01") == {"born"}
    assert refused(known, sex="1") == {"sex"}
    assert clean(known, born="")["born"] == BORN


def test_a_corrected_number_takes_its_birthday_along():
    known = {"identity": NUMBER, "identity_kind": "111", "born": BORN, "sex": "2"}
    right = citizen_number(date(1959, 4, 3), "1")
    found = clean(known, identity=right)
    assert (found["born"], found["sex"]) == (date(1959, 4, 3), "1")


def test_a_bad_number_from_before_stops_no_other_change():
    known = {
        "identity": NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1"),
        "identity_kind": "111",
        "born": BORN,
        "sex": "2",
    }
    assert clean(known, note="耳背") == {"note": "耳背"}
    assert refused(known, born="1960-01-01") == {"identity"}


def test_without_a_number_there_is_no_kind_of_document():
    assert clean(identity="", identity_kind="414") == {"identity": "", "identity_kind": "000"}
    assert refused(identity="E123", identity_kind="414") == {"identity"}
    assert clean(identity="e1234 5678", identity_kind="护照")["identity"] == "E12345678"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(fields.EDITABLE), st.one_of(st.text(max_size=80), st.none(), st.integers(), st.dates()))
def test_whatever_is_typed_is_kept_clean_or_refused(field, typed):
    try:
        found = clean(**{field: typed})
    except Invalid:
        return
    person = Person()
    for name in sorted(found, key=lambda one: one != "identity_kind"):
        fields.set_plain(person, name, found[name])
        column = Person._meta.get_field(name) if name not in fields.SEALED else None
        if column is not None and column.max_length is not None:
            assert len(getattr(person, name)) <= column.max_length
        assert fields.plain(person, name) == found[name]
        assert "\x00" not in fields.as_text(found[name])
    for derived in ("given", "pinyin", "initials"):
        assert len(getattr(person, derived)) <= Person._meta.get_field(derived).max_length
    # What was cleaned is clean.
    assert clean(**{name: fields.as_text(value) for name, value in found.items()}) == found


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from("12"), st.integers(0, 499))
def test_every_valid_number_is_read(born, sex, sequence):
    found = clean(identity=citizen_number(born, sex, sequence))
    assert (found["born"], found["sex"]) == (born, sex)


def test_the_name_brings_its_pinyin():
    person = Person()
    fields.set_plain(person, "name", "欧阳建国")
    assert (person.given, person.pinyin, person.initials) == ("阳建国", "ouyangjianguo", "oyjg")


def test_a_correction_is_sealed_and_opened():
    sealed = fields.sealed_json({"born": BORN, "phone": "19900001111", "note": ""})
    assert "19900001111" not in sealed
    assert fields.from_sealed_json(sealed) == {"born": "1958-03-02", "phone": "19900001111", "note": ""}
    assert fields.from_sealed_json("") == {}
