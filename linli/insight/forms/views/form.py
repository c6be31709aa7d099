"""A form on its task, the community's own copy of it, and what comes back from people."""

import shutil
import tempfile
from pathlib import Path
from typing import IO

from django.db import OperationalError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.admission.queries import tasks
from linli.foundation.accounts.access import refusal, requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.documents import ENDINGS
from linli.insight.forms import filling, layout_words, queries, table, telling
from linli.insight.forms.actions import copies, returning
from linli.insight.forms.models import Difference, ReturnedForm, Submission
from linli.insight.forms.views import shared
from linli.lib.errors import NotAllowed, Refusal, Stale
from linli.lib.filling import NotAForm
from linli.ui.toasts import toast, toast_error

#: So many places of a filled form are named at once.
MOST_NOTES = 5


def _of_task(request: ActorRequest, number: str) -> Submission:
    task = tasks.one(request.actor, number)
    found = queries.submission_of_task(request.actor, task.pk) if task is not None else None
    if found is None:
        raise Http404
    return found


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def form(request: ActorRequest, form_task_number: str) -> TemplateResponse:
    """What a form asks for, column by column: held, and from where; or to be filled in by people."""
    actor = request.actor
    found = _of_task(request, form_task_number)
    template = shared.template_or_404(found.form)
    fills = copies.may_take(actor, found, template)
    rows = None
    if fills:
        rows = table.of(found, template, actor=actor, today=timezone.localdate()).source.count(filling.AT_ONCE + 1)
    task = found.form.task
    assert task is not None
    context = {
        "task": task,
        "case": task.case,
        "submission": found,
        "file": template.file,
        "form": template.form,
        "columns": [(column, *telling.origin(column, template.form)) for column in template.form.columns],
        "rows": rows,
        "may_fill": fills and rows is not None and rows <= filling.AT_ONCE and task.case.is_open,
        "roster": telling.roster_words({key: str(value) for key, value in found.form.asked.handing.roster.items()}),
    }
    return shared.page(request, "form.html", context)


@requires(Permission.TASK_WORK)
@never_cache
@require_safe
def filled(request: ActorRequest, form_task_number: str) -> HttpResponseBase:
    """The community's own copy of the form of a task."""
    return _copy(request, _of_task(request, form_task_number))


@requires(Permission.TASK_WORK)
@never_cache
@require_safe
def copy(request: ActorRequest, submission_id: int) -> HttpResponseBase:
    """The community's own copy of a form, with everything that is held, in its own layout."""
    return _copy(request, shared.submission_or_404(request.actor, submission_id))


def _copy(request: ActorRequest, found: Submission) -> HttpResponseBase:
    template = shared.template_or_404(found.form)
    noted: list[str] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.xlsx"
            copies.take(
                by=request.actor,
                submission=found,
                template=template,
                path=path,
                ip=ip_of(request),
                now=timezone.now(),
                noted=lambda filled: noted.extend(layout_words.notes(filled)),
            )
            content = _unnamed(path)
    except Stale as refused:
        toast_error(request, str(refused))
        return redirect("forms:submission", found.pk)
    except NotAForm as why:
        toast_error(request, layout_words.reason(why))
        return redirect("forms:submission", found.pk)
    if noted:
        # The answer is a file; the next page says what is to be looked at in it.
        more = _("and {n} more").format(n=len(noted) - MOST_NOTES) if len(noted) > MOST_NOTES else ""
        toast(request, " ".join([_("Look at these places of the filled form:"), *noted[:MOST_NOTES], more]).strip())
    ending = ENDINGS.get(template.file.media_type, "xlsx")
    response = FileResponse(content, content_type=template.file.media_type)
    stem = (template.file.original_name or "form").rsplit(".", 1)[0]
    name = f"{stem}-{found.form.area.name}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _unnamed(path: Path) -> IO[bytes]:
    """The same content in a file without a name, which is sent piece by piece and gone when it is closed."""
    content = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    with path.open("rb") as written:
        shutil.copyfileobj(written, content)
    content.seek(0)
    return content


@requires(Permission.TASK_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def returns(request: ActorRequest, submission_id: int) -> HttpResponse:
    """Upload the form as people have filled it in further; it is compared with what Linli had filled."""
    found = shared.submission_or_404(request.actor, submission_id)
    template = shared.template_or_404(found.form)
    if not copies.may_take(request.actor, found, template):
        raise NotAllowed(refusal(table.right_of(template.form)))
    errors: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            now = timezone.now()
            file = shared.uploaded(request, now)
            made = returning.take(by=request.actor, submission=found, template=template, file=file, now=now)
            return redirect("forms:returned", made.pk)
        except NotAllowed:
            raise
        except OperationalError:
            errors, status = [_("The system is busy for a moment. Please send it again.")], 503
        except Refusal as refused:
            errors = [str(text) for text in refused.fields.values()] or [str(refused)]
            status = refused.status
    context = {
        "submission": found,
        "handing": found.form.asked.handing,
        "period": shared.period_of(found),
        "errors": errors,
        "before": list(ReturnedForm.objects.filter(submission=found).select_related("by").order_by("-pk")[:10]),
    }
    return shared.page(request, "return.html", context, status)


@requires(Permission.TASK_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def returned(request: ActorRequest, returned_id: int) -> HttpResponse:
    """Where a returned form differs from what was filled in (GET); keep it, with its corrections (POST)."""
    came = queries.returned(request.actor, returned_id)
    if came is None:
        raise Http404
    found = shared.submission_or_404(request.actor, came.submission_id)
    template = shared.template_or_404(found.form)
    if not copies.may_take(request.actor, found, template):
        raise NotAllowed(refusal(table.right_of(template.form)))
    if request.method == "POST":
        try:
            returning.keep(by=request.actor, returned_id=came.pk, now=timezone.now())
            toast(request, _("Kept. What was changed is asked for as corrections; choose now what is given."))
            return redirect("forms:submission", found.pk)
        except NotAllowed:
            raise
        except Refusal as refused:
            shared.told(request, refused)
            return redirect("forms:returned", came.pk)
    rows = list(came.differences.select_related("person", "correction"))
    context = {
        "returned": came,
        "submission": found,
        "handing": found.form.asked.handing,
        "groups": [
            (str(label), [_difference(one) for one in rows if one.kind == kind])
            for kind, label in Difference.Kind.choices
            if any(one.kind == kind for one in rows)
        ],
        "corrections": len({one.person_id for one in rows if returning.can_be_corrected(one)}),
    }
    return shared.page(request, "returned.html", context)


def _difference(one: Difference) -> dict[str, object]:
    """A difference as it is shown: numbers masked, since a page is no place for them."""
    old, new = returning.shown(one)
    return {"it": one, "old": old, "new": new, "is_ticket": returning.can_be_corrected(one)}


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def settle(request: ActorRequest, difference_id: int) -> HttpResponse:
    """Say that a difference has been dealt with."""
    inside = Submission.objects.visible_to(request.actor)
    rows = Difference.objects.filter(returned__submission__in=inside).select_related(
        "returned__submission__form__asked__handing"
    )
    found = rows.filter(pk=difference_id).first() if difference_id <= queries.MOST else None
    if found is None:
        raise Http404
    returning.settle(by=request.actor, difference=found, now=timezone.now())
    return redirect("forms:returned", found.returned_id)
