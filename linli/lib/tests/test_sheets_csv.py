"""No line of a CSV vanishes: marks that are never closed, rows that look like headings, headings in two rows."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.sheets import SheetRefused, find_header, header_ending_at, is_header_again, noise_of, open_sheet

HEAD = "姓名,身份证号,备注\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@pytest.fixture
def read(folder):
    def rows(text):
        return list(opened(text)[1])

    def opened(text):
        path = folder / "a.csv"
        path.write_text(text, encoding="utf-8", newline="")
        book = open_sheet(path, original_name="a.csv")
        return book, list(book.rows("CSV"))

    rows.opened = opened
    return rows


def test_a_mark_that_is_never_closed_swallows_nothing(read):
    book, rows = read.opened(HEAD + '赵一,1,"住院中\n钱二,2,\n孙三,3,\n')
    assert [cells for _number, cells in rows[1:]] == [["赵一", "1", "住院中"], ["钱二", "2"], ["孙三", "3"]]
    assert book.opened == [2]


def test_marks_in_several_lines_and_in_the_last_one(read):
    book, rows = read.opened(HEAD + '赵一,"1,a\n钱二,2,b\n孙三,3,"c')
    assert rows[1:] == [(2, ["赵一", "1", "a"]), (3, ["钱二", "2", "b"]), (4, ["孙三", "3", "c"])]
    assert book.opened == [2, 4]


def test_a_closed_mark_beside_an_open_one_keeps_its_cell_whole(read):
    assert read(HEAD + '"赵,一",1,"住院\n钱二,2,b\n')[1] == (2, ["赵,一", "1", "住院"])


@pytest.mark.parametrize(
    "rows",
    [
        '赵一,1,"住院中\n钱二,2,"\n孙三,3,b\n',  # formally closed, two rows in one cell
        '赵一,1,"住院中\n转院\n孙三,3,b\n',  # a cell of two lines, or two rows: nobody knows
        '赵一,"第一行\n第二行"外,b\n',
    ],
)
def test_what_may_be_two_rows_is_refused_with_its_line(read, rows):
    with pytest.raises(SheetRefused) as refused:
        read(HEAD + rows)
    assert refused.value.code == "open_quote"
    assert "line 2" in str(refused.value)


def test_the_line_is_that_of_the_file_also_below_cells_of_several_lines(read):
    with pytest.raises(SheetRefused) as refused:
        read(HEAD + '赵一,1,"a\nb"\n钱二,2,"住院中\n转院\n孙三,3,b\n')
    assert refused.value.values == {"line": 4}


def test_cells_of_several_lines_stay_whole(read):
    rows = read(HEAD + '"赵\n一",1,a\n钱二,2,"b\nc,d\n""e"""\n孙三,"3\n",f\n')
    assert rows[1:] == [(2, ["赵\n一", "1", "a"]), (3, ["钱二", "2", 'b\nc,d\n"e"']), (4, ["孙三", "3", "f"])]


def test_a_long_open_mark_is_told_from_a_long_cell(read):
    with pytest.raises(SheetRefused) as refused:
        read(HEAD + '赵一,1,"x\n' + "y\n" * 100_000 + '",')
    assert refused.value.code == "open_quote"


def read_or_refused(path):
    """The rows, or None where the file is refused for a mark that is not closed; any other refusal is a failure."""
    try:
        return dict(open_sheet(path, original_name="a.csv").rows("CSV"))
    except SheetRefused as refused:
        if refused.code != "open_quote":
            raise
        return None


CELL = st.text(st.sampled_from('ab",\n 中\r'), max_size=6)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_was_written_by_the_rules_is_read_whole_or_refused(folder, rows):
    """Every record gives one row in its place: none is lost, none is joined with another."""
    out = io.StringIO()
    csv.writer(out).writerows([["甲", "乙", "丙"], *rows])
    path = folder / "h.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    found = read_or_refused(path)
    if found is None:
        return
    filled = [number for number, row in enumerate(rows, 2) if any(cell.strip().strip("'") for cell in row)]
    assert [number for number in found if number > 1] == filled


@given(st.lists(st.tuples(st.text("ab中", min_size=1, max_size=4), st.sampled_from(["", '"住院', "x"])), min_size=2))
def test_lines_with_stray_marks_are_rows_or_a_refusal(folder, rows):
    path = folder / "s.csv"
    path.write_text(HEAD + "".join(f"{name},1,{note}\n" for name, note in rows), encoding="utf-8", newline="")
    found = read_or_refused(path)
    assert found is None or [cells[0] for cells in found.values()][1:] == [name for name, _note in rows]


NAMES = ("姓名", "低保", "残疾")


def test_somebody_is_no_heading_whatever_the_other_columns_say():
    assert not is_header_again(["王五", "低保", "残疾"], NAMES)
    assert not is_header_again(["王五", "低保", "残疾"], NAMES, 0)
    assert not is_header_again(["", "低保", "残疾"], NAMES, 0)
    assert is_header_again(["姓名", "低保", "残疾"], NAMES, 0)
    assert is_header_again(["姓 名", "低保", "第2页"], NAMES, 0)
    assert not is_header_again(["姓名", "", ""], NAMES, 0)
    assert is_header_again(["", "楼栋", "房号"], ("姓名", "地址/楼栋", "地址/房号"), 0)


def test_what_a_row_is_that_is_nobody():
    assert [noise_of(cells) for cells in ([""], ["合计", "3"], ["备注：见附件"], ["张三", "男"])] == [
        "blank", "total", "note", "",
    ]  # fmt: skip


def test_a_header_of_two_rows_is_the_same_when_somebody_names_its_last_row():
    rows = [
        (1, ["姓名", "身份证号", "居住地址", "", "联系电话"]),
        (2, ["", "", "楼栋", "房号"]),
        (3, ["赵一", "320105196003020824", "3幢", "301", "13900001111"]),
    ]
    found = find_header(rows, {"姓名", "身份证号", "楼栋", "房号", "联系电话"}.__contains__)
    assert found.names == ("姓名", "身份证号", "居住地址/楼栋", "居住地址/房号", "联系电话")
    assert header_ending_at(rows, 2) == found
    assert header_ending_at(rows, 1).names == ("姓名", "身份证号", "居住地址", "", "联系电话")
    assert header_ending_at(rows, 9).names == ()
