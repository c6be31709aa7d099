"""An application while it is written: new, changed, sent in or thrown away, with the documents it rests on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.admission import uploads
from linli.apps.admission.actions import applications as actions
from linli.apps.admission.actions import drafts
from linli.apps.admission.forms.applications import (
    ApplicationForm,
    Bases,
    Offers,
    bases_lack_text,
    bases_of,
    offered_of,
)
from linli.apps.admission.models import Application
from linli.apps.admission.pages import address, crumbs, page, words_of
from linli.apps.admission.queries.needs import Need
from linli.apps.admission.queries.needs import needs as needs_of
from linli.apps.admission.views.applications import application_or_404, may_change, shown
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.documents import open_document
from linli.foundation.files.models import StoredFile
from linli.lib.errors import NotAllowed, Refusal, Stale
from linli.ui.forms import put
from linli.ui.toasts import toast

#: What an objection of an action is called in the form.
NAMES: Final = {"offered": "conditions"}
NEVER_SHOWN: Final = -1
#: What decides what an application needs.
NEEDED: Final = ("list_kind", "form", "with_form", "area_id", "name", "does")


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_new(request: ActorRequest) -> HttpResponse:
    """Write an application."""
    return _edit(request, None)


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_edit(request: ActorRequest, application_id: int) -> HttpResponse:
    """Change an application that is being written, or that came back."""
    found = application_or_404(request.actor, application_id)
    if found.unit_id != request.actor.unit_id:
        raise NotAllowed(_("Only the unit that applies may change its application."))
    if not may_change(found):
        return redirect("admission:application", found.pk)
    return _edit(request, found)


@requires(Permission.TASK_SEND)
@never_cache
@require_POST
def needs(request: ActorRequest) -> HttpResponse:
    """What is being written will need, as a fragment beside its fields."""
    return page(request, "needs.html", {"needs": _needs(request.actor, request.POST)})


def _needs(actor: Actor, typed: Mapping[str, Any]) -> list[Need]:
    place = str(typed.get("area_id", ""))
    return needs_of(
        list_kind=str(typed.get("list_kind", "")),
        form=str(typed.get("form", "")),
        with_form=bool(typed.get("with_form")),
        texts=[str(typed.get(name, ""))[:1000] for name in ("name", "does")],
        area_id=place if actor.covers(place) else actor.area_id,
        on=timezone.localdate(),
    )


def _edit(request: ActorRequest, found: Application | None) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    if actor.unit_id is None:
        raise NotAllowed(_("Your post belongs to no unit, so there is nobody to apply."))
    data = request.POST if request.method == "POST" else None
    form = ApplicationForm(data, areas=_areas(actor), initial=_initial(found, request))
    bases = Bases(data, prefix="bases", initial=_initial_bases(found))
    offers = Offers(data, prefix="offers", initial=initial_offers(found))
    files = {at: row.file for at, row in enumerate(found.bases.all()) if row.file} if found else {}
    if data is None:
        return _edit_page(request, found, form, bases, offers, files)
    send = "submit" in request.POST and (found is None or found.case is None)
    try:
        files = _files(request, found, len(bases.forms), now)
        # All of them, so that every mistake is shown at once.
        read = form.is_valid() & bases.is_valid() & offers.is_valid()
        if bases_lack_text(bases, files) or not read:
            return _edit_page(request, found, form, bases, offers, files, 422)
        given = form.given(bases_of(bases, files), offered_of(offers))
        seen = form.cleaned_data["seq"]
        saved = actions.write(
            by=actor,
            given=given,
            now=now,
            send=send,
            application_id=found.pk if found else None,
            # A form that does not say what it showed is as good as an old one.
            expected_seq=NEVER_SHOWN if seen is None else seen,
            key=str(form.cleaned_data["key"] or ""),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        if found is not None and isinstance(refusal, Stale):
            return _written_meanwhile(request, found.pk, bases, offers, files, refusal)
        form.is_valid()
        put(form, refusal, NAMES)
        return _edit_page(request, found, form, bases, offers, files, refusal.status)
    if "another" in request.POST:
        return redirect("admission:application_edit", saved.pk)
    toast(request, _("Sent in.") if send else _("Saved."))
    return redirect("admission:application", saved.pk)


def _written_meanwhile(
    request: ActorRequest, application_id: int, bases: Any, offers: Any, files: dict[int, StoredFile], stale: Stale
) -> HttpResponse:
    found = application_or_404(request.actor, application_id)
    data = request.POST.copy()
    data["seq"] = str(found.seq)
    form = ApplicationForm(data, areas=_areas(request.actor))
    form.is_valid()
    form.add_error(None, str(stale))
    return _edit_page(request, found, form, bases, offers, files, 409)


def _files(request: ActorRequest, found: Application | None, lines: int, now: datetime) -> dict[int, StoredFile]:
    """The file of each basis: the one that its line names, one kept from an earlier try, or one sent now.

    Never by the place of the line: a colleague may have changed the lines since this form was made.
    """
    own = {str(row.file_id): row.file for row in found.bases.all() if row.file} if found else {}
    files = {}
    for at in range(lines):
        held = own.get(str(request.POST.get(f"bases-{at}-held", "")))
        kept = uploads.kept(request, request.actor, f"bases-{at}-kept")
        taken = uploads.take(request, request.actor, [], now, f"bases-{at}-file")
        last = next(reversed([*kept, *taken]), held)
        if last is not None:
            files[at] = last
    return files


def _areas(actor: Actor) -> list[Area]:
    rows = Area.objects.within(actor.area_id).current(timezone.localdate())
    return list(rows.filter(level__in=(Level.DISTRICT, Level.STREET, Level.COMMUNITY)).order_by("pk"))


def _edit_page(
    request: ActorRequest,
    found: Application | None,
    form: ApplicationForm,
    bases: Any,
    offers: Any,
    files: dict[int, StoredFile],
    code: int = 200,
) -> HttpResponse:
    title = found.name if found else _("New application")
    context = {
        "application": found,
        "form": form,
        "bases": bases,
        "offers": offers,
        "needs": _needs(request.actor, {name: form[name].value() or "" for name in NEEDED}),
        "lines": [
            (line, files.get(at), uploads.sealed([files[at]]) if at in files else "", f"bases-{at}")
            for at, line in enumerate(bases)
        ],
        "resubmits": found is not None and found.case is not None,
        "crumbs": crumbs((_("Applications"), address("applications")), (title, "")),
    }
    return page(request, "application_edit.html", context, code)


def _initial(found: Application | None, request: ActorRequest) -> dict[str, object]:
    if found is None:
        return {
            "key": uuid4(),
            "area_id": request.actor.area_id,
            "list_kind": Application.ListKind.ASSIST,
            "name": words_of(request),
        }
    names = [*drafts.LONGEST, "seq", "area_id", "list_kind", "form", "starts_on", "ends_on"]
    names += ["community_leads", "with_form"]
    return {name: getattr(found, name) for name in names}


def _initial_bases(found: Application | None) -> list[dict[str, object]]:
    names = ("title", "number", "article", "form", "issuer", "level", "issuer_name", "link", "valid_from", "valid_to")
    return [{name: getattr(row, name) for name in names} for row in found.bases.all()] if found else []


def initial_offers(found: Application | None) -> list[dict[str, object]]:
    """The lines of what is offered, as the form begins with them."""
    if found is None:
        return []
    return [{name: getattr(row, name) for name in ("kind", "amount", "what", "due_on")} for row in found.offered.all()]


@requires(Permission.TASK_SEND)
@never_cache
@require_POST
def application_send(request: ActorRequest, application_id: int) -> HttpResponse:
    """Send in a draft, or throw it away."""
    found = application_or_404(request.actor, application_id)
    try:
        if "discard" in request.POST:
            drafts.discard(by=request.actor, application_id=found.pk)
            toast(request, _("Thrown away."))
            return redirect("admission:applications")
        actions.submit(by=request.actor, application_id=found.pk, now=timezone.now())
    except NotAllowed:
        raise
    except Refusal as refusal:
        texts = [str(text) for text in refusal.fields.values()] or [str(refusal)]
        return page(request, "application.html", shown(request, found, " ".join(texts)), refusal.status)
    toast(request, _("Sent in."))
    return redirect("admission:application", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def application_file(request: ActorRequest, application_id: int, document_id: UUID) -> FileResponse:
    """The document that an application rests on."""
    found = application_or_404(request.actor, application_id)
    if not found.bases.filter(file_id=document_id).exists():
        raise Http404
    return open_document(StoredFile.objects.get(pk=document_id))
