"""In a browser, on a phone and on a desk: a book of several sheets of another place, with hidden rows and formulas."""

import pytest
import xlsxwriter
from django.utils import translation

from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.people.importing import balance
from linli.register.people.models import Person as Resident
from linli.sites.register.tests.test_journey import browser, signed_in
from tests.browsing import DESKTOP, PHONE

__all__ = ["browser", "signed_in"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def book(path) -> None:
    """Two sheets of eight people each, with a title, totals, a note, a hidden row, a formula, and a hidden sheet."""
    with xlsxwriter.Workbook(path) as made:
        for name, surname in (("1幢", "赵"), ("2幢", "钱")):
            page = made.add_worksheet(name)
            page.write(0, 0, "北圩路社区常住人口花名册")
            page.write_row(1, 0, ["序号", "姓名", "性别", "现住址", "备用"])
            for at in range(8):
                door = f"北圩花园{at + 1}幢2单元301"
                page.write_row(2 + at, 0, [at + 1, surname + chr(0x5000 + at) + chr(0x6000 + at), "男", door, "x"])
            page.write_row(10, 0, ["合计", "8人"])
            page.write_row(11, 0, ["备注：以上人员均已核实"])
            page.write_formula(12, 1, "=X!A1", None, "")
            page.set_row(4, None, None, {"hidden": True})
        notes = made.add_worksheet("填写说明")
        notes.write_column(0, 0, ["说明", "1.请如实填写", "2.不得空项"])
        notes.hide()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_a_book_of_several_sheets(signed_in, tmp_path, size):
    worker = signed_in("community-worker", size=size)
    book(tmp_path / "花名册.xlsx")
    worker.go("/register/imports/")
    worker.page.locator("input[type=file]").set_input_files(tmp_path / "花名册.xlsx")
    worker.press("Upload and look at the columns")
    worker.sees("The file has 3 sheets")
    worker.press("Read this sheet")
    worker.page.get_by_label("leave them out").check()
    worker.page.get_by_label("The sheet is about the place that I import into all the same").check()
    worker.press("Check the rows")
    batch = Batch.objects.get()
    tasks.run(batch.pk)
    for page in ("rows", "preview", "preview/?view=left_out"):
        worker.go(f"/register/imports/{batch.pk}/{page}" + ("" if "?" in page else "/"))
        batch.refresh_from_db()
        with translation.override("en"):
            worker.sees(str(balance.whole(batch)))
    worker.page.locator("input[name=without_errors]").check()
    worker.press("Approve and apply")
    tasks.run(batch.pk)
    worker.go(f"/register/imports/{batch.pk}/result/")
    worker.sees("1 row is hidden or filtered away in the file; it is left out.")
    assert Resident.objects.filter(batch=batch).count() == 7
    worker.press("Import this sheet, too")
    worker.sees("北圩路社区常住人口花名册")
    worker.go("/register/imports/")
    worker.sees("2幢 · batch 2")
