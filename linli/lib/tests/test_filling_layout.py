"""Whatever a form has beside its rows is still there when it is filled, and follows the rows."""

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Border, Side
from PIL import Image
from python_calamine import CalamineWorkbook

from linli.lib.filling import Block, Cells, NotAForm, fill

LINE = Side(style="thin")
# What openpyxl cannot read is the reason why forms are not written by it.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def rich_form() -> bytes:
    """A form with nearly everything that a spreadsheet can have: four numbered rows (3 to 6), a total, a signature."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page, other = book.add_worksheet("表"), book.add_worksheet("汇总 表")
    line, bold = book.add_format({"border": 1}), book.add_format({"bold": 1})
    day = book.add_format({"border": 1, "num_format": 'yyyy"年"m"月"d"日"'})
    page.merge_range("A1:G1", "标题", line)
    for column, name in enumerate(("序号", "姓名", "日期", "数", "倍数", "是否", "备注")):
        page.write(1, column, name, line)
    for row in range(2, 6):
        page.set_row(row, 25, None, {"level": 1})
        page.write(row, 0, row - 1, line)
        for column, look in ((1, line), (2, day), (3, line)):
            page.write_blank(row, column, None, look)
        page.write_formula(row, 4, f"=D{row + 1}*2+COUNTIF($D$3:$D$6,D{row + 1})*0", line, 77)
        page.write_rich_string(row, 5, "□", bold, "是", " □否", line)
        page.write_blank(row, 6, None, line)
    page.write("A7", "合计", line)
    page.write_formula("D7", "=SUM(D3:D6)", line, 999)
    page.write_formula("E7", '=SUM(E3:E6)&"D3:D6"', line, "旧")
    page.write_array_formula("F7:F7", "{=SUM(D3:D6*E3:E6)}", line, 5)
    page.merge_range("A9:F9", "审核人：")
    page.insert_textbox("B11", "注意事项")
    page.write_comment("A9", "签字")
    page.write_comment("B3", "填姓名")
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(picture, "PNG")
    page.insert_image("D10", "章.png", {"image_data": picture})
    page.insert_button("E12", {"caption": "按"})
    page.write_url("A12", "internal:'表'!A9", string="回到签字")
    page.print_area("A1:G12")
    page.repeat_rows(0, 1)
    page.autofilter("A2:G6")
    page.freeze_panes(2, 0)
    page.set_h_pagebreaks([4, 8])
    page.protect("x")
    page.unprotect_range("B3:D6", "填报区")
    page.ignore_errors({"number_stored_as_text": "B3:B6"})
    page.set_footer("&C第 &P 页")
    page.data_validation("D3:D6", {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": "=$D$7"})
    page.conditional_format("D3:D6", {"type": "formula", "criteria": "=$D3>$D$7/2", "format": bold})
    page.conditional_format("E3:E6", {"type": "data_bar", "data_bar_2010": True})
    page.set_column("G:G", 12, None, {"hidden": True})
    other.write_formula("B1", "='表'!D7", None, 5)
    other.write_formula("B2", "=SUM(表!D3:D6)+COUNTA('表'!$B$3:$B$6)", None, 5)
    other.write_formula("B3", "=SUM(数据)", None, 1)
    other.data_validation("C1", {"validate": "list", "source": "=表!$B$3:$B$6"})
    other.add_sparkline("A5", {"range": "表!D3:D6"})
    book.define_name("数据", "=表!$D$3:$D$6")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表!$D$3:$D$6", "categories": "=表!$B$3:$B$6"})
    other.insert_chart("D5", chart)
    book.close()
    return out.getvalue()


def rows(count):
    return [(None, f"张{n}", date(1950, 3, 2), n) for n in range(count)]


@pytest.fixture
def parts(tmp_path):
    """Fill the rich form with ten rows, six more than it has: name of a part → its text."""
    out = tmp_path / "out.xlsx"
    block = Block("表", 3, rows(10))
    filled = fill(rich_form(), out, blocks=[block], about=[["栏目", "来源"]], about_name="数据来源")
    assert filled.notes == ()
    openpyxl.load_workbook(out)
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_rows_look_alike_and_have_what_every_row_has(parts):
    sheet = parts["xl/worksheets/sheet1.xml"]
    lines = re.findall(r'<row r="(\d+)"([^>]*)>(.*?)</row>', sheet)
    answers = [(int(row), look, cells) for row, look, cells in lines if 3 <= int(row) <= 12]
    assert [row for row, _look, _cells in answers] == list(range(3, 13))
    assert {look for _row, look, _cells in answers} == {' ht="24.75" customHeight="1" outlineLevel="1"'}
    for row, _look, cells in answers:
        assert f'<c r="A{row}" s="1"><v>{row - 2}</v></c>' in cells
        assert f"<f>D{row}*2+COUNTIF($D$3:$D$12,D{row})*0</f>" in cells
        assert f'<c r="C{row}" s="2"><v>18324</v></c>' in cells, "shown as a day by the form's own format"
        assert re.search(rf'<c r="F{row}" s="1" t="s"><v>\d+</v></c>', cells), "boxes to tick, in their rich text"
    assert "<v>77</v>" not in sheet
    assert "<v>999</v>" not in sheet


def test_what_names_cells_follows(parts):
    sheet = parts["xl/worksheets/sheet1.xml"]
    for text in (
        "<f>SUM(D3:D12)</f>", '<f>SUM(E3:E12)&amp;"D3:D6"</f>', '<f t="array" ref="F13">SUM(D3:D12*E3:E12)</f>',
        '<mergeCell ref="A15:F15"/>', '<autoFilter ref="A2:G12"/>', "<formula>$D3&gt;$D$13/2</formula>",
        "<formula2>$D$13</formula2>", 'location="\'表\'!A15"', '<hyperlink ref="A18"', '<brk id="4"', '<brk id="14"',
        '<protectedRange sqref="B3:D12"', 'sqref="B3:B12"', '<sheetProtection password="CEBA"', 'hidden="1"',
        '<conditionalFormatting sqref="D3:D12">', 'sqref="D3:D12"', "<xm:sqref>E3:E12</xm:sqref>", "&amp;C第 &amp;P 页",
    ):  # fmt: skip
        assert text in sheet, text
    book = parts["xl/workbook.xml"]
    for text in ("表!$A$2:$G$12<", "表!$A$1:$G$18<", "表!$1:$2<", "表!$D$3:$D$12<", 'fullCalcOnLoad="1"'):
        assert text in book, text
    other = parts["xl/worksheets/sheet2.xml"]
    for text in (
        "<f>'表'!D13</f>", "<f>SUM(表!D3:D12)+COUNTA('表'!$B$3:$B$12)</f>", "<f>SUM(数据)</f>",
        "<formula1>表!$B$3:$B$12</formula1>", "<xm:f>表!D3:D12</xm:f>",
    ):  # fmt: skip
        assert text in other, text
    assert "表!$D$3:$D$12" in parts["xl/charts/chart1.xml"]


def test_what_is_drawn_goes_with_its_rows(parts):
    drawing = parts["xl/drawings/drawing1.xml"]
    assert re.findall(r"<xdr:row>(\d+)</xdr:row>", drawing)[:2] == ["15", "16"], "the picture keeps its height"
    assert "注意事项" in drawing
    assert "moved" not in drawing
    assert {"A15", "B3"} == set(re.findall(r'<comment ref="(\w+)"', parts["xl/comments1.xml"]))
    assert {"14", "2"} <= set(re.findall(r"<x:Row>(\d+)</x:Row>", parts["xl/drawings/vmlDrawing1.vml"]))
    assert "xl/media/image1.png" in parts


def test_the_page_about_the_source_disturbs_nothing(parts):
    assert re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', parts["xl/workbook.xml"]) == [
        ("表", "1"), ("汇总 表", "2"), ("数据来源", "3"),
    ]  # fmt: skip
    assert "<vt:i4>3</vt:i4>" in parts["docProps/app.xml"]
    assert parts["docProps/app.xml"].index("数据来源") < parts["docProps/app.xml"].index("Print_Area")


def test_parts_that_nothing_touches_stay_byte_for_byte(tmp_path):
    out = tmp_path / "out.xlsx"
    form = rich_form()
    fill(form, out, blocks=[Block("表", 3, rows(10))])
    with zipfile.ZipFile(io.BytesIO(form)) as before, zipfile.ZipFile(out) as after:
        assert set(before.namelist()) == set(after.namelist())
        for name in ("xl/styles.xml", "xl/theme/theme1.xml", "xl/media/image1.png", "docProps/core.xml"):
            assert before.read(name) == after.read(name), name


def small(tmp_path, build, at_row=2, values=((1,), (2,), (3,)), sheet="Sheet", **more):
    """Fill what `build` makes of an empty sheet with a header in its first row; (page, filled)."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["数", "倍", "说明"])
    build(page)
    made, out = io.BytesIO(), tmp_path / "out.xlsx"
    book.save(made)
    filled = fill(made.getvalue(), out, blocks=[Block(sheet, at_row, values)], **more)
    return openpyxl.load_workbook(out)[sheet], filled


def column(page, letter):
    return [cell.value for cell in page[letter]]


def test_a_running_total_and_a_share_stay_what_they_are(tmp_path):
    def build(page):
        for row in (2, 3):
            page.append([None, f"=SUM(A$2:A{row})", f"=A{row}/A$4"])
        page.append(["=SUM(A2:A3)", "=MAX(B2:B3)"])

    page, _filled = small(tmp_path, build, values=((1,), (2,), (3,), (4,)))
    assert column(page, "A") == ["数", 1, 2, 3, 4, "=SUM(A2:A5)"]
    assert column(page, "B")[1:] == ["=SUM(A$2:A2)", "=SUM(A$2:A3)", "=SUM(A$2:A4)", "=SUM(A$2:A5)", "=MAX(B2:B5)"]
    assert column(page, "C")[1:5] == [f"=A{row}/A$6" for row in range(2, 6)]


def test_numbers_that_are_reckoned_go_on(tmp_path):
    def build(page):
        page.append([None, 1, "=ROW()-1"])
        page.append([None, "=B2+1", "=ROW()-1"])
        page.append(["合计"])

    page, _filled = small(tmp_path, build, values=((7,), (8,), (9,), (9,)))
    assert column(page, "B")[1:5] == [1, "=B2+1", "=B3+1", "=B4+1"]
    assert column(page, "C")[1:5] == ["=ROW()-1"] * 4
    assert column(page, "A")[5] == "合计"


def test_every_second_row_is_painted_in_turn_and_the_last_closes_the_table(tmp_path):
    thick = Side(style="thick")

    def build(page):
        for row in range(2, 8):
            for at in (1, 2, 3):
                page.cell(row, at).border = Border(LINE, LINE, LINE, thick if row == 7 else LINE)
                if row % 2:
                    page.cell(row, at).fill = openpyxl.styles.PatternFill("solid", "DDDDDD")
        page.append(["填表人"])

    page, _filled = small(tmp_path, build, values=[(n,) for n in range(11)])
    assert [page.cell(row, 1).fill.fill_type for row in range(2, 12)] == [None, "solid"] * 5
    assert [page.cell(row, 1).border.bottom.style for row in (7, 11, 12)] == ["thin", "thin", "thick"]
    assert page["A13"].value == "填表人"


def test_a_row_without_borders_or_merged_otherwise_is_no_row_for_answers(tmp_path):
    def build(page):
        for row in (2, 3):
            for at in (1, 2, 3):
                page.cell(row, at).border = Border(LINE, LINE, LINE, LINE)
        page["A5"] = "填表人"

    page, _filled = small(tmp_path, build)
    assert [page.cell(row, 1).border.left.style for row in range(2, 6)] == ["thin", "thin", "thin", None]
    assert page["A6"].value == "填表人"


def test_a_heading_without_a_row_below_it_lends_its_borders(tmp_path):
    def build(page):
        for cell in page[1]:
            cell.border, cell.font = Border(LINE, LINE, LINE, LINE), openpyxl.styles.Font(bold=True)

    page, _filled = small(tmp_path, build)
    assert [page.cell(row, 3).border.left.style for row in range(1, 6)] == ["thin"] * 4 + [None]
    assert [page.cell(row, 1).font.bold for row in range(1, 4)] == [True, False, False]


def test_cells_merged_in_each_row_are_merged_in_the_new_ones(tmp_path):
    def build(page):
        for row in (2, 3):
            page.merge_cells(start_row=row, end_row=row, start_column=2, end_column=3)
        page["A4"] = "填表人"
        page.merge_cells("A4:C4")

    page, _filled = small(tmp_path, build, values=[(n, "x") for n in range(4)])
    assert {str(one) for one in page.merged_cells.ranges} == {"B2:C2", "B3:C3", "B4:C4", "B5:C5", "A6:C6"}


def test_a_label_beside_all_rows_grows_and_one_over_values_is_split(tmp_path):
    def build(page):
        page["A2"], page["A5"] = "一、基本情况", "填表人"
        page.merge_cells("A2:A4")
        page.merge_cells("C2:C4")

    page, filled = small(tmp_path, build, values=[(None, n, n) for n in range(5)])
    assert [str(one) for one in page.merged_cells.ranges] == ["A2:A6"]
    assert column(page, "C")[1:6] == [0, 1, 2, 3, 4]
    assert [(note.code, note.where) for note in filled.notes] == [("merge_split", "C2:C4")]


def test_single_cells_go_with_the_rows_and_never_into_a_formula(tmp_path):
    def build(page):
        page.append([None])
        page["A3"], page["B3"], page["A6"] = "合计", "=SUM(A2:A2)", "填表人"
        page.merge_cells("B6:C6")

    cells = Cells("Sheet", {"C6": "=王", "B3": 5, "C1": "", "E9": date(2026, 1, 2)})
    page, filled = small(tmp_path, build, values=[(n,) for n in range(5)], cells=[cells])
    assert page["B7"].value == "=SUM(A2:A6)"
    assert (page["B10"].value, page["B10"].data_type) == ("=王", "s")
    assert page["E13"].value == "2026-01-02"
    assert [note.code for note in filled.notes] == ["formula_kept"]
    assert page["C1"].value is None
    assert str(filled.notes[0]) == "Sheet B3: the form calculates this cell itself; its formula was kept."


def test_formulas_in_other_words_are_not_touched_inside_texts_and_names(tmp_path):
    def build(page):
        page.append([None, None])
        page["A3"], page["B3"] = (
            "合计",
            '=IF(A3="A3:A9",SUM(A2:A2),INDEX(A2:A2,1))&"B3"&Z99&A3:INDEX(B:B,3)&SUM(Sheet!A2:Sheet!A2)',
        )
        page["A5"] = '=HYPERLINK("#Sheet!A3",A3)'

    page, _filled = small(tmp_path, build)
    assert page["B5"].value == '=IF(A5="A3:A9",SUM(A2:A4),INDEX(A2:A4,1))&"B3"&Z101&A5:INDEX(B:B,3)&SUM(Sheet!A2:A4)'
    assert page["A7"].value == '=HYPERLINK("#Sheet!A3",A5)'


def test_a_sum_that_leaves_out_rows_of_the_form_is_told(tmp_path):
    def build(page):
        for row in (2, 3, 4):
            page.cell(row, 2, row - 1)
        page.append(["=SUM(A2:A3)"])

    _page, filled = small(tmp_path, build, values=[(n,) for n in range(6)])
    assert [note.code for note in filled.notes] == ["short_range"]


def test_a_sum_over_several_sheets_is_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一月"
    book.active.append(["数"])
    book.active["A3"] = "填表人"
    book.create_sheet("二月")
    book.create_sheet("合计")["A1"] = "=SUM(一月:二月!A3)"
    made, out = io.BytesIO(), tmp_path / "out.xlsx"
    book.save(made)
    filled = fill(made.getvalue(), out, blocks=[Block("一月", 2, [(1,), (2,)])])
    assert [(note.code, note.sheet) for note in filled.notes] == [("several_sheets", "合计")]


def test_two_blocks_of_a_sheet(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    for row, value in {1: "甲", 3: "合计甲", 5: "乙", 7: "合计乙"}.items():
        page.cell(row, 1, value)
    page["B3"], page["B7"], page["C7"] = "=SUM(B2:B2)", "=SUM(B6:B6)", "=B3+B7"
    made, out = io.BytesIO(), tmp_path / "out.xlsx"
    book.save(made)
    blocks = [Block("Sheet", 6, [(None, n) for n in range(3)]), Block("Sheet", 2, [(None, n) for n in range(4)])]
    assert fill(made.getvalue(), out, blocks=blocks).rows == {"Sheet": 7}
    page = openpyxl.load_workbook(out)["Sheet"]
    assert column(page, "A") == ["甲", None, None, None, None, "合计甲", None, "乙", None, None, None, "合计乙"]
    assert column(page, "B") == [None, 0, 1, 2, 3, "=SUM(B2:B5)", None, None, 0, 1, 2, "=SUM(B9:B11)"]
    assert page["C12"].value == "=B6+B12"


def test_a_sheet_as_other_writers_make_it(tmp_path):
    """Prefixed names, cells without places, formulas that are shared, an order of reckoning."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>数</x:t></x:is></x:c><x:c/></x:row>'
        '<x:row><x:c/><x:c><x:f t="shared" ref="B2:B4" si="0">A2*2</x:f><x:v>8</x:v></x:c></x:row>'
        '<x:row><x:c/><x:c><x:f t="shared" si="0"/><x:v>8</x:v></x:c></x:row>'
        '<x:row><x:c/><x:c><x:f t="shared" si="0"/><x:v>8</x:v></x:c></x:row>'
        "<x:row><x:c><x:f>SUM(A2:A4)</x:f><x:v>9</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    form = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(rich_form())) as given, zipfile.ZipFile(form, "w") as made:
        for name in given.namelist():
            content = given.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = sheet.encode()
            elif name.endswith("sheet1.xml.rels"):
                continue
            elif name == "xl/_rels/workbook.xml.rels":
                relation = '<Relationship Id="rId99" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>'
                content = content.replace(b"</Relationships>", relation.encode())
            elif name == "[Content_Types].xml":
                content = content.replace(
                    b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="application/xml"/></Types>'
                )
            made.writestr(name, content)
        made.writestr("xl/calcChain.xml", "<calcChain/>")
    out = tmp_path / "out.xlsx"
    fill(form.getvalue(), out, blocks=[Block("表", 2, [(n,) for n in range(5)])])
    page = openpyxl.load_workbook(out)["表"]
    assert column(page, "B")[1:] == [*(f"=A{row}*2" for row in range(2, 7)), None]
    assert page["A7"].value == "=SUM(A2:A6)"
    assert CalamineWorkbook.from_path(str(out)).get_sheet_by_name("表").to_python()[1][0] == 0
    with zipfile.ZipFile(out) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
        assert b"calcChain" not in archive.read("[Content_Types].xml") + archive.read("xl/_rels/workbook.xml.rels")


def test_a_table_with_a_name_grows(tmp_path):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("表")
    columns = [{"header": "数", "total_function": "sum"}, {"header": "倍", "formula": "=[@数]*2"}]
    page.add_table("A1:B4", {"columns": columns, "total_row": True, "name": "登记"})
    page.write("D1", "x")
    book.close()
    path = tmp_path / "out.xlsx"
    fill(out.getvalue(), path, blocks=[Block("表", 2, [(n,) for n in range(6)])])
    page = openpyxl.load_workbook(path)["表"]
    assert page.tables["登记"].ref == "A1:B8"
    assert page.tables["登记"].autoFilter.ref == "A1:B7"
    assert [cell.value for cell in page["B"]][1:7] == [page["B2"].value] * 6
    assert page["A8"].value.startswith("=SUBTOTAL(109,")


def old(name: str) -> bytes:
    """Something that begins as old office files do, with a stream of this name."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return head + name.encode("utf-16-le") + b"\0" * 512


def packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "wrong_type"),
        ("姓名,年龄".encode(), "wrong_type"),
        (b"PK\x03\x04 broken", "damaged"),
        (rich_form()[:-400], "damaged"),
        (old("WordDocument"), "old_word"),
        (old("Workbook"), "old_excel"),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<a/>"}), "open_document"),
        (packed(a="1"), "wrong_type"),
    ],
)
def test_what_cannot_be_filled_says_why(tmp_path, content, code):
    with pytest.raises(NotAForm) as why:
        fill(content, tmp_path / "out.xlsx", blocks=[Block("表", 3, rows(1))])
    assert why.value.code == code
    assert str(why.value).endswith(".")


def test_macros_are_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(rich_form())) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name))
        made.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(NotAForm) as why:
        fill(out.getvalue(), tmp_path / "out.xlsm", blocks=[])
    assert why.value.code == "macros"
