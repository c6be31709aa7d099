"""Handing down: one form for one community or for all, and what became of it in each."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.admission import uploads, whom
from linli.apps.admission.actions import tasks as actions
from linli.apps.admission.actions.tasks import AlreadySent
from linli.apps.admission.flow import TASK
from linli.apps.admission.forms.handing import HandingForm
from linli.apps.admission.models import Form
from linli.apps.admission.pages import address, crumbs, page
from linli.apps.admission.queries import beside, citing, judging
from linli.apps.admission.queries import tasks as queries
from linli.apps.admission.queries.citing import Cited
from linli.apps.admission.queries.tasks import Filter
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.models import StoredFile
from linli.lib.errors import NotAllowed, Refusal
from linli.spine.cases.shown import due, status
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast

#: What an objection of an action is called in this form.
NAMES = {"file": "files", "areas": "areas"}


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_down(request: ActorRequest) -> HttpResponse:
    """Hand a task down. What no list allows is said before it is sent, and sent only by somebody who has read it."""
    actor, now = request.actor, timezone.now()
    if actor.unit_id is None:
        raise NotAllowed(_("Your post belongs to no unit, so there is nobody to hand something down."))
    form = _form(request, timezone.localdate(now))
    if request.method != "POST":
        return _answer(request, form, [])
    kept = uploads.kept(request, actor)
    try:
        kept = uploads.take(request, actor, kept, now)
        if not form.is_valid():
            return _answer(request, form, kept, 422)
        if (asking := whom.asked_about(request.POST, form, kept, timezone.localdate(now))) is not None:
            return _answer(request, form, kept, asking=asking)
        handed = actions.hand_down(by=actor, given=form.given(kept), now=now)
    except AlreadySent as sent:
        toast(request, str(sent))
        return redirect("admission:handing", sent.handing.pk)
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.is_valid()
        put(form, refusal, NAMES)
        ask, compare = ("knowingly" in refusal.fields, "fit_reason" in refusal.fields)
        return _answer(request, form, kept, refusal.status, ask=ask, compare=compare)
    except OperationalError:
        form.add_error(None, _("The system is busy for a moment. Nothing was handed down; please send it again."))
        return _answer(request, form, kept, 503)
    count = handed.on_list + handed.off_list
    text = ngettext("Handed down to %(n)s community.", "Handed down to %(n)s communities.", count)
    toast(request, text % {"n": count} if count else _("Everything that this form asks for is held already."))
    return redirect("admission:handing", handed.handing.pk)


def _form(request: ActorRequest, today: date) -> HandingForm:
    actor = request.actor
    rows = Area.objects.within(actor.area_id).current(today)
    places = list(rows.filter(level__in=(Level.STREET, Level.COMMUNITY)).order_by("pk"))
    initial: Mapping[str, Any] = {
        "key": uuid4(),
        "scope": "chosen",
        "matter": request.GET.get("matter", ""),
        "form": Form.TASK,
    }
    return HandingForm(
        request.POST if request.method == "POST" else None,
        matters=queries.citable(actor, today),
        streets=[one for one in places if one.level == Level.STREET],
        communities=[one for one in places if one.level == Level.COMMUNITY],
        initial=initial,
    )


def _answer(
    request: ActorRequest,
    form: HandingForm,
    kept: list[StoredFile],
    code: int = 200,
    *,
    ask: bool = False,
    compare: bool = False,
    asking: whom.Asking | None = None,
) -> HttpResponse:
    # Once the rules have objected the box to tick stays, whatever else is wrong.
    ask = ask or bool(request.POST.get("knowingly"))
    compare = compare or bool(request.POST.get("fit_reason"))
    cited = _cited(request.actor, form, kept) if ask or compare else None
    context = {
        "form": form,
        "kept": kept,
        "sealed": uploads.sealed(kept),
        "objections": _objections(cited, form) if ask and cited is not None else [],
        "beside": beside.of_cited(cited) if compare and cited is not None else None,
        "ask": ask,
        "asking": asking,
        "groups": _groups(form),
        "crumbs": crumbs((_("Tasks"), address("tasks")), (_("Hand down a task"), "")),
    }
    return page(request, "hand_down.html", context, code)


def _groups(form: HandingForm) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The communities by street, with what is ticked."""
    names = {street.pk: street.name for street in form.streets}
    ticked = set(form["areas"].value() or [])
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for one in form.communities:
        found.setdefault(names.get(one.pk[:9], ""), []).append((one.pk, one.name, one.pk in ticked))
    return list(found.items())


def _cited(actor: Actor, form: HandingForm, kept: list[StoredFile]) -> Cited | None:
    """What was typed, as the rules look at it; None while too little of it can be read."""
    got = getattr(form, "cleaned_data", {})
    if not {"title", "text", "form", "scope"} <= got.keys():
        return None
    chosen = form.matters.get(got.get("matter", ""))
    return Cited(
        matter=citing.loaded().get(pk=chosen.pk) if chosen is not None else None,
        unit=Unit.objects.get(pk=actor.unit_id or 0),
        role=actor.role,
        form=got["form"],
        title=got["title"],
        text=got["text"],
        claimed=got.get("claimed", ""),
        with_form=citing.comes_with_form(got["form"], kept, timezone.localdate()),
    )


def _objections(cited: Cited, form: HandingForm) -> list[tuple[str, list[str], int]]:
    """Each reason, the communities that it holds for, and how many they are."""
    areas = form.area_ids()
    found = citing.objections(cited, areas, timezone.localdate())
    names = {one.pk: one.name for one in form.communities}
    by_text: dict[str, list[str]] = {}
    for area_id, findings in found.items():
        for finding in findings:
            by_text.setdefault(judging.sentence(finding.text, finding.values), []).append(names.get(area_id, area_id))
    return [(text, [] if len(where) == len(areas) else where[:12], len(where)) for text, where in by_text.items()]


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def handing(request: ActorRequest, handing_id: int) -> TemplateResponse:
    """What became of a task in every community that it was handed to."""
    now, actor = timezone.now(), request.actor
    found = queries.handing(actor, handing_id) if handing_id < 2**31 else None
    if found is None:
        raise Http404
    after = request.GET.get("after", "")
    state = request.GET.get("state", "")
    chosen = Filter(view="all", handing=found.pk, state=state if state in TASK.state else "")
    rows = queries.page(actor, chosen, after=after)
    counts = queries.states_of(actor, found)
    context = {
        "handing": found,
        "rows": [(row, status(row.case), due(row.case, now)) for row in rows.rows],
        "tabs": [
            {"label": _("All"), "count": sum(counts.values()), "url": "?", "current": not chosen.state},
            *(
                {
                    "label": gettext(one.label),
                    "count": counts[code],
                    "url": f"?state={code}",
                    "current": chosen.state == code,
                }
                for code, one in TASK.state.items()
                if counts.get(code)
            ),
        ],
        "answered": list(Area.objects.filter(pk__in=found.answered).order_by("pk")[:1500])
        if found.unit_id == actor.unit_id
        else [],
        "asks_form": found.form == Form.FORM and found.unit_id == actor.unit_id and hasattr(found, "asked_form"),
        "files": [one.file for one in found.files.select_related("file")],
        "older_url": from_page(request, rows.after),
        "first_url": without(request) if after else "",
        "crumbs": crumbs((_("Tasks"), address("tasks")), (found.title, "")),
    }
    return page(request, "handing.html", context)
