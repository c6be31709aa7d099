"""Which sheet, where its header is, and which column is which field; then the check begins."""

from collections.abc import Mapping

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports import actions, queries
from linli.foundation.imports.models import Batch
from linli.foundation.imports.tasks import work
from linli.lib.errors import Refusal, Stale
from linli.register.people.importing import balance, elsewhere
from linli.register.people.importing.columns import labels
from linli.register.people.importing.looking import Column, Look, look
from linli.sites.register.forms.imports import OptionsForm
from linli.sites.register.views.imports.scope import batch_in_scope, grids_of, show, where
from linli.ui.forms import put
from linli.ui.toasts import toast_error

WAITING = (Batch.State.UPLOADED, Batch.State.MAPPED, Batch.State.CHECKED, Batch.State.FAILED)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: ActorRequest, batch_id: int) -> HttpResponse:
    """The columns as they were understood, each correctable; sending the form starts the check."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state not in WAITING:
        return redirect(where(batch))
    given = request.POST if request.method == "POST" else request.GET
    try:
        found = look(
            batch, sheet=given.get("sheet", "") or batch.sheet, last_header_row=_number(given.get("header", ""))
        )
    except Refusal as refusal:
        return show(request, "import_columns.html", batch, "columns", {"refusal": str(refusal)}, status=422)
    if not (given.get("sheet") or batch.sheet) and len(found.book["sheets"]) > 1:
        return show(request, "import_sheets.html", batch, "columns", {"sheets": found.book["sheets"]})
    grids = grids_of(batch.area_id)
    if request.method != "POST":
        initial = {"event": "entry", "create": True, **batch.options}
        return _page(request, batch, found, OptionsForm(found, grids, initial=initial))
    form = OptionsForm(found, grids, request.POST)
    if not form.is_valid():
        return _page(request, batch, found, form, status=422)
    try:
        _start(request, batch, found, form)
    except Stale as refusal:
        put(form, refusal)
        return _page(request, batch, found, form, status=409)
    work.enqueue(batch.pk)
    return redirect("register:import_progress", batch.pk)


def _start(request: ActorRequest, batch: Batch, found: Look, form: OptionsForm) -> None:
    now = timezone.now()
    with transaction.atomic():
        actions.start_check(
            by=request.actor,
            batch_id=batch.pk,
            sheet=found.sheet,
            header=(max(found.header.last - found.header.first + 1, 1), found.header.data_from),
            columns=list(found.header.names),
            mapping=form.mapping,
            options=form.options,
            signature=found.signature,
            now=now,
        )
        if form.cleaned_data.get("elsewhere"):
            said = found.elsewhere.said(batch.area.name)
            elsewhere.confirm(by=request.actor, batch_id=batch.pk, said=said, now=now)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _page(request: ActorRequest, batch: Batch, found: Look, form: OptionsForm, status: int = 200) -> TemplateResponse:
    whys = {
        "name": _("by its name"),
        "like": _("by a similar name"),
        "content": _("by its content"),
        "group": _("by the heading above it"),
        "beside": _("by the column beside it"),
        "remembered": _("as the last time"),
        "chosen": _("as chosen"),
    }
    lines = [(column, form[f"column-{column.index}"], _recognised(column, whys)) for column in found.columns]
    context = {
        "found": found,
        "form": form,
        "lines": lines,
        "left_out": [column for column, bound, _why in lines if not bound.value() and column.filled],
        "remarks": _remarks(found),
        "elsewhere": found.elsewhere.said(batch.area.name) if found.elsewhere else "",
        "last_header": found.header.last,
    }
    return show(request, "import_columns.html", batch, "columns", context, status=status)


def _remarks(found: Look) -> list[str]:
    """What of the file is to be known before its columns are matched."""
    said = [balance.marks(found.book["opened"])] if found.book["opened"] else []
    return [*said, balance.formulas(found.uncomputed)] if found.uncomputed else said


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def sheet(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Another sheet of the same file, as a batch of its own."""
    batch = batch_in_scope(request.actor, batch_id)
    try:
        other = actions.open_sheet_too(
            by=request.actor, batch_id=batch.pk, sheet=request.POST.get("sheet", ""), now=timezone.now()
        )
    except Refusal as refusal:
        toast_error(request, "; ".join(map(str, refusal.fields.values())) or str(refusal))
        return redirect(where(batch))
    return redirect(where(other))


def _recognised(column: Column, whys: Mapping[str, str]) -> str:
    """Why a column is taken for what it is, or what it may be where people are asked."""
    why = whys.get(column.why, "")
    if column.sure or column.field not in labels():
        return why
    return _("perhaps %(what)s, %(why)s") % {"what": labels()[column.field], "why": why}


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def progress(request: ActorRequest, batch_id: int) -> HttpResponse:
    """How far the work is; asks again by itself, with or without JavaScript, and leads on when it is done."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state not in queries.WORKING:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": where(batch)})
        return redirect(where(batch))
    doing = {
        "read": _("reading and checking the rows"),
        "match": _("looking for people whom the register knows"),
        "likeness": _("comparing names, birthdays and doors"),
        "compare": _("looking for differences"),
        "homes": _("homes and households"),
        "people": _("people"),
        "headcounts": _("headcounts"),
        "changes": _("changes"),
    }.get(queries.doing(batch), "")
    titles = {
        Batch.State.CHECKING: _("The rows are being checked"),
        Batch.State.UNDOING: _("The batch is being undone"),
    }
    context = {
        "doing": doing,
        "title": titles.get(Batch.State(batch.state), _("The batch is being applied")),
        "may_cancel": batch.state == Batch.State.CHECKING,
        "most": max(batch.rows_total, batch.rows_done, 1),
    }
    step = "check" if batch.state == Batch.State.CHECKING else "result"
    template = "import_working.html" if request.headers.get("HX-Request") else "import_progress.html"
    return show(request, template, batch, step, context)
