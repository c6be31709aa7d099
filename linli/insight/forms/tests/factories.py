"""Forms as departments send them."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.foundation.files.documents import store_document
from linli.foundation.files.models import StoredFile

ALL_HELD = ("序号", "姓名", "性别", "年龄", "身份证号码", "家庭住址", "联系电话")
PARTLY = (*ALL_HELD, "是否需要上门", "最想参加的活动")


def form_bytes(names=PARTLY, title: str = "老年人基本情况统计表") -> bytes:
    """An empty form: a merged title, a header, three empty rows, a signature."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "统计表"
    page["A1"] = title
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(names))
    for column, name in enumerate(names, start=1):
        page.cell(2, column, name)
    page["A6"] = "填表人："
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def stored_form(by, now, names=PARTLY) -> StoredFile:
    """The form, uploaded."""
    upload = SimpleUploadedFile("老年人情况统计表.xlsx", form_bytes(names))
    return store_document(upload=upload, by=by, now=now)
