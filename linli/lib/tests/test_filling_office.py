"""Filled forms open in another office program (LibreOffice), with the right totals and all rows on their pages."""

import csv
import random
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Border, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from linli.lib.filling import Block, Cells, fill

OFFICE = shutil.which("soffice")
READER = shutil.which("pdftotext")
FORMS = Path(__file__).parent / "forms"
#: Every sheet as a file of its own, values as they are kept and not as they are shown.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
LINE = Side(style="thin")

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def converted(folder: Path, kind: str, *files: Path) -> Path:
    """Let LibreOffice open files and save them as `kind`; the folder where they are."""
    made = folder / "made"
    done = subprocess.run(
        [OFFICE, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", kind,
         "--outdir", made, *files],
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return made


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_review_of_households_is_numbered_reckoned_and_printed_whole(tmp_path):
    out = tmp_path / "低保.xlsx"
    rows = [(None, f"户主{n}", f"3201{n:014}", "某路1号", 1 + n % 4, 1, 700, 100 * n) for n in range(65)]
    fill((FORMS / "02低保复核表.xlsx").read_bytes(), out, blocks=[Block("Sheet1", 4, rows)])
    lines = table(converted(tmp_path, CSV, out) / "低保-Sheet1.csv")
    assert [line[0] for line in lines[3:68]] == [str(n) for n in range(1, 66)]
    assert [float(line[8]) for line in lines[3:68]] == pytest.approx([100 * n / (1 + n % 4) for n in range(65)])
    assert lines[3][2] == "320100000000000000", "a number of eighteen digits stays text"
    assert lines[68][4:8] == [str(sum(row[at] for row in rows)) for at in (4, 5, 6, 7)]
    assert lines[69][0].startswith("单位负责人")
    page = openpyxl.load_workbook(out)["Sheet1"]
    assert page.print_area == "'Sheet1'!$A$1:$K$70"
    assert [str(one.sqref) for one in page.conditional_formatting] == ["I4:I68"]
    assert [str(one.sqref) for one in page.data_validations.dataValidation] == ["K4:K68"]
    assert page.column_dimensions["L"].hidden
    assert page.row_dimensions[60].height == 22
    assert page["K60"].border.left.style == page["K4"].border.left.style != None  # noqa: E711


def test_numbered_rows_are_used_first(tmp_path):
    out = tmp_path / "低保.xlsx"
    fill((FORMS / "02低保复核表.xlsx").read_bytes(), out, blocks=[Block("Sheet1", 4, [(None, "张三", "", "", 2)])])
    lines = table(converted(tmp_path, CSV, out) / "低保-Sheet1.csv")
    assert [line[0] for line in lines[3:24]] == [*map(str, range(1, 21)), "合计"]
    assert lines[23][4] == "2"


@pytest.mark.skipif(READER is None, reason="pdftotext is not installed")
def test_a_list_of_elders_prints_all_its_rows(tmp_path):
    rows = [(n, f"第{n}人", "男", 70) for n in range(1, 66)]
    out = tmp_path / "摸底.xlsx"
    fill((FORMS / "01独居老人摸底表.xlsx").read_bytes(), out, blocks=[Block("Sheet1", 5, rows)])
    paper = converted(tmp_path, "pdf", out) / "摸底.pdf"
    said = subprocess.run([READER, "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    assert [n for n in range(1, 66) if f"第{n}人" not in said] == []
    assert "审核人" in said
    pages = said.rstrip("\f").split("\f")
    assert len(pages) > 1
    assert all("身份证号" in page for page in pages), "the heading stands on every page"


def test_a_summary_of_a_population_adds_up(tmp_path):
    out = tmp_path / "汇总.xlsx"
    cells = Cells("Sheet1", {"A5": "某社区", "B5": 10, "C5": 99, "D5": 11, "E5": 12, "F5": 1, "N5": None})
    filled = fill((FORMS / "04常住人口统计汇总表.xlsx").read_bytes(), out, cells=[cells])
    assert [(note.code, note.where) for note in filled.notes] == [("formula_kept", "C5")]
    lines = table(converted(tmp_path, CSV, out) / "汇总-Sheet1.csv")
    assert lines[4][:6] == ["某社区", "10", "23", "11", "12", "1"]
    assert lines[5][:6] == ["合计", "10", "23", "11", "12", "1"]


def test_one_row_of_a_summary_becomes_many(tmp_path):
    out = tmp_path / "汇总.xlsx"
    rows = [(f"第{n}社区", 10, None, n, 2 * n) for n in range(1, 8)]
    fill((FORMS / "04常住人口统计汇总表.xlsx").read_bytes(), out, blocks=[Block("Sheet1", 5, rows)])
    lines = table(converted(tmp_path, CSV, out) / "汇总-Sheet1.csv")
    assert lines[11][:5] == ["合计", "70", "84", "28", "56"]


def made_form(path: Path, rng: random.Random) -> tuple[int, int, int]:
    """A form with a header, some rows, totals above, below and on another sheet; (first row, room, columns)."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = rng.choice(["表", "附件 1", "O'Neil", "2026年"])
    first, room, columns = rng.randint(2, 6), rng.randint(1, 6), rng.randint(2, 6)
    last = first + room - 1
    letters = [openpyxl.utils.get_column_letter(at) for at in range(2, columns + 2)]
    mean = openpyxl.utils.get_column_letter(columns + 2)
    share = openpyxl.utils.get_column_letter(columns + 3)
    for row in range(first, last + 1):
        if rng.random() < 1 or room == 1:
            page.cell(row, 1, row - first + 1)
        for at in range(1, columns + 4):
            page.cell(row, at).border = Border(LINE, LINE, LINE, LINE)
        page[f"{mean}{row}"] = f"=SUM({letters[0]}{row}:{letters[-1]}{row})"
        page[f"{share}{row}"] = f"={mean}{row}/{mean}${last + 1}+COUNT({letters[0]}${first}:{letters[0]}${last})"
    page.cell(last + 1, 1, "合计")
    for letter in (*letters, mean):
        page[f"{letter}{last + 1}"] = f"=SUM({letter}{first}:{letter}{last})"
    page.cell(last + 3, 1, "审核人：")
    page.cell(1, 1, f'=IF(1=1,"{letters[0]}{first}:{letters[0]}{last}","")')
    page.cell(1, 3, f"={letters[0]}{last + 1}")
    quoted = "'" + page.title.replace("'", "''") + "'"
    other = book.create_sheet("总")
    other["A1"] = f"={quoted}!{letters[-1]}{last + 1}"
    other["A2"] = f"=SUM({quoted}!${letters[0]}${first}:${letters[-1]}${last})"
    other["A3"] = "=SUM(全部)"
    area = f"{quoted}!${letters[0]}${first}:${letters[0]}${last}"
    book.defined_names["全部"] = DefinedName("全部", attr_text=area)
    rule = DataValidation("whole", operator="greaterThan", formula1="-1")
    rule.add(f"{letters[0]}{first}:{letters[0]}{last}")
    page.add_data_validation(rule)
    page.print_area = f"A1:{share}{last + 3}"
    book.save(path)
    return first, room, columns


def test_whatever_the_form_is_its_totals_are_those_of_the_rows(tmp_path):
    """Sixty made-up forms, each filled with some rows and reckoned by LibreOffice."""
    rng = random.Random(11)
    made = []
    for number in range(60):
        form, out = tmp_path / "form.xlsx", tmp_path / f"out{number}.xlsx"
        first, room, columns = made_form(form, rng)
        rows = [(None, *(rng.randint(1, 999) for _column in range(columns))) for _row in range(rng.randint(1, 14))]
        sheet = openpyxl.load_workbook(form).sheetnames[0]
        fill(form.read_bytes(), out, blocks=[Block(sheet, first, iter(rows))], about=[["来源"]], about_name="数据来源")
        assert openpyxl.load_workbook(out).sheetnames == [sheet, "总", "数据来源"]
        made.append((out, sheet, first, room, columns, rows))
    folder = converted(tmp_path, CSV, *(one[0] for one in made))
    for out, sheet, first, room, columns, rows in made:
        lines = table(folder / f"{out.stem}-{sheet}.csv")
        foot = first - 1 + max(room, len(rows))
        sums = [sum(row[at] for row in rows) for at in range(1, columns + 1)]
        assert lines[foot][: columns + 2] == ["合计", *map(str, sums), str(sum(sums))], out
        assert lines[foot + 2][0] == "审核人："
        assert lines[0][2] == str(sums[0])
        assert [line[0] for line in lines[first - 1 : foot]] == [str(n + 1) for n in range(foot - first + 1)]
        shares = [sum(row[1:]) / sum(sums) + len(rows) for row in rows]
        got = [float(line[columns + 2]) for line in lines[first - 1 : first - 1 + len(rows)]]
        assert got == pytest.approx(shares), out
        totals = [line[0] for line in table(folder / f"{out.stem}-总.csv")]
        assert totals == [str(sums[-1]), str(sum(sums)), str(sums[0])], out
        page = openpyxl.load_workbook(out)[sheet]
        assert str(page.data_validations.dataValidation[0].sqref) == f"B{first}:B{foot}" or room == len(rows) == 1
        assert page.print_area.endswith(f"${foot + 3}")
        assert page["A1"].value == f'=IF(1=1,"B{first}:B{first + room - 1}","")', "nothing inside a text changes"


def test_a_filled_word_form_opens(tmp_path):
    from docx import Document

    document = Document()
    table_ = document.add_table(rows=3, cols=2)
    table_.cell(0, 0).text, table_.cell(0, 1).text = "姓名", "年龄"
    table_.cell(2, 0).text = "填表人"
    form, out = tmp_path / "form.docx", tmp_path / "表.docx"
    document.save(form)
    fill(form.read_bytes(), out, blocks=[Block("表1", 2, [(f"张{n}", n) for n in range(30)])])
    made = converted(tmp_path, "txt:Text", out)
    words = (made / "表.txt").read_text(encoding="utf-8-sig").split()
    assert words == ["姓名", "年龄", *(word for n in range(30) for word in (f"张{n}", str(n))), "填表人"]
