"""A table of figures that comes back: each figure stands in its own row again, and leaves as it was chosen."""

import io

import openpyxl
import pytest

from linli.insight.forms.reading import read
from linli.insight.forms.sheet import Sheet
from linli.insight.forms.table import Template
from linli.insight.forms.tests import made_forms

pytestmark = pytest.mark.django_db


def _book(figures=()) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    page["A1"] = "常住人口统计表"
    for at, name in enumerate(["类别", "", "人数", "80岁及以上占比"], start=1):
        page.cell(2, at, name)
    page.merge_cells("A2:B2")
    for at, (group, sex) in enumerate([("户籍人口", "男"), ("", "女"), ("流动人口", "男"), ("", "女")], start=3):
        page.cell(at, 1, group or None)
        page.cell(at, 2, sex)
    page.merge_cells("A3:A4")
    page.merge_cells("A5:A6")
    page["A7"], page["C7"], page["A8"] = "合计", "=SUM(C3:C6)", "填表人："
    for at, (n, share) in enumerate(figures, start=3):
        page.cell(at, 3, n)
        page.cell(at, 4, share)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_rows_of_the_same_name_keep_their_own_figures(health, now, tmp_path):
    empty = made_forms.store(_book(), "统计.xlsx", health, now)
    form = read(empty, {"all": "1"})
    assert [page.unit for page in form.pages] == ["table"]
    figures = [(11, "1.5%"), (12, "2%"), (13, None), (14, "3.25%")]
    back = made_forms.store(_book(figures), "统计填好.xlsx", health, now)
    sheet = Sheet.of(back, Template(empty, form))
    assert sheet.rows == []
    path = tmp_path / "out.xlsx"
    sheet.write(path, [], {"用途": "核对"}, lambda column, value: None if column.key == "share" else value)
    page = openpyxl.load_workbook(path).worksheets[0]
    assert [page.cell(at, 3).value for at in range(3, 8)] == [11, 12, 13, 14, "=SUM(C3:C6)"]
    assert [page.cell(at, 4).value for at in range(3, 8)] == [None] * 5
    sheet.write(path, [], {}, lambda column, value: value)
    page = openpyxl.load_workbook(path).worksheets[0]
    assert [page.cell(at, 4).value for at in range(3, 7)] == ["1.5%", "2%", None, "3.25%"]
