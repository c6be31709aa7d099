"""A letter as PDF, set by typst: no system library, and the fonts of the machine (docs/adr/0015)."""

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from linli.lib.errors import Refusal
from linli.lib.letters.layout import LINE_PITCH, MARGINS, TEXT_SIZE, TITLE_SIZE, Letter, Line, Table

#: Faces that have Chinese characters, the standard's own first. LINLI_FONTS puts others before them.
FACES: Final = (
    "FangSong_GB2312",
    "FangSong",
    "STFangsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)


class NoFont(Refusal):
    """No font with Chinese characters is installed, so a PDF would show empty boxes."""

    status = 503
    code = "no_font"
    message: object = "No Chinese font is installed here. Install one (fonts-noto-cjk), or take the Word file."


def chinese_fonts(wanted: Iterable[str] = ()) -> list[str]:
    """The faces with Chinese characters that this machine has, in the order in which they are taken."""
    here = _installed()
    return [face for face in (*wanted, *FACES) if face.casefold() in here]


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    fonts: Any = typst.Fonts()
    return frozenset(family.casefold() for family in fonts.families())


def as_pdf(letter: Letter, *, fonts: Sequence[str] = ()) -> bytes:
    """The letter as the bytes of a PDF. Raises NoFont where no face has Chinese characters.

    The words travel as data beside the program of the page, so nothing in them is read as a command.
    """
    faces = chinese_fonts(fonts)
    if not faces:
        raise NoFont
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "letter.json").write_text(json.dumps(_data(letter), ensure_ascii=False), encoding="utf-8")
        (place / "letter.typ").write_text(_PROGRAM % _settings(faces), encoding="utf-8")
        made: bytes = typst.compile(os.fspath(place / "letter.typ"), root=folder)
    return made


def _data(letter: Letter) -> dict[str, object]:
    return {"title": letter.title, "foot": letter.foot, "parts": [_part(part) for part in letter.parts]}


def _part(part: Line | Table) -> dict[str, object]:
    if isinstance(part, Line):
        return {"kind": part.kind, "text": part.text}
    widths = list(part.widths) or [1] * len(part.head)
    return {"kind": "table", "head": list(part.head), "rows": [list(row) for row in part.rows], "widths": widths}


def _settings(faces: Sequence[str]) -> dict[str, object]:
    top, bottom, left, right = MARGINS
    return {
        "fonts": ", ".join(json.dumps(face) for face in faces),
        "top": top,
        "bottom": bottom,
        "left": left,
        "right": right,
        "size": TEXT_SIZE,
        "title": TITLE_SIZE,
        # What is between the lines: the pitch of the standard without the height of the characters.
        "leading": LINE_PITCH - TEXT_SIZE,
    }


_PROGRAM: Final = """
#let letter = json("letter.json")
#set document(title: letter.title)
#set page(paper: "a4", margin: (top: %(top)dmm, bottom: %(bottom)dmm, left: %(left)dmm, right: %(right)dmm),
  footer: context align(center, text(9pt)[#letter.foot #h(1em) #counter(page).display("1 / 1", both: true)]))
#set text(font: (%(fonts)s,), size: %(size)dpt, lang: "zh", region: "cn")
#set par(leading: %(leading)dpt, spacing: %(leading)dpt, justify: true)
#align(center, par(text(size: %(title)dpt, weight: "bold", letter.title)))
#v(%(leading)dpt)
#for part in letter.parts {
  if part.kind == "table" {
    set text(12pt)
    set par(leading: 6pt, justify: false)
    table(columns: part.widths.map(width => width * 1fr), inset: 6pt,
      table.header(..part.head.map(cell => align(center, strong(cell)))),
      ..part.rows.flatten().map(cell => [#cell]))
  } else if part.kind == "heading" {
    par(first-line-indent: (amount: 2em, all: true), strong(part.text))
  } else if part.kind == "right" {
    align(right, part.text)
  } else if part.kind == "plain" {
    par(part.text)
  } else {
    par(first-line-indent: (amount: 2em, all: true), part.text)
  }
}
"""
