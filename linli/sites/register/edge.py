"""What every view of the register does first and last: who is in scope, and how a page is answered."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from linli.foundation.accounts.actors import Actor
from linli.register.people.models import Person

MOST = 2**63 - 1


def person_in_scope(actor: Actor, person_id: int) -> Person:
    """The person with this id, or 404 outside the actor's scope. One statement."""
    rows = Person.objects.visible_to(actor).select_related(
        "area", "area__parent", "household", "dwelling__building__estate"
    )
    person = rows.filter(pk=person_id).first() if person_id <= MOST else None
    if person is None:
        raise Http404
    return person


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of the register."""
    return TemplateResponse(request, f"register/{template}", dict(context), status=status)


def url_or_none(name: str, *args: object) -> str:
    """The address of a page that stands in another part of the house; "" where that part is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where the form wants to go afterwards, if that is a page of the register."""
    wanted = request.POST.get("next", "")
    home = reverse("register:people").removesuffix("people/")
    if wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise
