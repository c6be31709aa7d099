"""A department's form: filled in its own layout, beside the bare writer with the same rows in the same run."""

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from linli.lib.filling import Block, fill
from linli.project.bench.exporting import Measured, bare, rows_of

COLUMNS = 30
SHEET = "统计表"
DATA_FROM = 4


def measure(count: int) -> Measured:
    """Fill a form of thirty columns, and write the same rows with XlsxWriter alone in constant memory."""
    with tempfile.TemporaryDirectory() as folder:
        raw_path, our_path = Path(folder) / "raw.xlsx", Path(folder) / "ours.xlsx"
        began = time.perf_counter()
        bare(raw_path, wide(count))
        between = time.perf_counter()
        written = fill(
            form(),
            our_path,
            blocks=[Block(SHEET, DATA_FROM, wide(count))],
            about=[["任务", "测试"]],
            about_name="数据来源",
        )
        ended = time.perf_counter()
        assert written.count == count
        return Measured(count, ended - between, between - began, our_path.stat().st_size)


def wide(count: int) -> Iterator[list[Any]]:
    """The rows of an export, each twice over: thirty columns."""
    return ([*row, *row] for row in rows_of(count))


def form() -> bytes:
    """An empty form: a merged title, a header of two rows with merged groups, an empty row, a signature."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    page.cell(1, 1, "居民基本情况统计表")
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=COLUMNS)
    for column in range(1, COLUMNS + 1, 2):
        page.cell(2, column, f"第{column}组")
        page.merge_cells(start_row=2, start_column=column, end_row=2, end_column=column + 1)
    for column in range(1, COLUMNS + 1):
        page.cell(3, column, f"栏目{column}")
    page.cell(DATA_FROM + 2, 1, "填表人：")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
