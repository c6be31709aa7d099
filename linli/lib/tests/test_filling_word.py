"""The tables of a Word form are read as sheets and filled in their own look."""

import io

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.shared import Pt, RGBColor

from linli.lib.filling import Block, Cells, NotAForm, fill, word_tables


def form(numbered: int = 2) -> bytes:
    """A title, a table with a header of two rows, numbered rows, a total and a merged foot; then a second table."""
    document = Document()
    document.add_paragraph("残疾人情况登记表")
    document.add_paragraph("填报单位：")
    table = document.add_table(rows=2, cols=4, style="Table Grid")
    table.cell(0, 0).merge(table.cell(1, 0)).text = "序号"
    table.cell(0, 1).merge(table.cell(1, 1)).text = "姓名"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "监护人"
    table.cell(1, 2).text, table.cell(1, 3).text = "姓名", "电话"
    for number in range(1, numbered + 1):
        cells = table.add_row().cells
        run = cells[0].paragraphs[0].add_run(str(number))
        run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x11, 0x22, 0x33)
        mark = cells[1].paragraphs[0]._p.get_or_add_pPr()
        look = OxmlElement("w:rPr")
        look.append(OxmlElement("w:b"))
        mark.append(look)
    foot = table.add_row().cells
    foot[0].merge(foot[3]).text = "审核人："
    document.add_paragraph("附：")
    other = document.add_table(rows=2, cols=2)
    other.cell(0, 0).text, other.cell(1, 0).text = "总户数", "总人数"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def texts(path, at=0):
    return [[cell.text for cell in row.cells] for row in Document(str(path)).tables[at].rows]


def test_tables_are_read_as_sheets():
    book = word_tables(form())
    assert [(info.name, info.rows, info.columns) for info in book.sheets] == [("表1", 5, 4), ("表2", 2, 2)]
    assert book.titles == {"表1": ["残疾人情况登记表", "填报单位："], "表2": ["附："]}
    assert list(book.rows("表1"))[:2] == [
        (1, ["序号", "姓名", "监护人", "监护人"]),
        (2, ["序号", "姓名", "姓名", "电话"]),
    ]
    assert list(book.rows("表1", start=5)) == [(5, ["审核人："] * 4)]


def test_more_rows_than_the_form_has(tmp_path):
    out = tmp_path / "out.docx"
    rows = [(None, f"张{n}", None, "138") for n in range(4)]
    filled = fill(
        form(), out, blocks=[Block("表1", 3, rows)], cells=[Cells("表2", {"B1": 12, "B2": 30.0})],
        about=[["截至", "2026-12-01"]], about_name="数据来源",
    )  # fmt: skip
    assert filled.rows == {"表1": 4}
    assert texts(out)[2:] == [[str(n + 1), f"张{n}", "", "138"] for n in range(4)] + [["审核人："] * 4]
    assert texts(out, 1) == [["总户数", "12"], ["总人数", "30"]]
    made = Document(str(out))
    assert [p.text for p in made.paragraphs][-2:] == ["数据来源", "截至　2026-12-01"]
    last = made.tables[0].rows[5].cells
    assert last[0].paragraphs[0].runs[0].font.size == Pt(9), "numbers go on in the look of the form"
    assert last[1].paragraphs[0].runs[0].font.bold, "as the form would have it typed"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_more_rows_than_the_form_has(tmp_path, count):
    out = tmp_path / "out.docx"
    fill(form(), out, blocks=[Block("表1", 3, [(None, f"张{n}") for n in range(count)])])
    assert [row[0] for row in texts(out)[2:]] == ["1", "2", "审核人："]
    assert [row[1] for row in texts(out)[2:4]] == [f"张{n}" for n in range(count)] + [""] * (2 - count)


def test_a_form_without_a_row_for_answers(tmp_path):
    out = tmp_path / "out.docx"
    fill(form(numbered=0), out, blocks=[Block("表1", 3, [("1", "张"), ("2", "李")])])
    assert texts(out)[2:] == [["1", "张", "", ""], ["2", "李", "", ""], ["审核人："] * 4]


@pytest.mark.parametrize(("sheet", "row"), [("表3", 1), ("表1", 9)])
def test_a_place_that_is_not_there(tmp_path, sheet, row):
    with pytest.raises(NotAForm):
        fill(form(), tmp_path / "out.docx", blocks=[Block(sheet, row, [("张",)])])
    with pytest.raises(NotAForm):
        fill(form(), tmp_path / "out.docx", cells=[Cells("表2", {"C9": 1})])
