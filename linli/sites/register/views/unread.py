"""What sheets said and nobody could read: the work of a community, and each cell at its person."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Refusal
from linli.register.people.actions import fields, unread
from linli.register.people.headings import meaning_of
from linli.register.people.importing.sentences import sentence
from linli.register.people.models import Person, UnreadCell
from linli.sites.register.edge import MOST, page, person_in_scope
from linli.sites.register.forms.unread import SettleForm
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast

PAGE = 50


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_safe
def cells(request: ActorRequest) -> TemplateResponse:
    """Everything that waits in the area, people who live here first to last."""
    rows = UnreadCell.objects.visible_to(request.actor).open().filter(person__status=Person.Status.HERE)
    after = request.GET.get("after", "")
    count = rows.count()
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    found = list(rows.select_related("person", "batch").order_by("pk")[: PAGE + 1])
    context = {
        "rows": [shown(cell) for cell in found[:PAGE]],
        "count": count,
        "older_url": from_page(request, str(found[PAGE - 1].pk)) if len(found) > PAGE else "",
        "first_url": without(request) if after else "",
    }
    return page(request, "unread.html", context)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: ActorRequest, person_id: int, cell_id: int) -> HttpResponse:
    """One cell with its text: enter it where it belongs, then say so; or say why it is not needed."""
    person = person_in_scope(request.actor, person_id)
    one, now = cell_of(person, cell_id), timezone.now()
    form = SettleForm(request.POST if request.method == "POST" else None)
    context = {
        "person": person,
        "one": shown(one),
        "form": form,
        "text": unread.open_text(by=request.actor, cell=one, now=now),
        "enter_url": enter_url(one),
    }
    if request.method != "POST":
        return page(request, "unread_cell.html", context)
    if not form.is_valid():
        return page(request, "unread_cell.html", context, status=422)
    try:
        unread.settle(by=request.actor, cell=one, now=now, **form.cleaned_data)
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "unread_cell.html", context, status=refusal.status)
    toast(request, _("That is settled."))
    return redirect("register:person", person.pk)


def cell_of(person: Person, cell_id: int) -> UnreadCell:
    """An open cell of this person, or 404."""
    rows = UnreadCell.objects.open().filter(person=person).select_related("batch", "person")
    found = rows.filter(pk=cell_id).first() if cell_id <= MOST else None
    if found is None:
        raise Http404
    return found


def shown(cell: UnreadCell) -> dict[str, object]:
    """A cell for a page, without its text."""
    return {
        "cell": cell,
        "heading": cell.heading or cell.field,
        "why": sentence(*json.loads(cell.why)),
        "url": reverse("register:unread_cell", args=[cell.person_id, cell.pk]),
    }


def enter_url(cell: UnreadCell) -> str:
    """Where what the cell says is entered: the form of the person, a group, or the page of the household."""
    field = meaning_of(cell.field).field
    if field in fields.EDITABLE:
        return reverse("register:person_edit", args=[cell.person_id]) + f"?unread={cell.pk}"
    if field == "tags" or field.startswith("tag:"):
        return reverse("register:group_give", args=[cell.person_id])
    if field in ("relation", "household_number") and cell.person.household_id:
        return reverse("register:household", args=[cell.person.household_id])
    return reverse("register:person", args=[cell.person_id])
