"""Rows of a sheet that are about nobody: named with their reason, kept and counted, never dropped."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from linli.lib.chinese import fold
from linli.lib.sheets import is_header_again, noise_of

TOTAL, NOTE, HEADING, TITLE, NUMBER, HIDDEN = "total", "note", "heading", "title", "number", "hidden"
#: Why a row was set aside while it was read. Somebody may take such a row in after all.
CODES: Final = (TOTAL, NOTE, HEADING, TITLE, NUMBER, HIDDEN)
#: What `options["hidden"]` of a batch says where rows that are hidden in the file stay out.
LEAVE_HIDDEN: Final = "leave"
#: A title over the whole width says the same in so many cells; in fewer it may be somebody twice.
_WIDE: Final = 4
_SERIAL = re.compile(r"[0-9]{1,7}[.、]?")
_NAME = re.compile(r"[㐀-鿿·]{2,4}")
_COUNTED = re.compile(r".*[计总共户人个页表册日].*")

Aside = Callable[[Sequence[str]], str]


def reader(names: Sequence[str], name_at: int, identity_at: int) -> Aside:
    """A function that says of the cells of a row why it is about nobody, or "" where it may be about somebody.

    `names` are the headings; the columns of the name and of the number of the document are -1 where there is none.
    """

    def aside(cells: Sequence[str]) -> str:
        width = len(cells)
        # Who has a number of a document is a person: no need to look closer, a million times.
        if 0 <= identity_at < width and len(cells[identity_at]) == 18 and cells[identity_at][:17].isdigit():
            return ""
        name = cells[name_at] if 0 <= name_at < width else ""
        noise = noise_of(cells)
        if noise == NOTE or (noise == TOTAL and not _is_name(name)):
            return noise
        if is_header_again(cells, names, name_at):
            return HEADING
        return _alone(cells, name)

    return aside


def _is_name(cell: str) -> bool:
    return _NAME.fullmatch(cell) is not None and _COUNTED.fullmatch(cell) is None


def _alone(cells: Sequence[str], name: str) -> str:
    """A row that says one thing only, and it is no name: a title in between, or a number for a row still to come."""
    said = {cell for cell in cells if cell}
    if len(said) != 1:
        return ""
    often = sum(1 for cell in cells if cell)
    if often >= _WIDE:
        return TITLE
    if name or often > 1:
        return ""
    return NUMBER if _SERIAL.fullmatch(fold(said.pop())) else TITLE
