"""Applications: written, sent in, answered by communities, reviewed and decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.apps.admission.actions import applications as actions
from linli.apps.admission.actions import drafts
from linli.apps.admission.flow.application import AGREEING, CONSULTING
from linli.apps.admission.forms.applications import (
    AnswerForm,
)
from linli.apps.admission.models import Application, GuaranteeKind, Opinion
from linli.apps.admission.models.application import COMMUNITY_ROLES
from linli.apps.admission.moves import buttons, history
from linli.apps.admission.pages import MOST, address, crumbs, number_of, page, words_of
from linli.apps.admission.queries import applications as queries
from linli.apps.admission.queries import judging
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed, Refusal
from linli.lib.money import yuan
from linli.spine.cases.queries import choices
from linli.spine.cases.shown import due, status
from linli.spine.catalogue.basis import Verdict
from linli.ui.forms import put
from linli.ui.links import Chip, without
from linli.ui.toasts import toast

DRAFT: Final = {"kind": "new", "icon": "pencil"}


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def applications(request: ActorRequest) -> TemplateResponse:
    """The applications of the actor's scope. Two statements."""
    now, actor = timezone.now(), request.actor
    may_apply = actor.can(Permission.TASK_SEND) and actor.unit_id is not None
    has_desk = queries.has_desk(actor)
    has_desk = has_desk or actor.can(Permission.CATALOGUE_CHECK)
    q = words_of(request)
    view = request.GET.get("view", "")
    if view not in queries.VIEWS or (view == "todo" and not has_desk) or (view == "drafts" and not may_apply):
        view = "all" if q else "todo" if has_desk else "open"
    before = number_of(request.GET.get("after", ""))
    rows, go_on = queries.page(actor, view=view, q=q, before=before)
    counts = queries.counts(actor)
    tabs: list[tuple[str, str, int | None]] = [
        ("todo", _("To do"), counts.todo),
        ("drafts", _("Being written"), counts.drafts),
        ("open", _("On their way"), counts.open),
        ("admitted", _("Admitted"), counts.admitted),
        ("all", _("All"), None),
    ]
    shown = {"todo": has_desk, "drafts": may_apply}
    context = {
        "rows": [(row, *_state(row, now)) for row in rows],
        "view": view,
        "q": q,
        "tabs": [
            {"label": label, "count": count, "url": f"?view={name}", "current": name == view}
            for name, label, count in tabs
            if shown.get(name, True)
        ],
        "chips": [Chip(_("Words"), q, without(request, "q"))] if q else [],
        "may_apply": may_apply,
        "older_url": f"{without(request)}&after={go_on}" if go_on else "",
        "first_url": without(request) if before else "",
    }
    return page(request, "applications.html", context)


def _state(row: Application, now: datetime) -> tuple[Any, Any]:
    if row.case is None:
        return {**DRAFT, "label": _("Being written")}, None
    return status(row.case), due(row.case, now) if row.case.is_open else None


def application_or_404(actor: Actor, application_id: int) -> Application:
    """The application in scope, or 404."""
    found = queries.one(actor, application_id) if application_id <= MOST else None
    if found is None:
        raise Http404
    return found


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def application(request: ActorRequest, application_id: int) -> TemplateResponse:
    """An application: what is asked, what the rules say, what the communities say, and what comes next."""
    found = application_or_404(request.actor, application_id)
    return page(request, "application.html", shown(request, found))


def shown(request: ActorRequest, found: Application, problem: str = "") -> dict[str, Any]:
    """What the page of an application shows."""
    actor, now = request.actor, timezone.now()
    case = found.case
    opinions = list(found.opinions.select_related("area"))
    terms = judging.terms(found, opinions, now)
    judged = judging.verdict(found, agreed=terms.reached and bool(opinions), now=now)
    own = next((one for one in opinions if one.area_id == actor.area_id[:12]), None)
    alone = of_one_community(actor)
    mine = found.unit_id == actor.unit_id and actor.can(Permission.TASK_SEND)
    context: dict[str, Any] = {
        "application": found,
        "case": case,
        "problem": problem,
        "status": _state(found, now)[0],
        "due": due(case, now) if case and case.is_open else None,
        "verdict": findings(judged),
        "passes": judged.ok,
        "terms": terms,
        "opinions": [one for one in opinions if alone in ("", one.area_id)],
        "counts": _opinion_counts(opinions),
        "offered": _offered(found),
        "bases": [(row, row.document.in_force(timezone.localdate(now))) for row in found.bases.all()],
        "facts": facts_of(found),
        "may_edit": mine and may_change(found),
        "may_submit": mine and case is None,
        "history": history(case, of_community=alone) if case else [],
        "objections": queries.objections(found.matter) if found.matter and actor.can(Permission.TASK_SUPERVISE) else [],
        "crumbs": crumbs((_("Applications"), address("applications")), (found.name, "")),
    }
    if case is not None:
        pattern = address("application_move", found.pk, "MOVE")
        # The form of an answer is on the page itself, and the way to the text at its head.
        offered = [one for one in choices(case, actor, now) if one.move.name not in ("answer", "edit")]
        context["buttons"] = buttons(case, offered, pattern)
    if own is not None and case is not None and case.state in (AGREEING, CONSULTING):
        context["own"] = own
        context["answer"] = AnswerForm(about_terms=case.state == AGREEING, initial=_said(own))
    return context


def of_one_community(actor: Actor) -> str:
    """The community of those who read no other's answers, so that each speaks for itself; "" for everybody else."""
    return actor.area_id[:12] if actor.role in COMMUNITY_ROLES else ""


def _said(own: Opinion) -> dict[str, object]:
    terms = {None: "", True: "1", False: "0"}[own.terms_ok]
    return {"terms_ok": terms, "terms_note": own.terms_note, "stance": own.stance, "note": own.note}


def findings(judged: Verdict) -> list[dict[str, object]]:
    """What each rule says, as lines: whether it objects, the sentence, its source."""
    return [
        {"ok": one.ok, "text": judging.sentence(one.text, one.values), "source": one.source} for one in judged.findings
    ]


def may_change(found: Application) -> bool:
    """Whether its unit may change the text now."""
    return found.case is None or found.case.state in drafts.CHANGEABLE


def _opinion_counts(opinions: Sequence[Opinion]) -> dict[str, int]:
    return {
        "asked": len(opinions),
        "support": sum(one.stance == Opinion.Stance.SUPPORT for one in opinions),
        "object": sum(one.stance == Opinion.Stance.OBJECT for one in opinions),
        "silent": sum(not one.stance for one in opinions),
    }


def _offered(found: Application) -> list[tuple[str, str, object]]:
    return [
        (
            str(row.get_kind_display()),
            _("%(sum)s yuan") % {"sum": yuan(row.amount)} if row.kind == GuaranteeKind.MONEY else row.what,
            row.due_on,
        )
        for row in found.offered.all()
    ]


def _kind(found: Application) -> str:
    kind = str(found.get_form_display())
    return _("%(kind)s, with a form to be filled in") % {"kind": kind} if found.comes_with_form else kind


def facts_of(found: Application) -> list[tuple[str, object]]:
    """What is applied for, as label and value."""
    until = f"{found.ends_on:%Y-%m-%d}" if found.ends_on else _("for good, reviewed every year")
    facts: list[tuple[str, object]] = [
        (_("Applicant"), found.unit.name),
        (_("List that it is to enter"), found.get_list_kind_display()),
        (_("Kind of task"), _kind(found)),
        (_("Where it is to apply"), found.area.name),
        (_("Applies from"), f"{found.starts_on:%Y-%m-%d}"),
        (_("Applies until"), until),
        (_("What the community does"), found.does),
        (_("What the community does not do"), found.does_not),
        (_("Why the community is needed"), found.why),
        (_("Working conditions"), found.conditions),
        (_("Why no money is needed"), found.waived_because),
        (_("Reviewed by"), found.reviewed_by.name if found.reviewed_by else ""),
        (_("Decided by"), found.decided_by.name if found.decided_by else ""),
        (_("Yearly review due"), f"{found.review_due:%Y-%m-%d}" if found.review_due else ""),
    ]
    if found.community_leads:
        facts.insert(3, (_("Who answers for it"), _("the community")))
    return [(label, value) for label, value in facts if value]


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def application_answer(request: ActorRequest, application_id: int) -> HttpResponse:
    """Answer for the actor's community."""
    found = application_or_404(request.actor, application_id)
    about_terms = found.case is not None and found.case.state == AGREEING
    form = AnswerForm(request.POST, about_terms=about_terms)
    try:
        if not form.is_valid():
            return _answer_again(request, found, form, 422)
        actions.answer(by=request.actor, application_id=found.pk, given=form.given(), now=timezone.now())
    except NotAllowed:
        raise
    except Refusal as refusal:
        put(form, refusal)
        return _answer_again(request, found, form, refusal.status)
    toast(request, _("Your community's answer is noted."))
    return redirect("admission:application", found.pk)


def _answer_again(request: ActorRequest, found: Application, form: AnswerForm, code: int) -> HttpResponse:
    fresh = application_or_404(request.actor, found.pk)
    context = shown(request, fresh)
    if "answer" in context:
        context["answer"] = form
    else:
        context["problem"] = _("Somebody else has moved this meanwhile. Look at what is new.")
    return page(request, "application.html", context, code)
