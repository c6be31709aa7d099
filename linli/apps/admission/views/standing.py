"""What communities carry already, from the finding to the check."""

from typing import Any, Final

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.apps.admission.actions import standing as actions
from linli.apps.admission.models import Form, Standing
from linli.apps.admission.pages import address, crumbs, number_of, options, page, words_of
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.lib.prefix import within
from linli.ui.forms import put
from linli.ui.links import Chip, without
from linli.ui.toasts import toast, toast_error

PAGE: Final = 100
STATES: Final = {
    "open": Q(verdict=""),
    "go": Q(verdict="go", gone_on__isnull=True),
    "gone": Q(gone_on__isnull=False, checked_on__isnull=True),
    "checked": Q(checked_on__isnull=False),
    "keep": Q(verdict="keep"),
}


class FindForm(forms.Form):
    """Several things of one kind that were found."""

    use_required_attribute = False

    form = forms.ChoiceField(label=gettext_lazy("Kind of task"), choices=Form.choices)
    names = forms.CharField(
        label=gettext_lazy("Names, each on a line of its own"),
        max_length=60_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Who asks for it"), required=False)
    campaign = forms.CharField(label=gettext_lazy("Name of the clean-up"), max_length=60, required=False)

    def __init__(self, data: Any = None, *, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((str(unit.pk), unit.name) for unit in units)]


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: ActorRequest) -> HttpResponse:
    """The list, and for the supervisors the form with which more is recorded."""
    actor, now = request.actor, timezone.now()
    units = list(
        Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, **within("area_id", actor.area_id[:6])).order_by("code")
    )
    data = request.POST if request.method == "POST" else None
    form = FindForm(data, units=units)
    code = 200
    if data is not None:
        if not actor.can(Permission.TASK_SUPERVISE):
            raise NotAllowed(_("Only civil affairs and the organisation department may do this."))
        code = 422
        if form.is_valid():
            got = form.cleaned_data
            try:
                n = actions.find(
                    by=actor,
                    form=got["form"],
                    names=got["names"].splitlines(),
                    unit=form.units.get(got["unit"]),
                    campaign=got["campaign"],
                    now=now,
                )
            except Refusal as refusal:
                put(form, refusal)
            else:
                toast(request, ngettext("%(n)s was recorded.", "%(n)s were recorded.", n) % {"n": n})
                return redirect(f"{address('standing')}?form={got['form']}")
    return page(request, "standing.html", _shown(request, form), code)


def _shown(request: ActorRequest, form: FindForm) -> dict[str, Any]:
    actor, params = request.actor, request.GET
    kind = params.get("form", "") if params.get("form", "") in Form.values else ""
    state = params.get("state", "") if params.get("state", "") in STATES else ""
    q, after = words_of(request), number_of(params.get("after", ""))
    rows = Standing.objects.filter(**within("area_id", actor.area_id[:6])).select_related("unit")
    if kind:
        rows = rows.filter(form=kind)
    if state:
        rows = rows.filter(STATES[state])
    for word in q.split()[:5]:
        rows = rows.filter(name__icontains=word)
    # What is left to do comes first, what is gone and checked last.
    rows = rows.annotate(is_checked=ExpressionWrapper(Q(checked_on__isnull=False), BooleanField()))
    if after is not None:
        among_checked = Standing.objects.filter(pk=after, checked_on__isnull=False).exists()
        behind = Q(pk__gt=after, is_checked=among_checked)
        rows = rows.filter(behind if among_checked else behind | Q(is_checked=True))
    found = list(rows.order_by("is_checked", "pk")[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    words = state_words()
    chips = [Chip(_("Words"), q, without(request, "q"))] if q else []
    if kind:
        chips.append(Chip(_("Kind of task"), str(Form(kind).label), without(request, "form")))
    if state:
        chips.append(Chip(_("State"), words[state], without(request, "state")))
    return {
        "rows": [(row, tag(row)) for row in found[:PAGE]],
        "form": form,
        "kinds": options(dict(Form.choices), kind),
        "states": options(words, state),
        "q": q,
        "chips": chips,
        "may_work": actor.can(Permission.TASK_SUPERVISE),
        "older_url": f"{without(request)}&after={more}" if more else "",
        "first_url": without(request) if after else "",
        "crumbs": crumbs((_("Tasks"), address("tasks")), (_("What communities carry"), "")),
    }


def state_words() -> dict[str, str]:
    """The states of a row, from the finding to the check."""
    return {
        "open": _("not judged yet"),
        "go": _("to go"),
        "gone": _("gone, to be checked"),
        "checked": _("gone and checked"),
        "keep": _("to be kept"),
    }


def tag(row: Standing) -> dict[str, str]:
    """The state of a row as `{% status_tag %}` wants it."""
    if row.checked_on:
        state = ("done", "circle-check", "checked")
    elif row.gone_on:
        state = ("joint", "eye", "gone")
    else:
        state = {"": ("new", "clock", "open"), "go": ("soon", "hand-stop", "go"), "keep": ("doing", "check", "keep")}[
            row.verdict
        ]
    kind, icon, name = state
    return {"kind": kind, "icon": icon, "label": state_words()[name]}


@requires(Permission.TASK_SUPERVISE)
@never_cache
@require_POST
def standing_act(request: ActorRequest) -> HttpResponse:
    """Take a step with the chosen rows."""
    ids = [key for one in request.POST.getlist("row") if (key := number_of(one))]
    back = request.POST.get("next", "")
    home = address("standing")
    try:
        if not ids:
            raise Invalid(fields={"row": _("Tick at least one row.")})
        n = actions.act(
            by=request.actor,
            ids=ids,
            step=request.POST.get("step", ""),
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    else:
        left = len(ids) - n
        text = ngettext("%(n)s row was moved on.", "%(n)s rows were moved on.", n) % {"n": n}
        if left:
            text += " " + _("%(n)s did not fit this step and stayed.") % {"n": left}
        toast(request, text)
    return redirect(f"{home}?{back}" if back.isprintable() and "\\" not in back else home)
