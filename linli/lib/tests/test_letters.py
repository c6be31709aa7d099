"""Letters as Word and PDF: what was written stands in them as text, never as a command."""

import io
import zipfile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.lib.letters import Letter, Line, NoFont, Table, as_docx, as_pdf, chinese_fonts, pdf

TRICKY = '#panic("x") $1/0$ *粗* _斜_ <标签> @引用 \\ " {} [] `'


def letter(text: str = "由社区协助做好宣传。") -> Letter:
    return Letter(
        title="协助政府工作协议书",
        parts=[
            Line("甲方：某局", "plain"),
            Line("一、协助事项", "heading"),
            Line(text),
            Table(["事项", "保障"], [["宣传", text], ["登记", "3,000.00元"]], [2, 3]),
            Line("2026年11月27日", "right"),
        ],
        foot="校验码",
    )


def test_word_holds_every_line_and_the_measures_of_the_standard():
    document = Document(io.BytesIO(as_docx(letter(TRICKY))))
    text = [paragraph.text for paragraph in document.paragraphs]
    assert text[0] == "协助政府工作协议书"
    assert TRICKY in text
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["宣传", TRICKY]
    section = document.sections[0]
    assert [round(margin.mm) for margin in (section.top_margin, section.bottom_margin)] == [37, 35]
    assert [round(margin.mm) for margin in (section.left_margin, section.right_margin)] == [28, 26]


@pytest.mark.skipif(not chinese_fonts(), reason="no Chinese font on this machine")
def test_pdf_is_made_whatever_the_words_are():
    assert as_pdf(letter(TRICKY)).startswith(b"%PDF")


def test_without_a_font_there_is_a_sentence_instead_of_boxes(monkeypatch):
    monkeypatch.setattr(pdf, "_installed", lambda: frozenset())
    with pytest.raises(NoFont):
        as_pdf(letter())


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_goes_into_word(text):
    with zipfile.ZipFile(io.BytesIO(as_docx(letter(text)))) as archive:
        assert archive.testzip() is None
