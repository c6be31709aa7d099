"""Somebody else's form is filled: the rows are where they belong, and everything else is where and as it was."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Border, Font, Side
from python_calamine import CalamineWorkbook

from linli.lib.filling import Block, NotAForm, fill

LINE = Side(style="thin")


def form(blank: int = 3, foot: bool = True) -> bytes:
    """A form as departments send them: a merged title, a header, bordered empty rows, a note and a signature."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "统计表"
    page["A1"] = "某某情况统计表"
    page["A1"].font = Font(size=20, bold=True)
    page.merge_cells("A1:C1")
    for column, name in enumerate(("姓名", "年龄", "是否需要上门"), start=1):
        page.cell(2, column, name)
    for row in range(3, 3 + blank):
        page.row_dimensions[row].height = 30
        for column in range(1, 4):
            page.cell(row, column).border = Border(LINE, LINE, LINE, LINE)
    if foot:
        page.cell(3 + blank, 1, "填表人：")
        page.merge_cells(start_row=3 + blank, end_row=3 + blank, start_column=1, end_column=2)
        page.cell(3 + blank, 3, "（盖章）")
    page.column_dimensions["A"].width = 40
    book.create_sheet("说明")["A1"] = "填写说明"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(tmp_path, rows, content: bytes | None = None, **more):
    path = tmp_path / "out.xlsx"
    count = fill(content or form(), path, blocks=[Block("统计表", 3, rows)], **more).count
    return count, openpyxl.load_workbook(path)


def test_rows_stand_under_the_header_and_the_rest_below_them(tmp_path):
    rows = [(f"张三{n}", 60 + n, None) for n in range(8)]
    count, book = filled(tmp_path, rows)
    page = book["统计表"]
    assert count == 8
    assert [page.cell(3 + n, 1).value for n in range(8)] == [f"张三{n}" for n in range(8)]
    assert [page.cell(3 + n, 2).value for n in range(8)] == [60 + n for n in range(8)]
    assert page.cell(11, 1).value == "填表人："
    assert page.cell(11, 3).value == "（盖章）"
    assert {str(one) for one in page.merged_cells.ranges} == {"A1:C1", "A11:B11"}
    assert page["A1"].value == "某某情况统计表"
    assert page["A1"].font.size == 20
    assert page.column_dimensions["A"].width == 40
    assert page.cell(9, 3).border.left.style == "thin", "also what people fill in keeps the look of the form"
    assert page.row_dimensions[9].height == 30
    assert book["说明"]["A1"].value == "填写说明"


def test_fewer_rows_than_room_leave_the_foot_where_it_was(tmp_path):
    _count, book = filled(tmp_path, [("张三", 70, None)])
    page = book["统计表"]
    assert page.cell(3, 1).value == "张三"
    assert page.cell(6, 1).value == "填表人："


def test_nothing_to_fill_in_leaves_the_form_as_it_was(tmp_path):
    count, book = filled(tmp_path, [])
    assert count == 0
    assert book["统计表"].cell(6, 1).value == "填表人："


def test_a_form_without_rows_below_its_header(tmp_path):
    _count, book = filled(tmp_path, [("张三", 70, "是")], form(blank=0, foot=False))
    assert [cell.value for cell in book["统计表"][3]] == ["张三", 70, "是"]


def test_the_source_stands_on_a_sheet_of_its_own(tmp_path):
    about = [("栏目", "来源"), ("姓名", "=人口登记")]
    _count, book = filled(tmp_path, [("张三", 70, None)], about=about, about_name="说明")
    assert book.sheetnames == ["统计表", "说明", "说明2"]
    assert [cell.value for cell in book["说明2"]["B"]] == ["来源", "=人口登记"]
    assert book["说明2"]["B2"].data_type == "s"


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+86", "<b>&\"'", "320105199001011234", "a\x00b\x1f"])
def test_text_stays_text(tmp_path, text):
    _count, book = filled(tmp_path, [(text, None, None)])
    cell = book["统计表"].cell(3, 1)
    assert cell.data_type in ("s", "inlineStr")
    assert "".join(one for one in text if one.isprintable()) == (cell.value or "")


def test_many_rows_are_packed(tmp_path):
    path = tmp_path / "out.xlsx"
    fill(form(), path, blocks=[Block("统计表", 3, (["张三", 70, "是"] for _n in range(5_000)))])
    with zipfile.ZipFile(path) as made:
        largest = max(made.infolist(), key=lambda part: part.file_size)
    assert largest.file_size > 10 * largest.compress_size


def test_days_are_written_as_people_read_them(tmp_path):
    _count, book = filled(tmp_path, [(date(1950, 3, 2), None, None)])
    assert book["统计表"].cell(3, 1).value == "1950-03-02"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    with pytest.raises(NotAForm):
        fill(content, tmp_path / "out.xlsx", blocks=[Block("统计表", 3, [])])
    with pytest.raises(NotAForm):
        fill(form(), tmp_path / "out.xlsx", blocks=[Block("没有", 3, [])])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.integers(-(10**9), 10**9)), max_size=6), st.integers(0, 4))
def test_another_reader_finds_the_same(tmp_path_factory, rows, blank):
    path = tmp_path_factory.mktemp("form") / "out.xlsx"
    count = fill(form(blank), path, blocks=[Block("统计表", 3, [(*row, "是") for row in rows])]).count
    assert count == len(rows)
    read = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("统计表").to_python(skip_empty_area=False)
    for at, (_text, number) in enumerate(rows):
        assert read[2 + at][1:3] == [number, "是"]
    assert read[2 + max(blank, len(rows))][0] == "填表人："
