"""What the sender of a form reads: which communities were asked, what they gave, and how often it is needed."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.insight.forms import queries
from linli.insight.forms.actions import series
from linli.insight.forms.models import AskedForm, Every, Submission
from linli.insight.forms.views import shared
from linli.lib.errors import NotAllowed, Refusal
from linli.ui.links import Option
from linli.ui.toasts import toast

State = Submission.State


def _asked_or_404(request: ActorRequest, handing_id: int) -> AskedForm:
    found = queries.asked(request.actor, handing_id)
    if found is None:
        raise Http404
    return found


@requires(Permission.TASK_SEND)
@never_cache
@require_safe
def together(request: ActorRequest, form_handing_id: int) -> HttpResponse:
    """A form in all communities that were asked for it: waiting, given, not given, taken back."""
    asked, today = _asked_or_404(request, form_handing_id), timezone.localdate()
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    everybody = queries.of_asked(asked)
    rows = [one for one in everybody if not state or one.state == state]
    context = {
        "asked": asked,
        "handing": asked.handing,
        "rows": [(one, shared.status(one.state, one.due_on, today), shared.period_of(one)) for one in rows],
        "tabs": [
            {"label": _("All"), "count": len(everybody), "url": "?", "current": not state},
            *(
                {"label": str(label), "count": n, "url": f"?state={code}", "current": state == code}
                for code, label in State.choices
                if (n := sum(1 for one in everybody if one.state == code))
            ),
        ],
        "options": [Option(code, str(label), code == asked.every) for code, label in Every.choices],
        "stated": Every(said).label if (said := series.stated_every(asked.handing.matter)) else "",
        "headings": asked.admitted,
    }
    return shared.page(request, "together.html", context)


@requires(Permission.TASK_SEND)
@never_cache
@require_POST
def repeat(request: ActorRequest, form_handing_id: int) -> HttpResponse:
    """Say how often a form is needed, and until when."""
    asked = _asked_or_404(request, form_handing_id)
    try:
        ends_on = date.fromisoformat(request.POST.get("ends_on", ""))
    except ValueError:
        ends_on = None
    try:
        series.repeat(
            by=request.actor,
            asked=asked,
            every=request.POST.get("every", ""),
            ends_on=ends_on,
            now=timezone.now(),
        )
        toast(request, _("Kept. Each community sees it in its list of forms."))
    except NotAllowed:
        raise
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:together", asked.pk)


@requires(Permission.TASK_SEND)
@never_cache
@require_POST
def change(request: ActorRequest, form_handing_id: int) -> HttpResponse:
    """Another empty form from now on: every community looks at it before anything is given."""
    asked, now = _asked_or_404(request, form_handing_id), timezone.now()
    try:
        series.change(by=request.actor, asked=asked, file=shared.uploaded(request, now), now=now)
        toast(request, _("The form was changed. Nothing is given until each community has looked at it."))
    except NotAllowed:
        raise
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:together", asked.pk)
