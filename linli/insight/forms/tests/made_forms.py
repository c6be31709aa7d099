"""Forms as offices make them: a title, headings in one row or several, room, a line of signatures."""

import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.foundation.files.documents import store_document
from linli.foundation.files.models import StoredFile

CASES = Path(__file__).parent / "cases"


def store(content: bytes, name: str, by, now) -> StoredFile:
    """A form, uploaded."""
    return store_document(upload=SimpleUploadedFile(name, content), by=by, now=now)


def case(number: str, name: str, by, now) -> StoredFile:
    """One of the forms of the folder, under the name that it had."""
    return store((CASES / f"{number}.xlsx").read_bytes(), name, by, now)


def book(title: str, headings: Sequence[str], *, room: int = 5, sheet: str = "Sheet1") -> bytes:
    """A form with headings like “房东/姓名”: groups are merged above, headings without a group over both rows."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    page["A1"] = title
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headings))
    deep = max(name.count("/") for name in headings) + 1
    paths = [name.split("/") for name in headings]
    for at, path in enumerate(paths, start=1):
        for level in range(deep):
            if level < len(path) and not _goes_on(paths, at - 1, level):
                page.cell(2 + level, at, path[level])
        if len(path) < deep:
            page.merge_cells(start_row=1 + len(path), start_column=at, end_row=1 + deep, end_column=at)
    for level in range(deep - 1):
        _merge(page, paths, level)
    page.cell(2 + deep + room, 1, "填表人：")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _goes_on(paths: Sequence[Sequence[str]], at: int, level: int) -> bool:
    """Whether a group began further left."""
    path = paths[at]
    return level + 1 < len(path) and at > 0 and list(paths[at - 1][: level + 1]) == list(path[: level + 1])


def _merge(page, paths, level: int) -> None:
    first = 0
    for at in range(1, len(paths) + 1):
        if at == len(paths) or not _goes_on(paths, at, level):
            if at - first > 1:
                page.merge_cells(start_row=2 + level, start_column=first + 1, end_row=2 + level, end_column=at)
            first = at
