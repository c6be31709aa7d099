"""Whatever the bytes are, opening them gives rows or a refusal."""

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.lib.sheets import SheetRefused, open_sheet
from linli.lib.tests.test_sheets_refused import archive, old_sheet, ole, shared_cell, sheet_xml

CSV = '姓名,生日\r\n张三,1958-3-2\r\n"李\n四",\'0123\r\n'.encode("gb18030")
PAGE = "<table><tr><td rowspan=2>张三<td>1</tr><tr><td>2</tr></table>".encode()
UNHURRIED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)


def workbook():
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet("表")
    sheet.merge_range("A1:C2", "标题")
    for row in range(3, 40):
        sheet.write_row(row, 0, [f"人{row}", row, "", True])
    made.add_worksheet("二").write_string(0, 0, "b")
    made.close()
    return out.getvalue()


WORKBOOK = workbook()
OLD = ole(workbook=old_sheet(*(shared_cell(row, row % 3, row % 2) for row in range(60)), texts=("张三", "1958-3-2")))
SAMPLES = (WORKBOOK, archive(), OLD, CSV, PAGE)


@pytest.fixture
def survives(tmp_path):
    def read(data, name="a.xls"):
        path = tmp_path / "upload"
        path.write_bytes(data)
        try:
            book = open_sheet(path, original_name=name)
            for sheet in book.sheets:
                for number, cells in book.rows(sheet.name):
                    assert number > 0
                    assert all(type(cell) is str for cell in cells)
        except SheetRefused:
            return False
        return True

    return read


def test_the_samples_are_read(survives):
    assert [survives(data) for data in SAMPLES] == [True] * 5


@UNHURRIED
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode), st.sampled_from(["a.csv", "a.xls", "a.xlsx", ""])
)
def test_any_bytes(survives, data, name):
    survives(data, name)


@UNHURRIED
@given(st.sampled_from(SAMPLES), st.integers(0, 10**6))
def test_files_cut_short(survives, data, at):
    survives(data[: at % len(data)])


@UNHURRIED
@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=5)
)
def test_files_with_changed_bytes(survives, data, changes):
    changed = bytearray(data)
    for at, by in changes:
        changed[at % len(changed)] ^= by
    survives(bytes(changed))


@UNHURRIED
@given(
    st.lists(
        st.tuples(st.integers(0, 10**4), st.sampled_from([b"<", b">", b'"', b"r", b"9", b"/", b"<c>", b"&#0;"])),
        max_size=6,
    )
)
def test_archives_that_are_whole_with_xml_that_is_not(survives, changes):
    xml = bytearray(sheet_xml('<row r="1"><c r="A1" t="s"><v>7</v></c><c r="C1"><v>1e999</v></c></row>' * 3).encode())
    for at, piece in changes:
        at %= len(xml)
        xml[at : at + len(piece)] = piece
    survives(archive(more={"xl/worksheets/sheet1.xml": bytes(xml)}))


@UNHURRIED
@given(st.text("<>/=\"' tablerdhspn&#;0123456789\n", max_size=200))
def test_pages_of_any_markup(survives, text):
    survives(b"<table>" + text.encode())


def test_an_ods_is_read_and_its_repeats_are_counted(survives, tmp_path):
    def ods(rows):
        spaces = "".join(
            f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            made.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
            made.writestr(
                "content.xml",
                f"<office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name='S'>{rows}"
                "</table:table></office:spreadsheet></office:body></office:document-content>",
            )
        return out.getvalue()

    cell = '<table:table-cell office:value-type="string"{0}><text:p>a</text:p></table:table-cell>'
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    rest = f'<table:table-row table:number-rows-repeated="1048575">{blank}</table:table-row>'
    assert survives(ods(f"<table:table-row>{cell.format('')}</table:table-row>{rest}"))
    wide = cell.format(' table:number-columns-repeated="150"')
    path = tmp_path / "upload"
    for times, code in ((90_000, "too_many_cells"), (2_000_000, "too_many_rows")):
        path.write_bytes(ods(f'<table:table-row table:number-rows-repeated="{times}">{wide}</table:table-row>'))
        with pytest.raises(SheetRefused) as refused:
            open_sheet(path, original_name="a.ods")
        assert refused.value.code == code
