"""A letter as a Word file."""

from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from linli.lib.letters.layout import LINE_PITCH, MARGINS, TEXT_SIZE, TITLE_SIZE, Letter, Line, Table

#: The faces that the standard names; Word takes the nearest one where they are not installed.
TEXT_FACE: Final = "仿宋_GB2312"
HEAD_FACE: Final = "黑体"
TITLE_FACE: Final = "方正小标宋简体"
TABLE_SIZE: Final = 12


def as_docx(letter: Letter) -> bytes:
    """The letter as the bytes of a .docx file."""
    document = Document()
    _page(document)
    _set(document.add_paragraph(), letter.title, TITLE_FACE, TITLE_SIZE, WD_ALIGN_PARAGRAPH.CENTER)
    document.add_paragraph()
    for part in letter.parts:
        if isinstance(part, Table):
            _table(document, part)
        else:
            _line(document, part)
    if letter.foot:
        foot = document.sections[0].footer.paragraphs[0]
        _set(foot, letter.foot, TEXT_FACE, 9, WD_ALIGN_PARAGRAPH.CENTER, pitch=False)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, MARGINS)


def _set(
    paragraph: Any, text: str, face: str, size: int, alignment: Any, *, pitch: bool = True, bold: bool = False
) -> None:
    paragraph.alignment = alignment
    style = paragraph.paragraph_format
    style.space_before = style.space_after = Pt(0)
    if pitch:
        style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PITCH)
    run = paragraph.add_run(text)
    run.font.size, run.font.name, run.bold = Pt(size), face, bold
    # Chinese characters have a face of their own in Word.
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)


def _line(document: Any, line: Line) -> None:
    paragraph = document.add_paragraph()
    right = line.kind == "right"
    alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.JUSTIFY
    face = HEAD_FACE if line.kind == "heading" else TEXT_FACE
    _set(paragraph, line.text, face, TEXT_SIZE, alignment)
    if line.kind in ("text", "heading"):
        paragraph.paragraph_format.first_line_indent = Pt(2 * TEXT_SIZE)


def _table(document: Any, table: Table) -> None:
    made = document.add_table(rows=1, cols=len(table.head))
    made.style = "Table Grid"
    for cell, text in zip(made.rows[0].cells, table.head, strict=True):
        _set(cell.paragraphs[0], text, HEAD_FACE, TABLE_SIZE, WD_ALIGN_PARAGRAPH.CENTER, pitch=False)
    _repeat(made.rows[0])
    for row in table.rows:
        cells = made.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            _set(cell.paragraphs[0], text, TEXT_FACE, TABLE_SIZE, WD_ALIGN_PARAGRAPH.LEFT, pitch=False)
    if table.widths:
        whole = 210 - MARGINS[2] - MARGINS[3]
        for row in made.rows:
            for cell, share in zip(row.cells, table.widths, strict=True):
                cell.width = Mm(whole * share / sum(table.widths))


def _repeat(row: Any) -> None:
    """The head of a table stands on every page that it goes on to."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
