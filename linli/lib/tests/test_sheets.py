"""Sheets are read as exact text, whatever program wrote them."""

from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.sheets import Limits, SheetRefused, is_damaged_number, open_sheet
from linli.lib.sheets.cells import text_of


@pytest.fixture
def book(tmp_path):
    """Write a workbook with `fill(book, sheet)` and open it."""

    def make(fill):
        path = tmp_path / "book.xlsx"
        made = xlsxwriter.Workbook(str(path))
        fill(made, made.add_worksheet("表"))
        made.close()
        return open_sheet(path, original_name="book.xlsx")

    return make


@pytest.fixture
def text_file(tmp_path):
    """Write bytes and open them as an upload of a name."""

    def make(data, name="a.csv", **given):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return open_sheet(path, original_name=name, **given)

    return make


def rows_of(opened, **given):
    return list(opened.rows(opened.sheets[0].name, **given))


def test_numbers_days_and_answers_become_exact_text(book):
    def fill(made, sheet):
        sheet.write_number(0, 0, 13912345678)
        sheet.write_number(0, 1, 0.1 + 0.2)
        sheet.write_number(0, 2, 0.25, made.add_format({"num_format": "0%"}))
        sheet.write_datetime(0, 3, datetime(1958, 3, 2), made.add_format({"num_format": "yyyy/m/d"}))
        sheet.write_datetime(0, 4, datetime(1958, 3, 2, 8, 30), made.add_format({"num_format": "yyyy/m/d h:mm"}))
        sheet.write_datetime(0, 5, time(8, 30), made.add_format({"num_format": "h:mm"}))
        sheet.write_boolean(0, 6, True)
        sheet.write_boolean(0, 7, False)
        sheet.write_string(0, 8, " 张\u200b三\u3000")
        sheet.write_formula(0, 9, "=1/0", None, "#DIV/0!")
        sheet.write_formula(0, 10, '=A1&"x"', None, "值")
        sheet.write_number(0, 11, -3)
        sheet.write_string(0, 12, "0012")

    assert rows_of(book(fill)) == [
        (1, ["13912345678", "0.3", "0.25", "1958-03-02", "1958-03-02 08:30:00", "08:30:00", "是", "否", "张三", "",
             "值", "-3", "0012"])
    ]  # fmt: skip


def test_identity_numbers_that_excel_rounded_say_so(book):
    cells = rows_of(book(lambda _made, sheet: sheet.write_number(0, 0, 110105194912310021)))[0][1]
    assert cells == ["1.1010519491231E+17"]
    assert is_damaged_number(cells[0])
    for text in ("1.10105E+17", "1.10105194912310e17", "6.2E+18"):
        assert is_damaged_number(text)
    for text in ("110105194912310021", "11010519491231002X", "1.5", "1E+3", "", "E+17"):
        assert not is_damaged_number(text)


def test_merged_areas_are_filled_and_blank_rows_left_out(book):
    def fill(_made, sheet):
        sheet.merge_range("B3:C5", "户主")
        for row in (2, 3, 4):
            sheet.write_string(row, 3, f"第{row}")
        sheet.write_string(9, 1, "末")

    opened = book(fill)
    assert rows_of(opened) == [
        (3, ["", "户主", "户主", "第2"]),
        (4, ["", "户主", "户主", "第3"]),
        (5, ["", "户主", "户主", "第4"]),
        (10, ["", "末", "", ""]),
    ]
    assert rows_of(opened, start=4)[0] == (4, ["", "户主", "户主", "第3"])
    assert (opened.kind, opened.sheets[0].rows, opened.sheets[0].columns) == ("xlsx", 10, 4)


def test_many_merged_areas_are_each_filled(book):
    def fill(_made, sheet):
        for block in range(50):
            sheet.merge_range(block * 3, 0, block * 3 + 2, 0, f"户{block}")
            for row in range(3):
                sheet.write_number(block * 3 + row, 1, row)

    rows = rows_of(book(fill))
    assert [cells[0] for _number, cells in rows] == [f"户{number // 3}" for number in range(150)]


def test_hidden_sheets_and_their_sizes_are_told(book):
    def fill(made, sheet):
        sheet.write_string(0, 0, "a")
        other = made.add_worksheet("旧")
        other.write_string(4, 2, "b")
        other.hide()

    opened = book(fill)
    assert [(one.name, one.rows, one.columns, one.hidden) for one in opened.sheets] == [
        ("表", 1, 1, False),
        ("旧", 5, 3, True),
    ]
    assert list(opened.rows("旧")) == [(5, ["", "", "b"])]
    with pytest.raises(SheetRefused) as refused:
        list(opened.rows("无"))
    assert refused.value.code == "no_sheet"


def test_formatted_empty_rows_cost_nothing(book):
    def fill(made, sheet):
        style = made.add_format({"bg_color": "#FF0000"})
        sheet.write_string(0, 0, "a")
        for row in range(1, 500):
            sheet.write_blank(row, 3, None, style)
        # Together a billion cells, if somebody kept them as a rectangle.
        sheet.write_blank(65_535, 16_383, None, style)

    opened = book(fill)
    assert (opened.sheets[0].rows, opened.sheets[0].columns) == (1, 1)
    assert rows_of(opened) == [(1, ["a"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_form(text_file, encoding, delimiter):
    lines = ["姓名{0}生日{0}备注", '张䶮{0}1958-3-2{0}"一{0}\n二"', "李四{0}{0}"]
    opened = text_file("\r\n".join(lines).format(delimiter).encode(encoding))
    assert opened.kind == "csv"
    assert rows_of(opened) == [
        (1, ["姓名", "生日", "备注"]),
        (2, ["张䶮", "1958-3-2", f"一{delimiter}\n二"]),
        (3, ["李四"]),
    ]


def test_csv_cells_that_protect_their_text_are_unwrapped(text_file):
    opened = text_file(b'a,b,c,d,e\n="0123",\'0456," x ",=1+1,#REF!\n\n,,\nq"r,1,2,3,4\n')
    assert rows_of(opened)[1:] == [(2, ["0123", "0456", "x", "=1+1"]), (5, ['q"r', "1", "2", "3", "4"])]


def test_csv_may_name_its_delimiter_and_have_one_column(text_file):
    assert rows_of(text_file(b"sep=|\na|b,c\n1|2\n")) == [(2, ["a", "b,c"]), (3, ["1", "2"])]
    assert rows_of(text_file("姓名\n张三\n".encode())) == [(1, ["姓名"]), (2, ["张三"])]
    assert rows_of(text_file("a\tb\n1\t2\n".encode("utf-16"), "report.xls")) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_csv_starts_where_asked(text_file):
    opened = text_file(b"a,b\n1,2\n3,4\n")
    assert rows_of(opened, start=3) == [(3, ["3", "4"])]
    assert opened.sheets[0].rows == 3


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_with_one_table_is_read(text_file, encoding):
    page = (
        "<html><head><style>td{color:red}</style></head><body><table><tr><th>户主</th><th colspan=2>地址</th></tr>"
        "<tr><td rowspan=2>张三</td><td>一&nbsp;幢</td><td>1<br>2</td></tr><tr><td>x<td>y</tr></table></body></html>"
    )
    opened = text_file(page.encode(encoding), "名单.xls")
    assert opened.kind == "xls"
    assert rows_of(opened) == [
        (1, ["户主", "地址", "地址"]),
        (2, ["张三", "一 幢".replace(" ", "\xa0"), "1\n2"]),
        (3, ["张三", "x", "y"]),
    ]


def test_limits_hold_for_rows_columns_cells_and_texts(book, text_file):
    for limits, code in (
        (Limits(rows=2), "too_many_rows"),
        (Limits(columns=1), "too_many_columns"),
        (Limits(text_bytes=5), "too_large"),
        (Limits(cell_characters=3), "cell_too_long"),
    ):
        with pytest.raises(SheetRefused) as refused:
            rows_of(text_file(b"a,b\nlonger,2\n3,4\n", limits=limits))
        assert refused.value.code == code


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_keep_every_digit(number):
    assert text_of(float(number)) == text_of(number) == str(number)


@given(st.floats())
def test_every_number_has_a_text(number):
    text = text_of(number)
    if text and not is_damaged_number(text.lstrip("-")):
        assert abs(float(text) - number) <= abs(number) * 1e-14 + 1e-15
        assert "e" not in text.lower()


@given(st.dates())
def test_days_are_iso(day):
    assert text_of(day) == day.isoformat()
    assert text_of(datetime(day.year, day.month, day.day)) == day.isoformat()


def test_a_day_is_not_a_number():
    assert text_of(date(2026, 1, 2)) == "2026-01-02"
