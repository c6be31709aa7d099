"""“It bothers me too”: follow a case that was found nearby, instead of reporting it again."""

from datetime import datetime

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.incidents import actions as incidents
from linli.apps.incidents.actions import Reporter
from linli.apps.incidents.brake import count
from linli.foundation.accounts.access import public
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.lib.errors import Invalid, Refusal
from linli.sites.portal import marks, nav, story
from linli.sites.portal.forms import JoinForm
from linli.sites.portal.trays import Tray
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.ui.toasts import toast


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: ActorRequest, number: str) -> HttpResponse:
    """Join a case that was offered (its mark says so). Shows nothing of whoever reported it first."""
    now = timezone.now()
    case = _offered(request, number)
    key = request.POST.get("submission_key", "")[:40]
    tray = Tray(f"report:{key}")
    if request.method != "POST":
        return _page(request, case, _form(request, None), tray, key)
    form = _form(request, request.POST)
    try:
        count(key=f"report:{ip_of(request)}", limit="reports_per_hour_ip", area_id="", now=now)
        tray = Tray.read(request, tray.purpose, by=request.actor, now=now)
        if not form.is_valid() or tray.refusal:
            return _page(request, case, form, tray, key, status=max(422, tray.status))
        _join(request, case, form, tray, now)
    except OperationalError:
        form.refuse(_("The system is busy for a moment. Nothing you typed is lost: please send it again."), {})
        return _page(request, case, form, tray, key, status=503)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        fields = refusal.fields if isinstance(refusal, Invalid) else {}
        form.refuse(str(refusal), fields)
        return _page(request, case, form, tray, key, status=refusal.status)
    if request.actor.is_resident:
        toast(request, _("You are now told of every step, too."))
        return redirect("portal:my_case", number)
    return redirect(f"{reverse('portal:joined', args=[number])}?offer={request.GET['offer']}")


def _join(request: ActorRequest, case: Case, form: JoinForm, tray: Tray, now: datetime) -> None:
    fields = form.cleaned_data
    incidents.join(
        case=case,
        by=request.actor,
        reporter=Reporter(phone=fields.get("phone", ""), name=fields.get("name", "")),
        inputs=Inputs(public_note=fields["text"], photos=tray.stored),
        now=now,
    )


@public
@never_cache
@require_safe
def joined(request: ActorRequest, number: str) -> TemplateResponse:
    """Thanks, and how one hears of it."""
    case = _offered(request, number)
    return nav.page(request, "portal/joined.html", {"case": case}, tab="home")


def _offered(request: ActorRequest, number: str) -> Case:
    """The case, if it was offered to this visitor; 404 for whoever counts up numbers."""
    if not marks.is_offered(number, request.GET.get("offer", "")):
        raise Http404
    case = Case.objects.select_related("matter", "area", "unit", "party").filter(number=number).first()
    if case is None:
        raise Http404
    return case


def _form(request: ActorRequest, data: object) -> JoinForm:
    form = JoinForm(data)
    if request.actor.is_resident:
        # Their number is known; asking twice would be a defect.
        del form.fields["phone"], form.fields["name"]
    return form


def _page(
    request: ActorRequest, case: Case, form: JoinForm, tray: Tray, key: str, status: int = 200
) -> TemplateResponse:
    context = {
        "case": case,
        "state": story.state_tag(case, is_reporter=False),
        "told": story.told(case),
        "form": form,
        "tray": tray,
        "submission_key": key,
    }
    return nav.page(request, "portal/join.html", context, tab="home", back_url=reverse("portal:report"), status=status)
