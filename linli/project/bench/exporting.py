"""Export: our workbook beside the bare writer, the same rows in the same run."""

import random
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from linli.lib.workbooks import Column, Stamp, write

ROWS = 200_000
NAMES = "张王李赵陈刘杨黄周吴"


@dataclass(frozen=True)
class Measured:
    """Seconds for the same rows: ours and the bare writer's; bytes of our file."""

    rows: int
    ours: float
    raw: float
    bytes: int

    @property
    def ratio(self) -> float:
        """How many times as long we take."""
        return self.ours / self.raw


def rows_of(count: int) -> Iterator[list[Any]]:
    """Synthetic people with fifteen columns; always the same."""
    dice = random.Random(5)
    for n in range(count):
        born = date(1930 + n % 90, n % 12 + 1, n % 28 + 1)
        yield [
            f"p:{n}:1",
            dice.choice(NAMES) + dice.choice(NAMES),
            "男" if n % 2 else "女",
            "汉族",
            born,
            f"3201*************{n % 10}",
            "群众",
            "本科",
            "已婚",
            "南京市建邺区莫愁湖街道",
            f"莫愁新寓{n % 40}幢{n % 6}单元{n % 900}室",
            "户主",
            f"138****{n % 10000:04d}",
            n % 7,
            "",
        ]


COLUMNS = [
    Column("_linli", hidden=True),
    *(Column(label) for label in ("姓名", "性别", "民族")),
    Column("出生日期", "day"),
    *(Column(label) for label in ("身份证号", "政治面貌", "文化程度", "婚姻", "户籍地址", "现住址", "关系", "电话")),
    Column("家庭人口", "number"),
    Column("备注"),
]


def measure(count: int = ROWS) -> Measured:
    """Write the same rows twice: through `workbooks.write`, and through XlsxWriter alone in constant memory."""
    with tempfile.TemporaryDirectory() as folder:
        raw_path, our_path = Path(folder) / "raw.xlsx", Path(folder) / "ours.xlsx"
        began = time.perf_counter()
        bare(raw_path, rows_of(count))
        between = time.perf_counter()
        write(
            our_path,
            columns=COLUMNS,
            rows=rows_of(count),
            stamp=Stamp("人员台账", "导出说明", [("导出人", "测试")], "测试"),
        )
        ended = time.perf_counter()
        return Measured(count, ended - between, between - began, our_path.stat().st_size)


def bare(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """The raw limit: the same rows by XlsxWriter alone, in constant memory."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
