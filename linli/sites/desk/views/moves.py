"""Making a move: its own page without JavaScript, and where every form of a move is sent."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.apps.incidents import actions as incidents
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.sites.desk import photos, words
from linli.sites.desk.edge import busy, page, safe_next
from linli.sites.desk.forms import PHOTO_FIELDS, MoveForm
from linli.sites.desk.texts import texts_for
from linli.sites.desk.views.case import facts, move_form, view_or_404
from linli.spine.cases.queries import CaseView, Choice
from linli.ui.forms import put
from linli.ui.toasts import toast

LATEST = 6


@requires(Permission.CASE_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ActorRequest, number: str, name: str) -> HttpResponse:
    """The form of a move (GET), or the move itself (POST).

    Refused input comes back with everything typed (422); so does a case that somebody else has moved (409), with
    what is new above it.
    """
    view = view_or_404(request.actor, number, timezone.now())
    if name not in {one.name for one in view.flow.moves}:
        raise Http404
    choice = next((one for one in view.choices if one.move.name == name), None)
    if choice is None:
        raise NotAllowed(_("Your part in this case does not include this."))
    if request.method != "POST":
        form = move_form(view, choice, timezone.now())
        return answer(request, view, choice, form, [], 200)
    return made(request, view, choice)


def made(request: ActorRequest, view: CaseView, choice: Choice) -> HttpResponse:
    """Make the move, or show why not."""
    now, actor, number = timezone.now(), request.actor, view.case.number
    form = move_form(view, choice, now, request.POST)
    kept = photos.kept(request, actor)
    if not form.is_valid():
        # Photos that came with a form to be corrected are stored now: no browser sends them a second time.
        kept = stored_anyway(request, form, kept)
        return answer(request, view, choice, form, kept, 422)
    try:
        kept = photos.take(request, actor, kept, now) if form.wants_photos else []
        incidents.act(
            case_id=view.case.pk,
            name=choice.move.name,
            by=actor,
            inputs=form.inputs(kept),
            now=now,
            expected_seq=form.cleaned_data["seq"],
        )
    except NotAllowed:
        raise
    except Stale as stale:
        return moved_meanwhile(request, number, choice, kept, stale)
    except Refusal as refusal:
        put(form, refusal, PHOTO_FIELDS)
        return answer(request, view, choice, form, kept, 422 if isinstance(refusal, Invalid) else refusal.status)
    except OperationalError:
        form.add_error(None, busy())
        return answer(request, view, choice, form, kept, 503)
    toast(request, _("%(number)s: %(move)s. Done.") % {"number": number, "move": gettext(choice.move.label)})
    # The page that follows tells the browser to forget the draft of this form.
    home = reverse("desk:case", args=[number])
    return redirect(safe_next(request, f"{home}?done={choice.move.name}" if choice.needs_form else home))


def stored_anyway(request: ActorRequest, form: MoveForm, kept: list[StoredFile]) -> list[StoredFile]:
    """The photos of a form that is wrong elsewhere; what is wrong with them is said beside them."""
    try:
        return photos.take(request, request.actor, kept, timezone.now()) if form.wants_photos else []
    except Refusal as refusal:
        put(form, refusal)
        return kept


def moved_meanwhile(
    request: ActorRequest, number: str, choice: Choice, kept: list[StoredFile], stale: Stale
) -> HttpResponse:
    """The page of the move afresh, with what was typed: the person reads what is new, then decides again."""
    now = timezone.now()
    view = view_or_404(request.actor, number, now)
    fresh = next((one for one in view.choices if one.move.name == choice.move.name), choice)
    data = request.POST.copy()
    data["seq"] = str(view.case.seq)
    form = move_form(view, fresh, now, data)
    form.is_valid()
    form.add_error(None, str(stale))
    return answer(request, view, fresh, form, kept, 409)


def answer(
    request: ActorRequest, view: CaseView, choice: Choice, form: MoveForm, kept: list[StoredFile], status: int
) -> HttpResponse:
    """The page of one move."""
    now = timezone.now()
    label = gettext(choice.move.label)
    context: dict[str, Any] = {
        "case": view.case,
        "choice": choice,
        "form": form,
        "label": label,
        "title": f"{label} · {view.case.title}",
        "status": words.status(view.case),
        "due": words.due(view.case, now),
        "facts": facts(view, now),
        "history": words.history(view)[:LATEST],
        "texts": texts_for(choice.move.name),
        "kept": len(kept),
        "kept_photos": photos.sealed(kept),
        "url": reverse("desk:move", args=[view.case.number, choice.move.name]),
        "next": request.POST.get("next", ""),
    }
    return page(request, "move.html", context, status=status)
