"""What stands in a letter, apart from how it is set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

#: GB/T 9704-2012: margins of the page in mm (top, bottom, left, right), and the size of the text in points.
MARGINS: Final = (37, 35, 28, 26)
TEXT_SIZE: Final = 16
TITLE_SIZE: Final = 22
LINE_PITCH: Final = 28


@dataclass(frozen=True)
class Line:
    """A paragraph: text set in by two characters, a heading (一、), a plain line, or one that ends at the right."""

    text: str
    kind: Literal["text", "heading", "right", "plain"] = "text"


@dataclass(frozen=True)
class Table:
    """A table with a head; widths are shares of the line."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter: its title, what stands below it, and a small line at the foot of every page (what it is, its mark)."""

    title: str
    parts: Sequence[Line | Table] = field(default_factory=tuple)
    foot: str = ""
