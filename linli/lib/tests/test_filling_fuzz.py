"""Whatever is wrong inside a form, it is filled or refused; nothing else is ever raised."""

import contextlib
import io
import random
import re
import zipfile

import pytest

from linli.lib.filling import Block, Cells, NotAForm, fill, word_tables
from linli.lib.tests.test_filling_layout import rich_form
from linli.lib.tests.test_filling_word import form as word_form

#: What stands in the wrong places of a damaged file.
WRONG = ("", "0", "-1", "A1", "A0", "99999999", "x", "$A$1:C4", "1.5", "B2:A1", "ZZZ9", "true", "SUM(", '"', "１")


def damaged(content: str, rng: random.Random) -> str:
    """One attribute, text or empty element is wrong or gone."""
    pattern = rng.choice((r'(?<==")[^"]*(?=")', r"(?<=>)[^<>]+(?=<)", r' [\w:]+="[^"]*"', r"<[\w:]+[^<>]*/>"))
    hits = list(re.finditer(pattern, content))
    if not hits:
        return content
    hit = rng.choice(hits)
    by = rng.choice(WRONG).replace('"', "&quot;") if pattern.startswith("(") else ""
    return content[: hit.start()] + by + content[hit.end() :]


def with_one_part_damaged(form: bytes, rng: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form)) as given, zipfile.ZipFile(made, "w") as out:
        names = given.namelist()
        likely = [name for name in names if name.endswith(("sheet1.xml", "workbook.xml", "document.xml"))]
        part = rng.choice(likely if rng.random() < 0.6 else [one for one in names if one.endswith((".xml", ".rels"))])
        for name in names:
            content = given.read(name)
            out.writestr(name, damaged(content.decode(), rng) if name == part else content)
    return made.getvalue()


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_form_is_filled_or_refused(tmp_path, seed):
    rng = random.Random(seed)
    forms = ((rich_form(), "表", "汇总 表"), (word_form(), "表1", "表2"))
    for _time in range(25):
        form, sheet, other = rng.choice(forms)
        content = with_one_part_damaged(form, rng)
        blocks, cells = [Block(sheet, 3, [(None, "张", 3)] * 5)], [Cells(other, {"A1": 1})]
        with contextlib.suppress(NotAForm):
            fill(content, tmp_path / "out", blocks=blocks, cells=cells, about=[["来源"]], about_name="数据来源")
            if sheet == "表1":
                word_tables(content)
