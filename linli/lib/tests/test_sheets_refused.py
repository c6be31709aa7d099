"""Bad files are refused with a reason, before anything large is made of them."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter

from linli.lib.sheets import SENTENCES, Limits, SheetRefused, open_sheet
from linli.lib.sheets.extents import extent_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
BOOK = (
    f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)

ROOT = RELATIONS.replace("worksheet", "officeDocument", 1).replace("worksheets/sheet1.xml", "xl/workbook.xml")


def sheet_xml(rows):
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


ONE = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'


def archive(rows=ONE, *, more=None, without=(), method=zipfile.ZIP_DEFLATED):
    """The bytes of a small workbook with these rows, further parts, or without some."""
    parts = {
        "[Content_Types].xml": TYPES, "_rels/.rels": ROOT,
        "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": sheet_xml(rows), **(more or {}),
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, text in parts.items():
            if name not in without:
                made.writestr(name, text)
    return out.getvalue()


def read_all(book):
    return [list(book.rows(sheet.name)) for sheet in book.sheets]


@pytest.fixture
def opened(tmp_path):
    def make(data, name="a.xlsx", **given):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return open_sheet(path, original_name=name, **given)

    return make


@pytest.fixture
def why(opened):
    """The code with which bytes are refused."""

    def ask(data, name="a.xlsx", **given):
        with pytest.raises(SheetRefused) as refused:
            read_all(opened(data, name, **given))
        assert str(refused.value) == SENTENCES[refused.value.code]
        return refused.value.code

    return ask


def test_the_small_workbook_of_these_tests_is_read(opened):
    book = opened(archive())
    assert list(book.rows("S")) == [(1, ["a"])]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"%PDF-1.7 ...", "a.xlsx", "wrong_type"),
        (b"MZ\x90\x00", "a.csv", "wrong_type"),
        (b"\x89PNG\r\n", "a.xls", "wrong_type"),
        (b'<?xml version="1.0"?><svg/>', "a.xls", "wrong_type"),
        (b'<?xml ?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "a.xls", "old_format"),
        (b"\x09\x08\x10\x00\x00\x06", "a.xls", "old_format"),
        (b"<html><body>Login</body></html>", "a.xls", "wrong_type"),
        (b"<table><tr><td>a</table><table><tr><td>b</table>", "a.xls", "several_tables"),
        (b"<table><tr><td><table><tr><td>b</table></table>", "a.xls", "several_tables"),
        (b"<table><tr><td colspan=100000>a</table>", "a.xls", "too_many_columns"),
        (b"a,b\n1,\x00\n", "a.csv", "wrong_type"),
        (b"a,b\n", "a.xlsx", "wrong_name"),
        (b"a,\xff\xff\n", "a.csv", "encoding"),
        (b"  \n \n", "a.csv", "empty"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "damaged"),
    ],
)  # fmt: skip
def test_other_files_are_refused_by_their_content(why, data, name, code):
    assert why(data, name) == code


def test_other_archives_are_refused(why):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<a/>")
    assert why(out.getvalue(), "a.docx") == "wrong_type"
    assert why(archive(more={"inner.zip": "PK"})) == "bomb"
    assert why(archive(more={"xl/workbook.bin": "x"}, without=("xl/workbook.xml",))) == "old_format"
    assert why(archive(more={"../../etc/passwd": "x"})) == "damaged"
    assert why(archive(more={"XL/workbook.xml": BOOK})) == "damaged"
    assert why(archive(without=("xl/worksheets/sheet1.xml",))) == "damaged"
    assert why(archive(method=zipfile.ZIP_BZIP2)) == "damaged"


def test_macros_are_refused(why):
    assert why(archive(more={"xl/vbaProject.bin": "x"}), "a.xlsx") == "macros"
    kind = TYPES.replace("application/xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert why(archive(more={"[Content_Types].xml": kind})) == "macros"
    assert why(archive(more={"xl/macrosheets/sheet1.xml": "<a/>"})) == "macros"


def test_entities_are_refused(why):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet_xml(ONE).partition("?>")[2]
    assert why(archive(more={"xl/worksheets/sheet1.xml": bomb})) == "entities"
    assert why(archive(more={"xl/sharedStrings.xml": '<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>'})) == "entities"
    assert why(archive(more={"xl/worksheets/sheet1.xml": sheet_xml(ONE).encode("utf-16")})) == "entities"


def test_bombs_are_refused_before_they_go_off(why):
    rows = '<row r="1"><c r="A1" t="str"><v>' + " " * 40_000_000 + "</v></c></row>"
    data = archive(rows)
    assert len(data) < 100_000
    tracemalloc.start()
    try:
        assert why(data) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert why(archive(more={f"x{number}": "" for number in range(3000)})) == "bomb"


def test_sizes_that_lie_are_found_out(why):
    data = bytearray(archive(ONE * 2000))
    size = struct.pack("<I", len(sheet_xml(ONE * 2000)))
    assert data.count(size) >= 2
    assert why(bytes(data.replace(size, struct.pack("<I", 300)))) == "bomb"


def test_archives_with_two_ends_are_refused(why):
    inner = archive()
    assert why(inner + archive()) == "damaged"
    assert why(inner + b"trailing") == "damaged"


def test_sheets_that_say_to_be_huge_are_refused_before_loading(why):
    corner = ONE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert why(archive(corner)) == "too_many_columns"
    assert why(archive(ONE + '<row r="1048576"><c r="B1048576"><v>1</v></c></row>')) == "too_many_rows"
    assert why(archive(ONE + '<row r="900000"><c r="GA900000"><v>1</v></c></row>')) == "too_many_cells"
    odd = "<row r='1048576'><c s='1' r='XFD1048576'><v>1</v></c></row>"
    assert why(archive(ONE + odd)) == "too_many_columns"


def test_long_shared_texts_that_many_cells_repeat_are_refused(why):
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 30_001))
    texts = f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'
    assert why(archive(cells, more={"xl/sharedStrings.xml": texts}, method=zipfile.ZIP_STORED)) == "bomb"


def test_a_million_empty_rows_are_empty(opened, why):
    empty = "".join(f'<row r="{row}" s="1"><c r="A{row}" s="1"/></row>' for row in range(1, 1_000_001))
    assert why(archive(empty)) == "empty"
    book = opened(archive(empty.replace('<c r="A7" s="1"/>', '<c r="A7"><v>7</v></c>')))
    assert list(book.rows("S")) == [(7, ["7"])]
    assert book.sheets[0].rows == 7


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c></row>',
        "<row r='3'><c  r='B3' s='1'><v>1</v></c><c s='1' r='D3'><v>2</v></c></row>",
        '<x:row xmlns:x="u" r="3"><x:c r="B3"><x:v>1</x:v></x:c><x:c r="D3"><x:v>2</x:v></x:c></x:row>',
        '<row r="3"><c><v/></c><c><v>1</v></c><c/><c><v>2</v></c></row>',
        '<!-- <c r="B3"> --><row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c></row>',
    ],
)
def test_cells_are_counted_however_they_are_written(rows):
    data = sheet_xml(rows).encode()
    extent = extent_of(lambda: [data[at : at + 40] for at in range(0, len(data), 40)])
    assert (extent.last_row, extent.last_column) == (3, 4)


def test_limits_can_be_set(why):
    assert why(archive(), limits=Limits(workbook_bytes=10)) == "too_large"
    assert why(archive(), limits=Limits(unpacked=10)) == "bomb"


def ole(*streams, workbook=b""):
    """The bytes of an OLE2 file with these names in its directory; the stream Workbook has the given records."""

    def entry(name, kind, start=0xFFFFFFFE, size=0):
        text = name.encode("utf-16-le") + b"\0\0"
        return text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + b"\xff" * 12 + bytes(36) + struct.pack(
            "<IQ", start, size)  # fmt: skip

    content = workbook.ljust(4096, b"\0") if workbook else b""
    names = [entry("Root Entry", 5), *(entry(name, 2) for name in streams)]
    if workbook:
        names.append(entry("Workbook", 2, 2, len(content)))
    directory = b"".join(names).ljust(512, b"\0")[:512]
    count = len(content) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *(at + 3 for at in range(count - 1)), *([0xFFFFFFFE] if count else [])]
    fat = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + fat + directory + content


def record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def old_sheet(*cells, texts=()):
    """The records of an old workbook with one sheet, and the shared texts that its cells name."""
    bof = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)
    shared = struct.pack("<II", len(texts), len(texts))
    shared += b"".join(struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in texts)
    page = struct.pack("<H", 1200)
    front = record(0x809, bof) + record(0x42, page)
    name = struct.pack("<BBBB", 0, 0, 1, 1) + "表".encode("utf-16-le")
    at = len(front) + 4 + 4 + len(name) + 4 + len(shared) + 4
    front += record(0x85, struct.pack("<I", at) + name) + record(0xFC, shared) + record(0x0A)
    sheet = record(0x809, bof.replace(struct.pack("<HH", 0x0600, 5), struct.pack("<HH", 0x0600, 16)))
    return front + sheet + b"".join(cells) + record(0x0A)


def shared_cell(row, column, number):
    return record(0xFD, struct.pack("<HHHI", row, column, 0, number))


def test_old_workbooks_are_read(opened):
    number = record(0x203, struct.pack("<HHHd", 3, 1, 0, 110105194912310021.0))
    cells = (shared_cell(1, 0, 1), shared_cell(1, 2, 0), number)
    book = opened(ole(workbook=old_sheet(*cells, texts=("姓名", "户号"))), "a.xls")
    assert (book.kind, book.sheets[0].name, book.sheets[0].rows, book.sheets[0].columns) == ("xls", "表", 4, 3)
    assert list(book.rows("表")) == [(2, ["户号", "", "姓名"]), (4, ["", "1.1010519491231E+17", ""])]


def test_old_workbooks_that_repeat_a_long_text_are_refused(why):
    cells = [shared_cell(row, 0, 0) for row in range(150)]
    data = ole(workbook=old_sheet(*cells, texts=("x" * 400,)))
    assert why(data, "a.xls", limits=Limits(unpacked=100_000)) == "bomb"


def test_old_workbooks_are_looked_through(why):
    assert why(ole("EncryptionInfo", "EncryptedPackage"), "a.xlsx") == "encrypted"
    assert why(ole("WordDocument"), "a.xls") == "wrong_type"
    begin = record(0x809, bytes(16))
    assert why(ole("_VBA_PROJECT_CUR", workbook=begin), "a.xls") == "macros"
    assert why(ole(workbook=begin + record(0x2F, bytes(6))), "a.xls") == "encrypted"
    assert why(ole(workbook=begin + record(0x85, bytes(5) + b"\1" + bytes(4))), "a.xls") == "macros"
    far = record(0x203, struct.pack("<HHH", 65535, 250, 0) + bytes(8))
    assert why(ole(workbook=begin + far), "a.xls") == "too_many_columns"
    assert why(ole(workbook=begin), "a.xls") in ("damaged", "empty")
    assert why(ole()[:600], "a.xls") in ("damaged", "wrong_type")


def test_encrypted_archives_are_refused(why):
    data = bytearray(archive())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert why(bytes(data)) == "encrypted"


def test_links_and_commands_stay_text(tmp_path):
    path = Path(tmp_path) / "a.xlsx"
    made = xlsxwriter.Workbook(str(path), {"strings_to_urls": False})
    sheet = made.add_worksheet()
    sheet.write_formula(0, 0, '=WEBSERVICE("http://example.invalid")', None, "kept")
    sheet.write_string(0, 1, "=cmd|' /C calc'!A0")
    made.close()
    book = open_sheet(path, original_name="a.xlsx")
    assert list(book.rows("Sheet1")) == [(1, ["kept", "=cmd|' /C calc'!A0"])]


def test_a_wrong_checksum_is_damage(why):
    data = archive(ONE * 50)
    check = struct.pack("<I", zlib.crc32(sheet_xml(ONE * 50).encode()))
    assert why(data.replace(check, b"\1\2\3\4")) == "damaged"
