"""Workbooks hold what was given to them, as text where it is text, and nothing that runs."""

import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from linli.lib import workbooks
from linli.lib.workbooks import Column, Stamp, clean, safe, write

STAMP = Stamp(
    "人员台账", "导出说明", [("导出人", "王小明"), ("条件", "=cmd|' /C calc'!A0")], "王小明 & 2026-11-23 No.7"
)
COLUMNS = [
    Column("_linli", hidden=True),
    Column("姓名"),
    Column("身份证号", width=22),
    Column("出生日期", "day"),
    Column("人数", "number"),
    Column("性别", "code", choices=["男", "女"]),
]


def rows_of(path, sheet=0):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def test_numbers_of_documents_stay_text_and_days_stay_days(tmp_path):
    path = tmp_path / "a.xlsx"
    row = ["p:7:3", "张秀兰", "320105195803020028", date(1958, 3, 2), 3, "女"]
    assert write(path, columns=COLUMNS, rows=[row], stamp=STAMP) == 1
    head, first = rows_of(path)
    assert head == ["_linli", "姓名", "身份证号", "出生日期", "人数", "性别"]
    assert first == ["p:7:3", "张秀兰", "320105195803020028", date(1958, 3, 2), 3, "女"]


def test_the_last_sheet_and_every_page_say_who_took_it(tmp_path):
    path = tmp_path / "a.xlsx"
    write(path, columns=COLUMNS, rows=[], stamp=STAMP)
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["人员台账", "代码", "导出说明"]
    assert rows_of(path, 2)[0] == ["导出人", "王小明"]
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "王小明 &amp;&amp; 2026-11-23 No.7" in sheet
        assert 'hidden="1"' in sheet
        assert "dataValidation" in sheet
        assert "<pane" in sheet
        assert "autoFilter" in sheet


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x")', "{=1}"])
def test_no_text_becomes_a_formula_or_a_link(tmp_path, text):
    path = tmp_path / "a.xlsx"
    write(path, columns=[Column(text), Column("b", "number"), Column("c", "day")], rows=[[text] * 3], stamp=STAMP)
    assert rows_of(path)[1] == [text] * 3
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)
            assert b"hyperlink" not in book.read(name)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_every_text_can_be_written(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    assert write(path, columns=[Column("x")], rows=[[text] for text in texts], stamp=STAMP) == len(texts)
    rows_of(path)


def test_a_full_sheet_goes_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    path = tmp_path / "a.xlsx"
    assert write(path, columns=[Column("x")], rows=[["1"], ["2"], ["3"]], stamp=STAMP) == 3
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["人员台账", "人员台账 2", "导出说明"]
    assert rows_of(path, 1) == [["x"], ["3"]]


def test_what_fails_half_way_leaves_no_temporary_files(tmp_path):
    def rows():
        yield ["1"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.xlsx", columns=[Column("x")], rows=rows(), stamp=STAMP)
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1", "\u3000＝1"])
def test_no_cell_of_a_csv_is_a_formula(cell):
    assert safe(cell) == f"'{cell}"


def test_ordinary_cells_stay_as_they_are():
    assert safe("楼道=堵塞") == "楼道=堵塞"
    assert safe("") == ""
    assert clean("a\x00b\ud800") == "ab"
