"""Forms that do one thing: shown, sent, refused at their fields, confirmed where the act is grave."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.foundation.accounts.http import ActorRequest
from linli.lib.errors import NotAllowed, Refusal
from linli.sites.register.edge import page
from linli.ui.forms import put

Crumbs = Sequence[tuple[str, str]]


class SaidInForm(Refusal):
    """The form itself has said at its fields what is missing."""

    code = "said_in_form"


def rehearse(act: Callable[[], Any], look: Callable[[Any], Any]) -> Any:
    """Do it, look at what came of it, and leave everything as it was. Refusals come through."""
    with transaction.atomic():
        found = look(act())
        transaction.set_rollback(True)
    return found


def answer(
    request: ActorRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], str],
    *,
    title: str,
    button: str,
    crumbs: Crumbs,
    cancel: str,
    names: Mapping[str, str] | None = None,
    confirm: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    template: str = "act.html",
    **more: Any,
) -> HttpResponse:
    """The page of a form. `act` does it with the cleaned data and says where to go then.

    With `confirm` the first sending only asks: it returns what the reader has to know (`lines`, `sure`), and raises
    refusals as the act would; the second sending, with `sure`, does it. `names` maps fields of refusals to the form's.
    """
    context = {
        "form": form,
        "title": title,
        "button": button,
        "crumbs": [{"label": label, "url": url} for label, url in crumbs] + [{"label": title, "url": ""}],
        "cancel": cancel,
        **more,
    }
    if request.method != "POST" or "look" in request.POST:
        return page(request, template, context)
    if not form.is_valid():
        return page(request, template, context, status=422)
    try:
        if confirm is not None and "sure" not in request.POST:
            return page(request, "confirm.html", {**context, "asked": confirm(form.cleaned_data)})
        return redirect(act(form.cleaned_data))
    except NotAllowed:
        raise
    except SaidInForm:
        return page(request, template, context, status=422)
    except Refusal as refusal:
        put(form, refusal, names)
        return page(request, template, context, status=422 if refusal.status == 422 else refusal.status)
