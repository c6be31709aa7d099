"""The batches of the area, and the upload of a sheet."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports import actions, queries
from linli.foundation.imports.models import Batch
from linli.lib.errors import Refusal
from linli.register.people.importing import balance
from linli.register.people.importing.kind import CODE
from linli.register.people.importing.looking import look
from linli.sites.register.edge import page
from linli.sites.register.forms.imports import UploadForm
from linli.sites.register.views.imports.scope import batch_in_scope, communities, steps_of, where
from linli.ui.forms import put
from linli.ui.links import from_page, without

PAGE = 30
STATE_KINDS = {
    "uploaded": "new", "mapped": "new", "checking": "doing", "checked": "soon", "approved": "doing",
    "applying": "doing", "applied": "done", "undoing": "doing", "undone": "returned", "cancelled": "muted",
    "failed": "late",
}  # fmt: skip


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: ActorRequest) -> HttpResponse:
    """The newest batches, and the form for the next; a file that cannot be read is refused here and not kept."""
    areas = communities(request.actor)
    if request.method != "POST":
        return _page(request, UploadForm(areas))
    form = UploadForm(areas, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    batch = None
    try:
        file = form.cleaned_data["file"]
        batch = actions.receive(
            by=request.actor,
            kind=CODE,
            area_id=form.cleaned_data["area"],
            name=file.name,
            chunks=file.chunks(),
            now=timezone.now(),
        )
        look(batch)
    except Refusal as refusal:
        if batch is not None:
            actions.refuse_file(batch=batch)
        if refusal.fields:
            put(form, refusal)
        else:
            form.add_error("file", str(refusal))
        return _page(request, form, status=422)
    return redirect("register:import_columns", batch.pk)


def _page(request: ActorRequest, form: UploadForm, status: int = 200) -> TemplateResponse:
    after = request.GET.get("after", "")
    rows = queries.visible_to(request.actor, CODE).order_by("-pk")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    older = from_page(request, str(found[PAGE - 1].pk)) if len(found) > PAGE else ""
    context = {
        "form": form,
        "rows": [(batch, STATE_KINDS[batch.state], balance.whole(batch)) for batch in found[:PAGE]],
        "older_url": older,
        "first_url": without(request) if after else "",
        "steps": steps_of(None, "upload"),
    }
    return page(request, "imports.html", context, status=status)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def one(request: ActorRequest, batch_id: int) -> HttpResponse:
    """The page where the batch stands."""
    return redirect(where(batch_in_scope(request.actor, batch_id)))


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def cancel(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Give the batch up."""
    batch = batch_in_scope(request.actor, batch_id)
    after = actions.cancel(by=request.actor, batch_id=batch.pk, now=timezone.now())
    if after.state == Batch.State.CANCELLED:
        from linli.register.people.importing.staging import forget

        forget(batch.pk)
    return redirect(where(after))
