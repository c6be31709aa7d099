"""The wording of a certificate (样式), with places that are filled when one is issued: 兹证明{姓名}（{证件}）. Pure."""

import re
from collections.abc import Mapping
from typing import Final

#: What may stand in braces. Domain words: the text is read and checked by people who write such papers.
PLACES: Final = ("姓名", "证件", "住址", "事实", "用途", "用证单位")
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


def unknown(text: str) -> list[str]:
    """The places of a wording that nobody fills, in order; a brace without its partner counts as one."""
    rest = _PLACE.sub("", text)
    odd = [brace for brace in "{}" if brace in rest]
    return [name for name in _PLACE.findall(text) if name not in PLACES] + odd


def places(text: str) -> frozenset[str]:
    """The places that a wording has: what need not be asked for is not asked."""
    return frozenset(_PLACE.findall(text)) & frozenset(PLACES)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The wording with its places filled. What was put in is never read as a place again."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
