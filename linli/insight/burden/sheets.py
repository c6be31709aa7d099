"""The figures of the burden page as the rows of a workbook, in the words of the domain."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from linli.foundation.accounts.models import Unit
from linli.insight.burden.queries import Citations, Figures
from linli.lib.ratios import percent
from linli.lib.workbooks import Column

Value = str | int
_FIGURES: Final[Mapping[str, Callable[[Figures], Value]]] = {
    "交办任务": lambda row: row.tasks,
    "清单内": lambda row: row.on_list,
    "引用待裁定": lambda row: row.in_question,
    "清单外": lambda row: row.off_list,
    "社区拒绝": lambda row: row.refused,
    "因逾期拒绝": lambda row: row.refused_late,
    "督促纠正": lambda row: row.corrected,
    "保留意见": lambda row: row.protested,
    "预计用时（分钟）": lambda row: row.asked_minutes,
    "免填报（分钟）": lambda row: row.answered_minutes,
    "拒绝或清单外未办（分钟）": lambda row: row.stopped_minutes,
    "撤回（分钟）": lambda row: row.recalled_minutes,
    "街道合并或退回（分钟）": lambda row: row.cut_minutes,
}
_CITATIONS: Final[Mapping[str, Callable[[Citations], Value]]] = {
    "引用清单事项": lambda row: row.cited,
    "引用被质疑": lambda row: row.contested,
    "质疑比例": lambda row: _exact(row.contested_share),
    "引用不成立": lambda row: row.lost,
    "不成立比例": lambda row: _exact(row.lost_share),
}
COLUMNS: Final = [
    Column("交办单位", "text", width=28),
    *(Column(name, "text" if name.endswith("比例") else "number", width=14) for name in (*_FIGURES, *_CITATIONS)),
]


def row_of(unit: Unit, figures: Figures, citations: Citations) -> list[Value]:
    """One sender's line, in the order of `COLUMNS`."""
    counts = [value(figures) for value in _FIGURES.values()]
    return [unit.name, *counts, *(value(citations) for value in _CITATIONS.values())]


def _exact(share: Fraction | None) -> str:
    """A share as it was counted, and as a percentage."""
    return f"{share.numerator}/{share.denominator}（{percent(share)}）" if share is not None else percent(share)
