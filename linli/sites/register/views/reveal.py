"""Whole numbers: shown once, called at one press, and never without a line in the access log."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Refusal
from linli.register.people.actions import fields
from linli.register.people.actions.revealing import reveal as reveal_number
from linli.register.people.models import Person
from linli.sites.register import words
from linli.sites.register.edge import page, person_in_scope
from linli.sites.register.forms.person import RevealForm
from linli.ui.forms import put


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: ActorRequest, person_id: int) -> HttpResponse:
    """Ask what for (GET), then show the number (POST). Nothing is shown that was not written down first."""
    person = person_in_scope(request.actor, person_id)
    numbers = numbers_of(person)
    context = {"person": person, "numbers": numbers, "labels": dict(numbers)}
    if request.method != "POST":
        wanted = request.GET.get("field", "")
        initial = {"field": wanted if wanted in dict(numbers) else (numbers[0][0] if numbers else "")}
        return page(request, "reveal.html", {**context, "form": RevealForm(numbers=numbers, initial=initial)})
    form = RevealForm(request.POST, numbers=numbers)
    if not form.is_valid():
        return page(request, "reveal.html", {**context, "form": form}, status=422)
    field = form.cleaned_data["field"]
    try:
        shown = reveal_number(
            by=request.actor, person=person, field=field, reason=form.why(), now=timezone.now(), ip=ip_of(request)
        )
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "reveal.html", {**context, "form": form}, status=refusal.status)
    return page(request, "reveal.html", {**context, "form": form, "shown": shown, "field": field})


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_POST
def call(request: ActorRequest, person_id: int) -> HttpResponse:
    """Write down the call, then offer it: one press more dials."""
    person = person_in_scope(request.actor, person_id)
    field = request.POST.get("field", "phone")
    context = {"person": person, "masked": "", "number": ""}
    if field not in fields.PHONES:
        return page(request, "call.html", context, status=422)
    try:
        number = reveal_number(
            by=request.actor, person=person, field=field, reason="call", now=timezone.now(), ip=ip_of(request)
        )
    except Refusal as refusal:
        return page(request, "call.html", context, status=refusal.status)
    return page(request, "call.html", {**context, "masked": words.shown(field, number), "number": number})


def numbers_of(person: Person) -> list[tuple[str, str]]:
    """The numbers that the register has of somebody: field and label with the masked number."""
    labels = words.field_labels()
    return [(name, f"{labels[name]} {value}") for name in fields.SEALED if (value := words.masked(person, name))]
