"""Cells of a Word table say something new in the look of the old."""

import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from linli.lib.filling.blocks import Value
from linli.lib.filling.packages import Element, local
from linli.lib.filling.word_tables import text_of
from linli.lib.workbooks import clean

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
#: What only the end mark of a paragraph has: changes that were tracked, and what hides it.
_OF_MARKS: Final = frozenset({"ins", "del", "moveFrom", "moveTo", "rPrChange", "vanish"})


def words(value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return clean(str(value)) if value is not None else ""


def write_text(cell: Element, text: str) -> None:
    """Let a cell say this, in the look of what stood there: its first paragraph and first run."""
    if not text and not text_of(cell):
        return
    namespace = cell.tag.partition("}")[0] + "}"
    paragraphs = [one for one in cell.iter(f"{namespace}p") if _is_of(cell, one)]
    if not paragraphs:
        paragraphs = [cell.makeelement(f"{namespace}p")]
        cell.append(paragraphs[0])
    first = paragraphs[0]
    look = _look(first)
    for paragraph in paragraphs:
        _empty(paragraph)
    for empty in paragraphs[1:]:
        if empty.getparent() is first.getparent():
            empty.getparent().remove(empty)
    if text:
        first.append(_run(first, text, look))


def _empty(paragraph: Element) -> None:
    for one in list(paragraph):
        if local(one) != "pPr":
            paragraph.remove(one)


def _run(paragraph: Element, text: str, look: Element | None) -> Element:
    namespace = paragraph.tag.partition("}")[0] + "}"
    run = paragraph.makeelement(f"{namespace}r")
    if look is not None:
        run.append(look)
    for at, line in enumerate(text.split("\n")):
        if at:
            run.append(run.makeelement(f"{namespace}br"))
        said = run.makeelement(f"{namespace}t", {_SPACE: "preserve"})
        said.text = line
        run.append(said)
    return run


def _is_of(cell: Element, paragraph: Element) -> bool:
    """Whether a paragraph is the cell's own and not that of a table in it."""
    return next((one for one in paragraph.iterancestors("{*}tc", "{*}txbxContent")), None) is cell


def _look(paragraph: Element) -> Element | None:
    """How the text of a paragraph looks: as its first run, or as its end mark."""
    found = paragraph.find("{*}r/{*}rPr")
    if found is None:
        found = paragraph.find("{*}pPr/{*}rPr")
    if found is None:
        return None
    look = copy.deepcopy(found)
    for one in list(look):
        is_hint = local(one) == "rStyle" and "PlaceholderText" in one.attrib.values()
        if is_hint or local(one) in _OF_MARKS:
            look.remove(one)
    return look


def add_paragraph(body: Element, text: str, *, new_page: bool) -> None:
    """A last paragraph of a document, in front of what says how its pages are."""
    namespace = body.tag.partition("}")[0] + "}"
    paragraph = body.makeelement(f"{namespace}p")
    if new_page:
        settings = paragraph.makeelement(f"{namespace}pPr")
        settings.append(settings.makeelement(f"{namespace}pageBreakBefore"))
        paragraph.append(settings)
    paragraph.append(_run(paragraph, clean(text), None))
    if len(body) and local(body[-1]) == "sectPr":
        body[-1].addprevious(paragraph)
    else:
        body.append(paragraph)
