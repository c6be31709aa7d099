"""Tables of Word documents are forms, too: lists and figures, told by the paragraphs in front of them."""

import io
from collections.abc import Sequence

import docx
import pytest

from linli.apps.admission.tests.factories import HOME
from linli.insight.forms import filling
from linli.insight.forms.reading import read, whom
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.expected import Facts
from linli.project.demo.population import load_population

pytestmark = pytest.mark.django_db


def _document(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    made = docx.Document()
    made.add_paragraph(title)
    table = made.add_table(rows=len(rows), cols=len(rows[0]))
    for line, words in zip(table.rows, rows, strict=True):
        for cell, word in zip(line.cells, words, strict=True):
            cell.text = word
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
def facts(district, now) -> Facts:
    load_population(district_id=district, residents=800, now=now, home=HOME)
    return Facts(HOME, now.date())


def _filled(content, name, health, actor_of, now, tmp_path):
    file = made_forms.store(content, name, health, now)
    roster = next(one.roster for one in whom(read(file), now.date()) if one.sure)
    form = read(file, roster)
    source = filling.sources_of(roster, form, actor=actor_of("community-worker"), area_id=HOME, today=now.date())
    filling.write(tmp_path / "filled.docx", file=file, form=form, source=source, about={}, whole_values=True)
    return [[cell.text for cell in row.cells] for row in docx.Document(tmp_path / "filled.docx").tables[0].rows], roster


def test_a_list_in_a_document(facts, actor_of, health, now, tmp_path):
    headings = ["序号", "姓名", "性别", "年龄", "紧急联系人", "是否独居", "备注"]
    content = _document("独居老人登记表", [headings, *[[""] * len(headings)] * 2])
    rows, roster = _filled(content, "独居老人.docx", health, actor_of, now, tmp_path)
    assert roster == {"tag": "living_alone"}
    people = facts.of("living_alone")
    assert rows[0] == headings
    rows = rows[1 : 1 + len(people)]
    assert [row[1] for row in rows] == [one.name for one in people]
    assert [row[4] for row in rows] == [one.other_contact for one in people]
    assert {row[5] for row in rows} == {"是"}


def test_figures_in_a_document(facts, actor_of, health, now, tmp_path):
    content = _document("常住人口分年龄统计表", [["年龄段", "男", "女"], ["0-17岁", "", ""], ["60岁及以上", "", ""]])
    rows, _roster = _filled(content, "统计.docx", health, actor_of, now, tmp_path)
    for row, (low, high) in zip(rows[1:], ((0, 17), (60, 200)), strict=True):
        mine = [one for one in facts.people if facts.age(one) is not None and low <= facts.age(one) <= high]
        assert row[1:] == [str(sum(one.sex == sex for one in mine)) for sex in "12"]
