"""Every reason and note of a filled form has its sentence."""

import io

import openpyxl
import pytest
from django.utils import translation

from linli.apps.admission.tests.factories import HOME, agreed, handed, item, task_in
from linli.insight.forms import layout_words
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.factories import form_bytes
from linli.lib.filling import NOTES, REASONS, Filled, NotAForm, Note
from linli.project.demo.population import load_population


def test_sentences_are_those_of_the_library():
    with translation.override("en"):
        assert {code: str(text) for code, text in layout_words.REASONS.items()} == dict(REASONS)
        assert {code: str(text) for code, text in layout_words.NOTES.items()} == dict(NOTES)


def test_they_name_the_place():
    with translation.override("en"):
        assert layout_words.notes(Filled({}, (Note("short_range", "表", "B4"),)))[0].startswith("表 B4: ")
        assert layout_words.reason(NotAForm("old_excel")) == REASONS["old_excel"]


@pytest.mark.django_db
def test_what_is_to_be_looked_at_is_said_on_the_next_page(client_for, district, health, actor_of, now):
    load_population(district_id=district, residents=400, now=now, home=HOME)
    agreed(health, actor_of("community-secretary"), item(), now)
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(["序号", "姓名", "年龄", "特长"], title="居民花名册")))
    book.active.merge_cells("C3:C4")
    out = io.BytesIO()
    book.save(out)
    file = made_forms.store(out.getvalue(), "x.xlsx", health, now)
    task = task_in(handed(health, now, matter=item(), form="form", files=[file], knowingly=False))
    client = client_for("community-secretary")
    assert client.get(f"/forms/{task.case.number}/filled.xlsx").getvalue()
    assert "C3:C4" in client.get(f"/forms/{task.case.number}/").content.decode()
