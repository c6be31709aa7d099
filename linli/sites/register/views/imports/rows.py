"""Errors, cell by cell: read, filtered, corrected here, or taken home as a workbook and sent again."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.imports import actions
from linli.foundation.imports.models import Batch
from linli.lib.errors import Refusal
from linli.register.people.importing import deciding, previewing, returning
from linli.register.people.importing.columns import labels
from linli.register.people.importing.looking import look
from linli.register.people.importing.rows import DOOR_PARTS
from linli.register.people.importing.sentences import may_be_name, sentences_of, unread_sentences
from linli.register.people.models import Staged
from linli.sites.register.forms.imports import FileForm
from linli.sites.register.views.imports.scope import batch_in_scope, next_page, show, where
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast, toast_error

PAGE = 20
ERRORS, UNREAD = "errors", "unread"


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rows(request: ActorRequest, batch_id: int) -> HttpResponse:
    """The rows with errors, or those that come in without a cell, 20 at a time; a POST corrects cells of one row."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state != Batch.State.CHECKED:
        return redirect(where(batch))
    if request.method == "POST":
        return _correct(request, batch)
    return _page(request, batch, FileForm())


def _correct(request: ActorRequest, batch: Batch) -> HttpResponse:
    number = request.POST.get("row", "")
    changes = {
        int(key.removeprefix("cell-")): str(value)
        for key, value in request.POST.items()
        if key.startswith("cell-") and key.removeprefix("cell-").isdigit() and len(key) < 10
    }
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return redirect("register:import_rows", batch.pk)
    try:
        row = deciding.correct(
            by=request.actor,
            batch_id=batch.pk,
            number=int(number),
            changes=changes,
            named=bool(request.POST.get("named")),
            now=timezone.now(),
        )
    except Refusal as refusal:
        toast_error(request, str(refusal))
    else:
        if row.state == Staged.State.ERROR:
            toast_error(request, _("Row %(row)s still has an error.") % {"row": row.row})
        else:
            toast(request, _("Row %(row)s is in order now.") % {"row": row.row})
    chosen = [_filter(request.POST.get("field", "")), "show=unread" if request.POST.get("show") == UNREAD else ""]
    return redirect(reverse("register:import_rows", args=[batch.pk]) + "?" + "&".join(filter(None, chosen)))


def _filter(field: str) -> str:
    return f"field={field}" if field in labels() else ""


def _page(request: ActorRequest, batch: Batch, form: FileForm, status: int = 200) -> TemplateResponse:
    field, after = request.GET.get("field", ""), request.GET.get("after", "")
    wrong = batch.counts.get("error", 0)
    view = request.GET.get("show", "") if request.GET.get("show") in (ERRORS, UNREAD) else ERRORS if wrong else UNREAD
    found = Staged.objects.filter(batch=batch, state=Staged.State.ERROR)
    if view == UNREAD:
        found = Staged.objects.filter(batch=batch).exclude(unread="").exclude(state=Staged.State.LEFT_OUT)
    if field in labels():
        has = {"unread__contains": f"/{field}/"} if view == UNREAD else {"errors__contains": f'"{field}":'}
        found = found.filter(**has)
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    part, following = previewing.part(found, start, PAGE)
    cells, unread = deciding.cells_of(batch, part), unread_sentences(batch, [row.row for row in part])
    context = {
        "form": form,
        "lines": [_line(batch, row, cells.get(row.row, []), unread.get(row.row, {})) for row in part],
        "view": view,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": batch.counts.get(counted, 0), "current": name == view}
            for name, label, counted in (
                (ERRORS, _("Rows that stay out"), "error"),
                (UNREAD, _("Cells to be read"), UNREAD),
            )
        ],
        "fields": [(key, labels()[key]) for key in dict.fromkeys(batch.mapping.values()) if key in labels()],
        "field": field,
        "older_url": from_page(request, str(following)) if following else "",
        "first_url": without(request) if after else "",
        "next_url": reverse(
            "register:import_merge" if batch.counts.get("duplicate") else "register:import_preview", args=[batch.pk]
        ),
        "next_page": next_page(batch),
    }
    return show(request, "import_rows.html", batch, "errors", context, status=status)


def _line(batch: Batch, row: Staged, said: list[str], unread: dict[str, str]) -> dict[str, Any]:
    """A row with its wrong and unread cells as fields, the others as words."""
    wrong = unread | sentences_of(row.errors)
    columns = {name: int(at) for at, name in batch.mapping.items() if name}
    cells = dict(previewing.masked_cells(row, said, batch.mapping))
    inputs = []
    for name, sentence in wrong.items():
        at = columns.get(name)
        if at is None and name == "address":
            at = next((columns[part] for part in DOOR_PARTS if part in columns), None)
        label = batch.columns[at] if at is not None and at < len(batch.columns) else ""
        inputs.append(
            {
                "at": at,
                "label": label or str(name),
                "text": cells.get(at, "") if at is not None else "",
                "why": sentence,
            }
        )
    others = [(batch.columns[at], text) for at, text in cells.items() if text and at < len(batch.columns)]
    return {
        "row": row,
        "name": row.name or "—",
        "inputs": inputs,
        "others": others[:8],
        "may_be_name": may_be_name(row.errors),
    }


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def take_in(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Read a row that was set aside as one about a person."""
    batch = batch_in_scope(request.actor, batch_id)
    number = request.POST.get("row", "")
    back = reverse("register:import_preview", args=[batch.pk]) + "?view=left_out"
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return redirect(back)
    try:
        row = deciding.take_in(by=request.actor, batch_id=batch.pk, number=int(number), now=timezone.now())
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return redirect(back)
    if row.state == Staged.State.ERROR:
        toast_error(request, _("Row %(row)s still has an error.") % {"row": row.row})
        return redirect("register:import_rows", batch.pk)
    toast(request, _("Row %(row)s is in order now.") % {"row": row.row})
    return redirect(back)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def workbook(request: ActorRequest, batch_id: int) -> HttpResponseBase:
    """The annotated workbook; taking it is written into the access log."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state != Batch.State.CHECKED:
        return redirect(where(batch))
    only_wrong = request.GET.get("rows") == "wrong"
    with tempfile.TemporaryDirectory(prefix="linli-annotated-") as folder:
        path = Path(folder) / "annotated.xlsx"
        returning.annotate(batch, path, only_wrong=only_wrong)
        # The open file lives on when its name is gone.
        file = path.open("rb")
    audit.record(
        by=request.actor, action="imports.annotated", now=timezone.now(), subject_kind="batch", subject_id=batch.pk
    )
    name = _("corrections-%(batch)s.xlsx") % {"batch": batch.pk}
    return FileResponse(file, as_attachment=True, filename=name)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def replace(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Take the corrected sheet in place of the first one."""
    batch = batch_in_scope(request.actor, batch_id)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, batch, form, status=422)
    file = form.cleaned_data["file"]
    try:
        after = actions.replace_file(
            by=request.actor, batch_id=batch.pk, name=file.name, chunks=file.chunks(), now=timezone.now(), look=look
        )
    except Refusal as refusal:
        if refusal.fields:
            put(form, refusal)
        else:
            form.add_error("file", str(refusal))
        return _page(request, batch, form, status=refusal.status)
    return redirect(where(after))
