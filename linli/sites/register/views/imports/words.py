"""Words of a sheet that nobody can read: asked once, and remembered; what is remembered can be seen and forgotten."""

from collections.abc import Mapping

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
from linli.foundation.imports import actions
from linli.foundation.imports.models import Batch
from linli.foundation.imports.tasks import work
from linli.lib.errors import Refusal
from linli.register.people.importing import asking
from linli.register.people.importing.kind import CODE
from linli.sites.register.edge import MOST, page
from linli.sites.register.views.imports.scope import batch_in_scope, communities, page_after_words, show, where
from linli.ui.toasts import toast, toast_error

SHOWN = 300
PREFIX = "word-"


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Each unknown word with what it may mean; sending the form puts the meanings into all rows that say them."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state != Batch.State.CHECKED:
        return redirect(where(batch))
    if request.method != "POST":
        return _page(request, batch, {})
    typed = {key.removeprefix(PREFIX): str(value) for key, value in request.POST.items() if key.startswith(PREFIX)}
    meanings = {(name, word): meaning for key, meaning in typed.items() for name, _bar, word in (key.partition("|"),)}
    try:
        done = asking.answer(by=request.actor, batch_id=batch.pk, meanings=meanings, now=timezone.now())
        if done:
            actions.check_again(by=request.actor, batch_id=batch.pk, now=timezone.now())
    except Refusal as refusal:
        toast_error(request, str(refusal))
        return _page(request, batch, typed, refusal.fields, status=refusal.status)
    if not done:
        return redirect(f"register:{page_after_words(batch)}", batch.pk)
    work.enqueue(batch.pk)
    return redirect("register:import_progress", batch.pk)


def _page(
    request: ActorRequest,
    batch: Batch,
    typed: dict[str, str],
    errors: Mapping[str, object] | None = None,
    status: int = 200,
) -> TemplateResponse:
    told = errors or {}
    found = asking.asked(batch)
    lines = [
        {
            "asked": one,
            "chosen": typed.get(one.key, one.suggestion),
            "error": told.get(one.key, ""),
        }
        for one in found
    ]
    context = {
        "lines": lines,
        "more": max(asking.count(batch) - len(found), 0),
        "next_url": reverse(f"register:{page_after_words(batch)}", args=[batch.pk]),
    }
    return show(request, "import_words.html", batch, "words", context, status=status)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_safe
def saved(request: ActorRequest) -> TemplateResponse:
    """What words mean here, as people have said while importing."""
    areas = [code for code, _name in communities(request.actor)]
    rows = asking.remembered({*areas, request.actor.area_id}, CODE)
    context = {"words": [(one, asking.meaning_words(one)) for one in rows[:SHOWN]]}
    return page(request, "saved_words.html", context)


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_POST
def forget(request: ActorRequest, word_id: int) -> HttpResponse:
    """Forget what a word means: the next sheet asks again. Rows that came in with it stay as they are."""
    areas = [code for code, _name in communities(request.actor)]
    rows = asking.remembered({*areas, request.actor.area_id}, CODE)
    word = rows.filter(pk=word_id).first() if word_id <= MOST else None
    if word is None:
        raise Http404
    word.delete()
    toast(request, _("The next sheet will ask what “%(word)s” means.") % {"word": word.word})
    return redirect("register:saved_words")
