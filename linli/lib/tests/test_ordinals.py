"""Numbers in front of rows, as forms print them."""

import io

import docx
import openpyxl
import pytest

from linli.lib.filling import Block, fill
from linli.lib.filling.ordinals import read


@pytest.mark.parametrize(
    "printed", ["1", "01", "（1）", "1、", "3.", "一", "十二", "二十", "（三）", "①", "⑳", "㉑", "㊿"]
)
def test_what_is_read_is_written_again(printed):
    assert str(read(printed)) == printed


@pytest.mark.parametrize("text", ["", "一月", "十一十", "零", "1-1", "填表人", "一二", "第一季度", "12345678"])
def test_what_is_no_number_is_none(text):
    assert read(text) is None


def test_they_go_on():
    assert [str(read("八").moved(by)) for by in range(5)] == ["八", "九", "十", "十一", "十二"]
    assert str(read("⑳").moved(1)) == "㉑"
    assert str(read("㊿").moved(1)) == "51"
    assert str(read("09").moved(1)) == "10"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (["一", "二", "三"], ["一", "二", "三", "四", "五"]),
        (["①", "②", "③", "④", "⑤", "⑥", "⑦"], ["①", "②", "③", "④", "⑤", "⑥", "⑦"]),
        (["1、", "2、"], ["1、", "2、", "3、", "4、", "5、"]),
        (["001", "002"], ["001", "002", "003", "004", "005"]),
        ([1, 2], [1, 2, 3, 4, 5]),
    ],
)
def test_numbered_rows_are_used_first_and_the_numbers_go_on(tmp_path, printed, expected):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["序号", "姓名"])
    for number in printed:
        page.append([number])
    page.append(["填表人："])
    out = io.BytesIO()
    book.save(out)
    path = tmp_path / "filled.xlsx"
    fill(out.getvalue(), path, name="x.xlsx", blocks=[Block(page.title, 2, [[None, name] for name in "甲乙丙丁戊"])])
    got = [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2)]
    assert [row[0] for row in got[: len(expected)]] == expected
    assert [row[1] for row in got[:5]] == list("甲乙丙丁戊")
    assert got[len(expected)][0] == "填表人："


def test_those_of_a_document_go_on_too(tmp_path):
    book = docx.Document()
    table = book.add_table(rows=4, cols=2)
    for row, text in enumerate(["序号", "一", "二", "三"]):
        table.cell(row, 0).text = text
    table.cell(0, 1).text = "姓名"
    out = io.BytesIO()
    book.save(out)
    path = tmp_path / "filled.docx"
    fill(out.getvalue(), path, name="x.docx", blocks=[Block("表1", 2, [[None, name] for name in "甲乙丙丁戊"])])
    got = [[cell.text for cell in row.cells] for row in docx.Document(path).tables[0].rows]
    assert got[1:] == [list(pair) for pair in zip("一二三四五", "甲乙丙丁戊", strict=True)]
