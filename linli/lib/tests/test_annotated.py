"""The sheet that goes back to the clerk."""

import zipfile

import pytest

from linli.lib import annotated
from linli.lib.sheets import find_header, open_sheet

HEADER = ("姓名", "公民身份号码", "备注")
ROWS = [
    (3, ["张三", "320105195803029911", ""]),
    (5, ['=HYPERLINK("http://x")', "", "+cmd|' /C calc'!A0"]),
    (6, ["李四", "000123", "a\nb", "多出的格"]),
]


def written(tmp_path, **given):
    out = tmp_path / "back.xlsx"
    count = annotated.write(ROWS, header=HEADER, out=out, **given)
    return out, count


def rows_of(out):
    book = open_sheet(out, original_name=out.name)
    return [cells for _number, cells in book.rows(book.sheets[0].name)]


def test_the_sheet_comes_back_as_it_was_with_its_problems_in_front(tmp_path):
    out, count = written(tmp_path, errors={5: {1: "缺少身份证号", 0: "不是姓名"}})
    assert count == 3
    rows = rows_of(out)
    assert rows[0][:4] == ["问题", *HEADER]
    assert rows[1][:3] == ["", "张三", "320105195803029911"]
    assert rows[2][0] == "缺少身份证号\n不是姓名"
    assert rows[3] == ["", "李四", "000123", "a\nb", "多出的格"]


def test_no_cell_can_run(tmp_path):
    out, _count = written(tmp_path, errors={5: {1: "=1+1"}})
    with zipfile.ZipFile(out) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert not any("externalLink" in name for name in archive.namelist())
    assert rows_of(out)[2][1] == ROWS[1][1][0]


def test_wrong_cells_have_comments_and_rows_may_have_remarks(tmp_path):
    out, count = written(tmp_path, errors={6: {-1: "整行重复", 7: "缺列"}}, notes={3: "已在册"}, only_wrong=True)
    assert count == 2
    rows = rows_of(out)
    assert rows[1][0] == "已在册"
    assert rows[2][0] == "整行重复\n缺列"
    with zipfile.ZipFile(out) as archive:
        assert "缺列" in archive.read("xl/comments1.xml").decode()


def test_a_corrected_sheet_can_be_uploaded_again(tmp_path):
    out, _count = written(tmp_path, errors={})
    book = open_sheet(out, original_name=out.name)
    rows = list(book.rows(book.sheets[0].name))
    header = find_header(rows, set(HEADER).__contains__)
    assert header.names == ("问题", *HEADER)
    assert header.data_from == 2


def test_failing_rows_leave_no_temporary_files(tmp_path):
    def failing():
        yield ROWS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        annotated.write(failing(), header=HEADER, errors={}, out=tmp_path / "back.xlsx")
    assert [path.name for path in tmp_path.iterdir()] in ([], ["back.xlsx"])
