"""A form of one community over time: its periods, its standing release, and a change by its sender."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.foundation.accounts.access import refusal, requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.insight.forms import periods, purposes, queries, table, ways
from linli.insight.forms.actions import standing
from linli.insight.forms.actions.releasing import Given
from linli.insight.forms.models import CommunityForm, StandingRelease
from linli.insight.forms.table import Template
from linli.insight.forms.views import shared
from linli.insight.forms.ways import Way
from linli.lib.errors import NotAllowed, Refusal
from linli.ui.toasts import toast


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def community_form(request: ActorRequest, community_form_id: int) -> HttpResponse:
    """A form of a community (GET); give it for good, until a day (POST)."""
    actor, now = request.actor, timezone.now()
    found = shared.form_or_404(actor, community_form_id)
    template = table.template_of(found.asked)
    decides = template is not None and shared.may_release(actor, found, template)
    errors: dict[str, object] = {}
    status = 200
    given = _first(found, template)
    until = request.POST.get("until", "")
    if request.method == "POST":
        if template is None or not decides:
            raise NotAllowed(refusal(Permission.TASK_WORK))
        given = _given(request, template)
        try:
            last = _day(until)
            standing.give(by=actor, form=found, template=template, given=given, until=last, now=now)
            toast(request, _("Kept. Each time a person of the community lets it go by one press."))
            return redirect("forms:community_form", found.pk)
        except NotAllowed:
            raise
        except Refusal as refused:
            errors, status = dict(refused.fields) or {"": str(refused)}, refused.status
    return shared.page(request, "community.html", _context(request, found, template, given, until, errors), status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _first(found: CommunityForm, template: Template | None) -> Given:
    columns = {ways.id_of(one): ways.cautious(one) for one in template.form.columns} if template else {}
    return Given(purpose=next(iter(purposes.purposes(purposes.matter_of(found))), ""), columns=columns)


def _given(request: ActorRequest, template: Template) -> Given:
    columns: dict[str, Way] = {}
    for one in template.form.columns:
        way = request.POST.get(f"way_{ways.id_of(one)}", Way.BLANK)
        columns[ways.id_of(one)] = Way(way) if way in Way.values else Way.BLANK
    return Given(
        purpose=request.POST.get("purpose", "")[: purposes.LONGEST],
        columns=columns,
        as_counts=request.POST.get("as_counts") == "1",
    )


def _context(
    request: ActorRequest,
    found: CommunityForm,
    template: Template | None,
    given: Given,
    until: str,
    errors: dict[str, object],
) -> dict[str, object]:
    today = timezone.localdate()
    item, documents, matter = shared.basis_of(found)
    held = queries.standing_of(found, today)
    decides = template is not None and shared.may_release(request.actor, found, template)
    headings = template.headings if template is not None else []
    rows = list(found.submissions.order_by("-due_on", "-pk")[:60])
    against = purposes.objections(found, today)
    return {
        "form": found,
        "handing": found.asked.handing,
        "every": found.asked.get_every_display(),
        "item": item,
        "documents": documents,
        "matter": matter,
        "against": against,
        "rows": [(one, shared.status(one.state, one.due_on, today), periods.in_words(one.period)) for one in rows],
        "standing": held,
        "standing_columns": [told for told in ways.read(held.columns).values() if told.way != Way.BLANK]
        if held
        else [],
        "ended": StandingRelease.objects.filter(form=found, ended_at__isnull=False).order_by("-pk")[:5],
        "may_release": decides,
        "may_give": decides and found.asked.is_recurring and held is None and not found.is_changed and not against,
        "is_changed": found.is_changed,
        "fingerprint": found.asked.fingerprint,
        "new_headings": [name for name in headings if name not in found.asked.admitted],
        "lost_headings": [name for name in found.asked.admitted if name not in headings],
        "purposes": purposes.purposes(matter),
        "chosen": given,
        "until": until or f"{standing.latest(found, today):%Y-%m-%d}",
        "columns": [
            {
                "id": ways.id_of(one),
                "name": one.name,
                "ways": [
                    (way.value, str(way.label), way == given.columns.get(ways.id_of(one))) for way in ways.ways_of(one)
                ],
            }
            for one in (template.form.columns if template is not None else ())
            if one.key != table.NUMBER
        ],
        "errors": errors,
        "open_differences": queries.open_differences(found),
    }


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def standing_withdraw(request: ActorRequest, community_form_id: int) -> HttpResponse:
    """Take a standing release back."""
    found = shared.form_or_404(request.actor, community_form_id)
    try:
        standing.withdraw(by=request.actor, form=found, now=timezone.now())
        toast(request, _("Taken back. From now on nothing leaves under it."))
    except NotAllowed:
        raise
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:community_form", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def change_accept(request: ActorRequest, community_form_id: int) -> HttpResponse:
    """Go on with a form as its sender has changed it."""
    found = shared.form_or_404(request.actor, community_form_id)
    try:
        fingerprint = request.POST.get("fingerprint", "")[:64]
        standing.accept_change(by=request.actor, form=found, fingerprint=fingerprint, now=timezone.now())
        toast(request, _("Accepted. Look once more at what is given of it."))
    except NotAllowed:
        raise
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:community_form", found.pk)
