"""The ledgers: which there are, one on the screen or on paper, saved under a name of one's own."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
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
from linli.insight.ledgers import edge, queries
from linli.insight.ledgers.actions import saved as actions
from linli.insight.ledgers.definitions import Ledger
from linli.insight.ledgers.edge import page
from linli.insight.ledgers.forms import NameForm
from linli.insight.ledgers.models import SavedLedger, Subject
from linli.lib.errors import Invalid
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast

MOST_PRINTED = 500
#: Columns that a card of the home page names.
NAMED = 8


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def home(request: ActorRequest) -> TemplateResponse:
    """Every ledger with what it holds. The filters of the address go along, so that a list becomes a ledger."""
    query = without(request).removeprefix("?")
    carried = f"?{query}" if query else ""
    found = queries.ledgers(request.actor)
    context = {
        "cards": [_card(one, carried if one.subject == Subject.PEOPLE else "") for one in found],
        "carried": bool(query),
        "may_export": request.actor.can(Permission.EXPORT),
    }
    return page(request, "home.html", context)


def _card(ledger: Ledger, query: str) -> dict[str, Any]:
    labels = [one.label for one in ledger.fields]
    return {
        "name": ledger.name,
        "about": ledger.about or _("Saved by your area"),
        "columns": "、".join(labels[:NAMED]) + ("…" if len(labels) > NAMED else ""),
        "url": reverse("ledgers:ledger", args=[ledger.slug]) + query,
        "icon": {"people": "users", "dwellings": "home", "organisations": "building"}[ledger.subject],
        "saved": ledger.saved,
    }


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def ledger(request: ActorRequest, slug: str) -> TemplateResponse:
    """One ledger, fifty rows at a time, its filters and columns in the address. Numbers are masked."""
    actor = request.actor
    found = edge.asked(request, slug)
    shown = found.source.page(request.GET.get("after", ""))
    query = without(request)
    saved = found.own.saved
    context = {
        "ledger": found.ledger,
        "slug": slug,
        "columns": edge.head(found.ledger),
        "rows": edge.lines(found.ledger, found.source, list(shown.rows)),
        "chips": edge.chips(request, found),
        "controls": edge.controls(found, actor),
        "column_choices": edge.column_choices(found),
        "empty": edge.empty(found),
        "older_url": from_page(request, shown.after),
        "first_url": query if request.GET.get("after") else "",
        "query": query.removeprefix("?"),
        "as_of": found.source.day if found.source.is_past else None,
        "may_export": actor.can(Permission.EXPORT),
        "may_change": saved is not None and actor.can(Permission.EXPORT) and saved.area_id == actor.area_id,
    }
    return page(request, "ledger.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def print_ledger(request: ActorRequest, slug: str) -> TemplateResponse:
    """The first 500 rows on paper."""
    found = edge.asked(request, slug)
    shown = found.source.page("", size=MOST_PRINTED)
    context = {
        "ledger": found.ledger,
        "columns": edge.head(found.ledger),
        "rows": edge.lines(found.ledger, found.source, list(shown.rows)),
        "words": found.pairs,
        "more": bool(shown.after),
        "most": MOST_PRINTED,
        "as_of": found.source.day,
        "back_url": reverse("ledgers:ledger", args=[slug]) + without(request),
        "printed_by": request.actor.name,
        "printed_at": timezone.now(),
    }
    return page(request, "print.html", context)


@requires(Permission.EXPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: ActorRequest, slug: str) -> HttpResponse:
    """Keep the filters and columns of the address as a ledger of one's area."""
    found = edge.asked(request, slug)
    form = NameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save(
                by=request.actor,
                ledger=found.own,
                name=form.cleaned_data["name"],
                filters=found.chosen,
                columns=[one.key for one in found.ledger.fields],
                now=timezone.now(),
            )
        except Invalid as refusal:
            put(form, refusal)
        else:
            toast(request, _("The ledger was saved. Everybody of your area finds it here."))
            return redirect("ledgers:ledger", f"own-{made.pk}")
    return _named(request, form, found.pairs, _("Save as a ledger"), slug)


@requires(Permission.EXPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: ActorRequest, slug: str) -> HttpResponse:
    """Give a saved ledger another name."""
    own = _saved(request, slug)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": own.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename(by=request.actor, saved=own, name=form.cleaned_data["name"], now=timezone.now())
        except Invalid as refusal:
            put(form, refusal)
        else:
            toast(request, _("The ledger has a new name."))
            return redirect("ledgers:ledger", slug)
    return _named(request, form, [], _("Rename"), slug)


@requires(Permission.EXPORT)
@never_cache
@require_POST
def remove(request: ActorRequest, slug: str) -> HttpResponse:
    """Remove a saved ledger: the definition only."""
    own = _saved(request, slug)
    actions.remove(by=request.actor, saved=own, now=timezone.now())
    toast(request, _("“%(name)s” was removed. The register itself is as it was.") % {"name": own.name})
    return redirect("ledgers:home")


def _saved(request: ActorRequest, slug: str) -> SavedLedger:
    found = queries.ledger(request.actor, slug)
    if found is None or found.saved is None:
        raise Http404
    return found.saved


def _named(
    request: ActorRequest, form: NameForm, words: Sequence[tuple[str, str]], title: str, slug: str
) -> TemplateResponse:
    context = {
        "form": form,
        "words": words,
        "title": title,
        "back_url": reverse("ledgers:ledger", args=[slug]) + without(request),
    }
    return page(request, "name.html", context, status=422 if form.is_bound else 200)
