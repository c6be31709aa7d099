"""Money is kept in fen and written in yuan."""

import re
from decimal import Decimal
from typing import Final

from linli.lib.chinese import fold

#: More than any community ever sees; keeps sums inside what databases hold.
MOST_FEN: Final = 10**13
_YUAN: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?")
_UNITS: Final = {"": 1, "元": 1, "万": 10_000, "万元": 10_000}
_WRITTEN: Final = re.compile(r"[¥￥]?\s*([\d,.]+)\s*(元|万元|万|)")


class NotMoney(ValueError):  # noqa: N818 - what it is
    """The text is not a sum of yuan and fen."""


def fen(text: str) -> int:
    """The sum that somebody wrote in yuan, in fen: 30000, 30,000.00, ¥3万. Raises NotMoney."""
    found = _WRITTEN.fullmatch(fold(text).strip().replace("，", ","))
    if found is None:
        raise NotMoney(text)
    number, unit = found.groups()
    factor = _UNITS[unit]
    pattern = _YUAN if factor == 1 else re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,8})(?:\.(\d{1,6}))?")
    if pattern.fullmatch(number) is None:
        raise NotMoney(text)
    sum_in_fen = Decimal(number.replace(",", "")) * factor * 100
    if sum_in_fen != int(sum_in_fen) or sum_in_fen > MOST_FEN:
        raise NotMoney(text)
    return int(sum_in_fen)


def yuan(amount: int) -> str:
    """A sum in fen as people write it: 2700000 → 27,000.00."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{amount // 100:,}.{amount % 100:02d}"
