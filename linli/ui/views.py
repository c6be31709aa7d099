"""The component gallery, and the form that stores how a person likes the pages drawn."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from linli.ui import samples
from linli.ui.context import CHOICES, choose, languages

YEAR = 365 * 24 * 3600
SAMPLES = {
    "queue": "ui/gallery/queue.html",
    "board": "ui/gallery/board.html",
    "home": "ui/gallery/home.html",
    "form": "ui/gallery/form.html",
    "print": "ui/gallery/print.html",
    "error": "ui/error.html",
}


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to anybody; the decorators for this live on a higher floor and write the same attribute."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a page of the gallery as its address says: ?theme= &size= &mode= &lang=."""
    language = request.GET.get("lang", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        context["languages"] = known = languages()
        context["html_lang"] = next((one.tag for one in known if one.current), "zh-Hans")
        if any(name in request.GET for name in CHOICES):
            context["display"] = choose(request.GET, fixed=True)
        return render(request, template, context, status=context.get("status", 200))


@_public
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return _page(request, "ui/gallery/components.html", samples.components(request))


@_public
@require_GET
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """A whole page made of the components: queue, board, home, form, print, error."""
    if name not in SAMPLES:
        raise Http404
    return _page(request, SAMPLES[name], samples.page(request, name))


@_public
@require_POST
def set_display(request: HttpRequest) -> HttpResponse:
    """Store theme, text size, mode or keyboard shortcuts in cookies for a year, and go back where one came from."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    for name, allowed in {**CHOICES, "keys": ("off",)}.items():
        if name not in request.POST:
            continue
        value = request.POST[name]
        if value in allowed:
            # display.js reads and writes them too; they hold no secret.
            response.set_cookie(f"linli_{name}", value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
        else:
            response.delete_cookie(f"linli_{name}", samesite="Lax")
    return response
