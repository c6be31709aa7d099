"""What will change, the yes to it, what happened, and the way back."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import User
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports import actions
from linli.foundation.imports.models import Batch
from linli.foundation.imports.tasks import work
from linli.lib.errors import Refusal
from linli.register.people.importing import coming_back, elsewhere, previewing, undoing
from linli.register.people.models import Person
from linli.sites.register.views.imports.scope import batch_in_scope, show, where
from linli.ui.links import from_page, without
from linli.ui.toasts import toast_error


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def preview(request: ActorRequest, batch_id: int) -> HttpResponse:
    """What the batch will do, as figures and as rows."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state != Batch.State.CHECKED:
        return redirect(where(batch))
    # What the register has changed since somebody last looked comes first.
    first = "meanwhile" if batch.counts.get("meanwhile") else "new"
    view = request.GET.get("view", first)
    view = view if view in previewing.VIEWS else first
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    part, following = previewing.part(previewing.rows_in(batch, view), start)
    counts = batch.counts
    labels = {
        **({"meanwhile": (_("Otherwise by now"), counts["meanwhile"])} if counts.get("meanwhile") else {}),
        "new": (_("New people"), counts.get("new", 0)),
        "changed": (_("Changed"), counts.get("changed", 0)),
        "moved": (_("Moved"), counts.get("moved", 0)),
        **{
            name: (label, counts[name])
            for name, label in (("births", _("Births")), ("deaths", _("Deaths")), ("left", _("Departures")))
            if counts.get(name)
        },
        "unchanged": (_("Unchanged"), counts.get("unchanged", 0)),
        "conflict": (_("Live elsewhere"), counts.get("conflict", 0)),
        "left_out": (_("Left out"), counts.get("left_out", 0) + counts.get("error", 0)),
    }
    context = {
        "view": view,
        "tabs": [
            {"label": label, "url": f"?view={name}", "count": n, "current": name == view}
            for name, (label, n) in labels.items()
        ],
        "lines": previewing.lines(part),
        "homes": previewing.home_counts(batch),
        "elsewhere": _elsewhere(batch),
        "older_url": from_page(request, str(following)) if following else "",
        "first_url": without(request) if after else "",
        "keyed": coming_back.KEY in batch.mapping.values(),
        "open": counts.get("duplicate", 0),
        "wrong": counts.get("error", 0),
        "nothing": not any(counts.get(name) for name in ("new", "changed", "moved", "deaths", "left")),
    }
    return show(request, "import_preview.html", batch, "preview", context)


def _elsewhere(batch: Batch) -> str:
    """What the rows say of another place, where nobody has said yet that they belong here; "" otherwise."""
    if batch.options.get(elsewhere.CONFIRMED):
        return ""
    found = elsewhere.of_staged(batch)
    return found.said(batch.area.name) if found else ""


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def approve(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Yes: the worker applies the batch. Rows with errors stay out, which has to be said."""
    batch = batch_in_scope(request.actor, batch_id)
    reason, other = "", _elsewhere(batch) if batch.state == Batch.State.CHECKED else ""
    if other and not request.POST.get("elsewhere"):
        reason = _("The sheet may be about another place. Tick that it is not, or give it up.")
    elif batch.state == Batch.State.CHECKED and batch.counts.get("duplicate"):
        reason = _("Some rows are still to be decided at the merge desk.")
    elif batch.state == Batch.State.CHECKED and batch.counts.get("error") and not request.POST.get("without_errors"):
        reason = _("Rows with errors are left out. Tick that you want this, or correct them first.")
    if reason:
        toast_error(request, reason)
        return redirect("register:import_preview", batch.pk)
    now = timezone.now()
    try:
        with transaction.atomic():
            if other:
                elsewhere.confirm(by=request.actor, batch_id=batch.pk, said=other, now=now)
            actions.approve(by=request.actor, batch_id=batch.pk, now=now)
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return redirect(where(batch))
    work.enqueue(batch.pk)
    return redirect("register:import_progress", batch.pk)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def recheck(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Match the rows with the register anew, after it has changed."""
    batch = batch_in_scope(request.actor, batch_id)
    try:
        actions.check_again(by=request.actor, batch_id=batch.pk, now=timezone.now())
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return redirect(where(batch))
    work.enqueue(batch.pk)
    return redirect("register:import_progress", batch.pk)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def result(request: ActorRequest, batch_id: int) -> HttpResponse:
    """What happened, and (while nothing newer touches it) the way back."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state not in (Batch.State.APPLIED, Batch.State.UNDONE, Batch.State.CANCELLED):
        return redirect(where(batch))
    applied = batch.state == Batch.State.APPLIED
    found = undoing.blockers(batch) if applied else []
    people = Person.objects.visible_to(request.actor).in_bulk([person_id for person_id, _why in found])
    users = User.objects.in_bulk([one for one in (batch.approved_by_id, batch.undone_by_id) if one])
    made = batch.counts.get("applied", {})
    labels = {
        "people": _("New people"),
        "households": _("New households"),
        "dwellings": _("New dwellings"),
        "buildings": _("New buildings"),
        "changed": _("People changed"),
        "fields": _("Fields changed"),
        "moved": _("People moved"),
        "deaths": _("Deaths"),
        "left": _("Departures"),
        "tags": _("Special groups"),
    }
    context = {
        "facts": [(label, made.get(name, 0)) for name, label in labels.items()],
        "applied": applied,
        "blockers": [(people.get(person_id), why) for person_id, why in found],
        "approved_by": users.get(batch.approved_by_id or 0),
        "undone_by": users.get(batch.undone_by_id or 0),
        "people_url": reverse("register:people") + f"?area={batch.area_id}",
    }
    return show(request, "import_result.html", batch, "result", context)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def undo(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Take back the whole batch."""
    batch = batch_in_scope(request.actor, batch_id)
    try:
        actions.ask_undo(by=request.actor, batch_id=batch.pk, now=timezone.now())
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return redirect(where(batch))
    work.enqueue(batch.pk)
    return redirect("register:import_progress", batch.pk)
