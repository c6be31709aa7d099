"""Evaluations: the form of one side, the papers of an agreement, and the results of the departments."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.admission.actions import evaluations as actions
from linli.apps.admission.forms.evaluations import EvaluationForm
from linli.apps.admission.models import Agreement
from linli.apps.admission.pages import address, number_of, page
from linli.apps.admission.papers import agreement_paper
from linli.apps.admission.queries import agreements, evaluations
from linli.apps.admission.views.agreements import agreement_or_404, trail
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.documents import DOCX, PDF
from linli.lib.errors import NotAllowed, Refusal
from linli.lib.letters import NoFont, as_docx, as_pdf
from linli.ui.forms import put
from linli.ui.toasts import toast, toast_error

Side = evaluations.Side


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluate(request: ActorRequest, agreement_id: int) -> HttpResponse:
    """Score the other side of an agreement, once."""
    actor, now = request.actor, timezone.now()
    found = agreement_or_404(actor, agreement_id)
    side = actions.side_of(actor, found)
    if side is None:
        raise NotAllowed(_("Only the two sides of the agreement may do this."))
    if not _may_begin(request, found, side):
        return redirect("admission:agreement", found.pk)
    data = request.POST if request.method == "POST" else None
    wanted = actions.topics(found) if side == Side.COMMUNITY else {}
    form = EvaluationForm(data, clauses=list(found.clauses.all()), topics=wanted)
    context = {
        "agreement": found,
        "form": form,
        "side": side,
        "crumbs": trail((_name(found), _address(found)), (_("Evaluation"), "")),
    }
    if data is None:
        return page(request, "evaluate.html", context)
    if not form.is_valid():
        return page(request, "evaluate.html", context, 422)
    try:
        actions.evaluate(
            by=actor,
            agreement_id=found.pk,
            clauses=form.clause_points(),
            given_topics=form.topic_points(),
            comment=form.cleaned_data["comment"],
            now=now,
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "evaluate.html", context, refusal.status)
    toast(request, _("Scored. The result opens when the other side has scored, too."))
    return redirect("admission:agreement", found.pk)


def _may_begin(request: ActorRequest, found: Agreement, side: str) -> bool:
    opens = actions.opens_on(found)
    if found.status != Agreement.Status.SIGNED:
        toast_error(request, _("The agreement is not signed yet."))
    elif found.evaluations.filter(side=side).exists():
        toast_error(request, _("Your side has scored already; what is written is not changed any more."))
    elif found.evaluations.filter(by_id=request.actor.user_id).exists():
        toast_error(request, str(actions.OTHER_SIDE))
    elif timezone.localdate() < opens:
        toast_error(request, _("The two sides score each other from %(day)s on.") % {"day": f"{opens:%Y-%m-%d}"})
    else:
        return True
    return False


def _name(found: Agreement) -> str:
    return f"{found.unit.name} · {found.area.name} · {found.year}"


def _address(found: Agreement) -> str:
    return address("agreement", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def agreement_paper_file(request: ActorRequest, agreement_id: int, form: str) -> HttpResponse:
    """The agreement as Word or PDF, to be signed and sealed on paper."""
    found = agreement_or_404(request.actor, agreement_id)
    letter = agreement_paper(found)
    try:
        match form:
            case "docx":
                content, kind = as_docx(letter), DOCX
            case "pdf":
                content, kind = as_pdf(letter, fonts=settings.LINLI_FONTS), PDF
            case _:
                raise Http404
    except NoFont:
        text = _("No Chinese font is installed here. Install one (fonts-noto-cjk), or take the Word file.")
        toast_error(request, text)
        return redirect("admission:agreement", found.pk)
    response = HttpResponse(content, content_type=kind)
    name = f"协助政府工作协议书-{found.unit.name}-{found.area.name}-{found.year}.{form}"
    header = content_disposition_header(as_attachment=True, filename=name)
    assert header is not None
    response["Content-Disposition"] = header
    return response


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def results(request: ActorRequest) -> TemplateResponse:
    """How the departments of the district stand after the evaluations of a year, for everybody who works with tasks."""
    actor = request.actor
    years = agreements.years_of_district(actor)
    asked = number_of(request.GET.get("year", ""))
    # A year that no agreement has is no error; one that no calendar has would be.
    year = asked if asked in years else years[0] if years else timezone.localdate().year
    rows = evaluations.results(actor, year)
    context = {
        "year": year,
        "years": years,
        "rows": rows,
        "topics": actions.topic_names(actor.area_id, year),
        "crumbs": trail((_("Results of the departments"), "")),
    }
    return page(request, "results.html", context)
