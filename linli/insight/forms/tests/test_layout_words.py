"""Every reason and note of a filled form has its sentence."""

from django.utils import translation

from linli.insight.forms import layout_words
from linli.lib.filling import NOTES, REASONS, Filled, NotAForm, Note


def test_sentences_are_those_of_the_library():
    with translation.override("en"):
        assert {code: str(text) for code, text in layout_words.REASONS.items()} == dict(REASONS)
        assert {code: str(text) for code, text in layout_words.NOTES.items()} == dict(NOTES)


def test_they_name_the_place():
    with translation.override("en"):
        assert layout_words.notes(Filled({}, (Note("short_range", "表", "B4"),)))[0].startswith("表 B4: ")
        assert layout_words.reason(NotAForm("old_excel")) == REASONS["old_excel"]
