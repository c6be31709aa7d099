"""What a cell says, as exact text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from linli.lib.chinese import UNWANTED

#: Spreadsheets keep 15 digits of a number; a longer one has lost its last digits.
MOST_DIGITS: Final = 15
_FIRST_LOST: Final = 10**MOST_DIGITS
_DAMAGED = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[eE]\+?(?:1[5-9]|[2-9][0-9]|[1-3][0-9]{2})")
_ERRORS: Final = frozenset(
    {
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!",
        "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
    }
)  # fmt: skip
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]|_x000[dD]_\n?")
_YES, _NO = "是", "否"
#: What a formula says whose value was never computed, where somebody asks for that (`open_sheet`, `formulas`).
UNCOMPUTED: Final = "=（公式未计算）"


def is_damaged_number(text: str) -> bool:
    """Tell whether a cell is a number of 16 or more digits that a spreadsheet has rounded: its last digits are lost.

    Such cells are delivered as spreadsheets show them, “1.1010519491231E+17”, from workbooks as well as from CSV, so
    that no rounded number is ever taken for an identity number whose check digit fits by chance.
    """
    return _DAMAGED.fullmatch(text) is not None


def text_of(value: Any) -> str:
    """The text of a cell as python-calamine delivers it; numbers exact, days as ISO, errors as nothing."""
    kind = type(value)
    if kind is str:
        return words(value)
    if kind is float:
        return _number(value)
    return _other(value)


def words(text: str) -> str:
    """Text without what breaks databases or hides in lines; errors of formulas are nothing."""
    if not text.isprintable():
        text = UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    text = text.strip()
    return "" if text[:1] == "#" and text in _ERRORS else text


def _number(value: float) -> str:
    if value.is_integer():
        if -_FIRST_LOST < value < _FIRST_LOST:
            return str(int(value))
        return _lost(value)
    if value != value:
        return ""
    if abs(value) >= _FIRST_LOST:  # infinite, or digits after the point that a spreadsheet cannot have
        return "" if value in (float("inf"), float("-inf")) else _lost(value)
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _lost(value: float) -> str:
    digits, _, power = f"{value:.14E}".partition("E")
    return f"{digits.rstrip('0').rstrip('.')}E{power}"


def _other(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, int):
        return str(value) if -_FIRST_LOST < value < _FIRST_LOST else _lost(float(value))
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return words(str(value))


def _moment(value: datetime) -> str:
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")
