"""Cells that spreadsheets show otherwise than a library reads them: as they are shown, or asked."""

import io
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.sheets import SheetRefused, open_sheet
from linli.lib.sheets.cells import UNCOMPUTED
from linli.lib.sheets.runs import Runs
from linli.lib.tests.test_sheets_refused import ole

SOFFICE = shutil.which("soffice")
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(rows: str, *, prefix: str = "", more: str = "", styles: str = "") -> bytes:
    """A workbook of one sheet whose XML is `rows`."""
    colon = f"{prefix}:" if prefix else ""
    named = MAIN.replace("xmlns", f"xmlns:{prefix}") if prefix else MAIN
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        made.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        )
        relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
        made.writestr(
            "_rels/.rels",
            f'<Relationships {relations}><Relationship Id="a" Type="{R}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships {relations}><Relationship Id="a" Type="{R}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="b" Type="{R}/styles" Target="styles.xml"/></Relationships>',
        )
        made.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{R}">{more}<sheets><sheet name="一" sheetId="1" r:id="a"/></sheets></workbook>',
        )
        made.writestr("xl/styles.xml", styles or f"<styleSheet {MAIN}/>")
        made.writestr(
            "xl/worksheets/sheet1.xml",
            f"<{colon}worksheet {named}><{colon}sheetData>{rows}</{colon}sheetData></{colon}worksheet>",
        )
    return out.getvalue()


def prefixed(rows: str, prefix: str) -> str:
    """The same XML with a prefix at every element."""
    return re.sub(r"<(/?)", rf"<\1{prefix}:", rows) if prefix else rows


@pytest.fixture
def opened(tmp_path):
    def make(data: bytes, name: str = "a.xlsx", **given):
        path = tmp_path / name
        path.write_bytes(data)
        return open_sheet(path, original_name=name, **given)

    return make


@pytest.fixture
def cells(opened):
    def read(data: bytes, name: str = "a.xlsx", **given):
        book = opened(data, name, **given)
        return [row for _number, row in book.rows(book.sheets[0].name)]

    return read


INLINE = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>张</t></is></c><c r="B1" t="inlineStr"><v>李</v></c>'
    '<c r="C1" t="inlineStr"><is><r><t>王</t></r><rPh><t>x</t></rPh><r><t>五</t></r></is><v>9</v></c>'
    '<c r="D1" t="inlineStr"><is><t>a&lt;b</t></is><v></v></c></row>'
)


@pytest.mark.parametrize("prefix", ["", "x"])
def test_texts_in_cells_are_read_with_a_value_beside_them(cells, prefix):
    assert cells(xlsx(prefixed(INLINE, prefix), prefix=prefix)) == [["张", "李", "王五", "a<b"]]


FORMULAS = (
    '<row r="1"><c r="A1" t="str"><v>姓名</v></c><c r="B1"><f>X!A1</f><v>7</v></c></row>'
    '<row r="2"><c r="A2"><f>X!A2</f></c><c r="B2"><f>X!A3</f><v></v></c></row>'
    '<row r="3"><c r="A3"><f t="shared" si="0"/></c><c r="B3" t="str"><f>""</f><v></v></c></row>'
    '<row r="4"><c r="A4"><f>X!A4</f><v>0</v></c><c r="B4" t="str"><f>X</f><v>乙</v></c></row>'
)


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("stale", [False, True])
def test_a_formula_without_a_value_asks(opened, prefix, stale):
    rows = (
        FORMULAS.replace("</", "\1").replace("<", f"<{prefix}:").replace("\1", f"</{prefix}:") if prefix else FORMULAS
    )
    more = '<calcPr fullCalcOnLoad="1"/>' if stale else ""
    book = opened(xlsx(rows, prefix=prefix, more=more), formulas=True)
    zero = UNCOMPUTED if stale else "0"
    assert list(book.rows("一")) == [
        (1, ["姓名", "7"]), (2, [UNCOMPUTED, UNCOMPUTED]), (3, [UNCOMPUTED, ""]), (4, [zero, "乙"]),
    ]  # fmt: skip
    assert book.sheets[0].uncomputed == (4 if stale else 3)
    plain = opened(xlsx(rows, prefix=prefix, more=more), "b.xlsx")
    assert all(UNCOMPUTED not in row for _number, row in plain.rows("一"))


def test_a_book_of_another_library_with_formulas_asks(opened):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "=A1"])
    out = io.BytesIO()
    book.save(out)
    (row,) = opened(out.getvalue(), formulas=True).rows("Sheet")
    assert row == (1, ["姓名", UNCOMPUTED])


def formatted(rows, codes) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("一")
        formats = [book.add_format({"num_format": code}) if code else None for code in codes]
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(at, column, value, formats[column])
    return out.getvalue()


def test_zeros_in_front_stay_where_the_form_shows_them(cells):
    data = formatted([["编号", "号", "数"], [123, "000123", 123], [1234567, "", 0.5]], ["000000", "", "0.00"])
    assert cells(data) == [["编号", "号", "数"], ["000123", "000123", "123"], ["1234567", "", "0.5"]]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5), st.integers(2, 12))
def test_every_number_of_such_a_column_is_as_it_is_shown(tmp_path_factory, numbers, digits):
    path = tmp_path_factory.mktemp("zeros") / "a.xlsx"
    path.write_bytes(formatted([[n] for n in numbers], ["0" * digits]))
    book = open_sheet(path, original_name="a.xlsx")
    assert [row[0] for _number, row in book.rows("一")] == [str(n).zfill(digits) for n in numbers]


def test_days_of_1904_are_told(opened):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        book.add_worksheet("一").write_number(0, 0, 20515)
    assert opened(out.getvalue()).epoch_1904
    assert not opened(formatted([[1]], [""]), "b.xlsx").epoch_1904


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def biff5(page: int | None, *rows: tuple[bytes, ...], name: bytes = b"A", hide: int = -1) -> bytes:
    """A workbook of Excel 95 whose texts are these bytes."""
    begin = record(0x809, struct.pack("<HHHH", 0x500, 5, 0xDBB, 0x7CC))
    pages = record(0x42, struct.pack("<H", page)) if page is not None else b""
    sheet_size = 4 + 7 + len(name)
    at = len(begin + pages) + sheet_size + 4
    sheet = record(0x85, struct.pack("<IBBB", at, 0, 0, len(name)) + name)
    cells = b"".join(
        record(0x204, struct.pack("<HHHH", row, column, 15, len(text)) + text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    )
    hidden = record(0x208, struct.pack("<HHHHHHHH", hide, 0, 1, 255, 0, 0, 0x120, 15)) if hide >= 0 else b""
    body = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0xDBB, 0x7CC)) + hidden + cells + record(0x0A, b"")
    return ole(workbook=begin + pages + sheet + record(0x0A, b"") + body)


@pytest.mark.parametrize(
    ("page", "encoding", "words"),
    [
        (936, "gb18030", ("姓名", "张三", "犇犇")),
        (1252, "gb18030", ("姓名", "张三", "李四")),
        (1200, "gb18030", ("姓名", "张三", "李四")),
        (950, "cp950", ("姓名", "張三", "李四")),
        (1251, "cp1251", ("Имя", "Иван", "Пётр")),
        (1252, "cp1252", ("Zoë€", "Renée", "Zo")),
        (936, "ascii", ("a", "b", "c")),
    ],
)
def test_texts_of_1995_are_read_in_their_code_page(opened, page, encoding, words):
    head, *names = [word.encode(encoding) for word in words]
    book = opened(biff5(page, (head, b"1"), *[(name, b"320105196003023806") for name in names], name=head), "a.xls")
    assert book.sheets[0].name == words[0]
    assert [cells[0] for _number, cells in book.rows(words[0])] == list(words)


@pytest.mark.parametrize("page", [936, 4711, None])
def test_texts_of_1995_that_cannot_be_read_are_refused(opened, page):
    with pytest.raises(SheetRefused) as refused:
        opened(biff5(page, (b"\xff\xff", b"1")), "a.xls")
    assert refused.value.code == "old_format"


def test_hidden_rows_of_old_books_are_known(opened):
    book = opened(biff5(936, (b"a",), (b"b",), hide=1), "a.xls")
    assert [number in book.sheets[0].hidden_rows for number in (1, 2, 3)] == [False, True, False]


@pytest.mark.skipif(SOFFICE is None, reason="no other office program here")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_hidden_rows_survive_another_program(opened, tmp_path, kind):
    out = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("一")
        page.write_column(0, 0, ["姓名", "张三", "李四", "王五"])
        page.set_row(2, None, None, {"hidden": True})
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [SOFFICE, home, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = opened(Path(tmp_path / f"h.{kind}").read_bytes(), f"k.{kind}").sheets[0]
    assert [number in sheet.hidden_rows for number in range(1, 5)] == [False, False, True, False]


@given(st.sets(st.integers(1, 40)), st.randoms())
def test_runs_are_sets(numbers, chance):
    order = list(numbers)
    chance.shuffle(order)
    runs = Runs()
    for number in order:
        runs.add(number)
    assert {number for number in range(50) if number in runs} == numbers
    assert bool(runs) == bool(numbers)
