"""Columns of real sheets are matched to the fields of a person."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.citizen_id import read
from linli.lib.days import read_day
from linli.lib.sheets import (
    SENTENCES,
    SheetRefused,
    find_header,
    is_damaged_number,
    is_header_again,
    is_noise,
    open_sheet,
)
from linli.register.people.headings import BY_NAME, FIELDS, chosen, is_known, signature
from linli.register.people.headings import read as read_headings
from linli.register.people.importing.refusals import SENTENCES as TRANSLATED
from linli.register.people.importing.refusals import translated
from linli.register.people.tests.sheets.make import HERE, MADE, SHEETS, make


def fields(names, sample=()):
    return {column: found.key for column, found in chosen(read_headings(names, sample)).items()}


def opened(name):
    """Header, rows of people and the others of one of the five sheets."""
    book = open_sheet(HERE / name, original_name=name)
    rows = list(book.rows(book.sheets[0].name))
    header = find_header(rows, is_known)
    data = [(number, cells) for number, cells in rows if number >= header.data_from]
    people = [cells for _number, cells in data if not is_noise(cells) and not is_header_again(cells, header)]
    found = {key: column for column, key in reversed(fields(header.names, people).items())}
    return header, people, len(data) - len(people), found


def column(people, at):
    return [cells[at] if at < len(cells) else "" for cells in people]


def test_every_synonym_is_of_one_field():
    seen = {}
    for field in FIELDS:
        for word in field.synonyms:
            assert seen.setdefault(word, field.name) == field.name, word
            assert is_known(word)
    assert [field.name for field in FIELDS if field.needed] == ["name"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("姓  名*", "name"),
        ("公民身份号码", "identity"),
        ("身份证号码（必填）", "identity"),
        ("身 份 证 号", "identity"),
        ("与户主\n关系", "relation"),
        ("户主身份证号", "head_identity"),
        ("联系电话：", "phone"),
        ("联系电话（手机优先）", "phone"),
        ("户籍地址/街道", "registered_address"),
        ("基本情况/婚姻状况", "marital"),
        ("现居住详细地址", "address"),
        ("是否低保户", "tag:low_income"),
        ("残疾等级", "tag:disabled.level"),
        ("特殊人群类别", "tags"),
        ("问题", "serial"),
        ("所属网格名称", "grid"),
    ],
)
def test_headings_are_understood(name, field):
    assert fields([name]) == {0: field}


def test_one_column_per_field_and_the_surest_one():
    assert fields(["户籍地址/街道", "户籍地址/详址", "联系方式", "手机号码"]) == {1: "registered_address", 2: "phone"}
    assert fields(["是否残疾", "残疾等级", "残疾类别", "残疾人"]) == {
        0: "tag:disabled", 1: "tag:disabled.level", 2: "tag:disabled.kind", 3: "tag:disabled",
    }  # fmt: skip


def test_columns_without_names_are_told_by_what_is_in_them():
    sample = [["32010519580302991X", "13912345678", "男", "1958-3-2", "莫愁新寓3幢2单元301室", "x"]] * 5
    found = chosen(read_headings([""] * 6, sample))
    assert {at: (one.key, one.why) for at, one in found.items() if one.sure} == {
        0: ("identity", "content"),
        1: ("phone", "content"),
        2: ("sex", "content"),
        3: ("born", "content"),
        4: ("address", "content"),
    }
    # A heading that nobody understands means something: people are asked.
    (strange,) = read_headings(["甲"], [["1.1010519491231E+17"]] * 3)
    assert (strange.key, strange.sure) == ("identity", False)
    assert fields(["甲"], [["13912345678"], ["x"], ["y"]]) == {}


def test_signatures_forgive_spaces_but_not_another_place():
    assert signature(["姓 名", "身份证号*"]) == signature(["姓名", "身份证号", ""])
    assert signature(["问题", "姓名", "身份证号"]) != signature(["姓名", "身份证号"])
    assert signature(["姓名", "性别"]) != signature(["性别", "姓名"])
    assert len(signature([])) == 64


@given(st.lists(st.text(max_size=20), max_size=8), st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=4))
def test_no_sheet_breaks_it(names, sample):
    found = chosen(read_headings(names, sample))
    assert all(one.field in BY_NAME and 0 < one.score <= 100 for one in found.values())
    single = [one.key for one in found.values() if not BY_NAME[one.field].several and one.key != "worker"]
    assert len(single) == len(set(single))
    signature(names)


def test_every_refusal_has_a_translated_sentence():
    assert {code: str(text) for code, text in TRANSLATED.items()}.keys() == SENTENCES.keys()
    refused = translated(SheetRefused("macros"))
    assert (refused.code, refused.status) == ("macros", 422)
    assert refused.message is TRANSLATED["macros"]


def test_the_register_of_households():
    header, people, others, found = opened("户籍底册.xlsx")
    assert (header.first, header.last, len(people), others) == (3, 4, 45, 2)
    assert {"name", "identity", "relation", "household_number", "head_name", "address", "registered_address", "born",
            "marital", "education", "ethnic", "sex", "note"} <= found.keys()  # fmt: skip
    assert "" not in column(people, found["household_number"]) + column(people, found["address"])
    assert len(set(column(people, found["household_number"]))) == 16
    for number, born in zip(column(people, found["identity"]), column(people, found["born"]), strict=True):
        assert read(number, today=MADE.date()).born.isoformat() == born


def test_the_list_of_people_from_elsewhere():
    _header, people, others, found = opened("流动人口登记.csv")
    assert (len(people), others) == (40, 0)
    days = [read_day(text, today=MADE.date()) for text in column(people, found["born"])]
    assert days.count(None) == 1
    wrong = [number for number in column(people, found["identity"]) if read(number, today=MADE.date()) is None]
    assert len(wrong) == 1


def test_the_ledger_of_benefits():
    _header, people, _others, found = opened("低保残疾台账.xlsx")
    numbers = column(people, found["identity"])
    assert sum(map(is_damaged_number, numbers)) == 6
    assert {
        "tag:low_income",
        "tag:disabled.kind",
        "tag:disabled.level",
        "tag:living_alone",
        "tag:party_member",
        "tags",
    } <= found.keys()
    assert "#REF!" not in {cell for cells in people for cell in cells}


def test_the_rounds_of_the_grid_worker():
    _header, people, others, found = opened("网格员摸排表.csv")
    assert (len(people), others) == (41, 1)
    assert {"estate", "building", "entrance", "room", "grid", "match", "kind"} <= found.keys()
    assert "" in column(people, found["identity"])


def test_the_list_of_elders():
    _header, people, others, found = opened("老年人花名册.xlsx")
    assert (len(people), others) == (45, 5)
    assert "age" in found
    assert all(read(number, today=MADE.date()) for number in column(people, found["identity"]))
    names = column(people, found["name"])
    assert sum(name.startswith(("=", "+")) for name in names) == 2


def test_the_sheets_are_those_that_the_script_makes(tmp_path):
    make(tmp_path)
    for name in SHEETS:
        again = open_sheet(tmp_path / name, original_name=name)
        kept = open_sheet(HERE / name, original_name=name)
        for sheet in kept.sheets:
            assert list(islice(again.rows(sheet.name), 100)) == list(islice(kept.rows(sheet.name), 100))
        assert (HERE / name).stat().st_size < 200_000
