"""What every view of the desk does first and last: what the actor may see, how a refusal reaches its form."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.spine.cases.models import Case

LONGEST_NUMBER = 16


def case_in_scope(actor: Actor, number: str) -> Case:
    """The case with this number, or 404 outside the actor's scope. One statement."""
    rows = Case.objects.visible_to(actor).select_related("area", "matter", "unit", "party")
    case = rows.filter(number=number).first() if len(number) <= LONGEST_NUMBER else None
    if case is None:
        raise Http404
    return case


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of the desk."""
    return TemplateResponse(request, f"desk/{template}", dict(context), status=status)


def busy() -> str:
    """What to say when the database is locked for longer than we wait."""
    return _("The system is busy for a moment. Nothing was kept by halves; please send it again.")


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where the form wants to go afterwards, if that is a page of the desk."""
    wanted = request.POST.get("next", "")
    home = reverse("desk:home")
    if wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise
