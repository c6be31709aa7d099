"""A form on its task: what is held and what is not, and the form filled."""

import shutil
import tempfile
from pathlib import Path
from typing import IO

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.admission.models import Handing, Task
from linli.apps.admission.queries import judging, tasks
from linli.foundation.accounts.access import refusal, requires
from linli.foundation.accounts.actors import SYSTEM, Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.audit.actions import record
from linli.foundation.files.documents import XLSX
from linli.foundation.files.models import StoredFile
from linli.insight.forms import cases, filling
from linli.insight.forms.reading import Form, read
from linli.lib.errors import NotAllowed
from linli.lib.filling import NotAForm
from linli.ui.toasts import toast_error


def form_of(handing: Handing) -> tuple[StoredFile, Form] | None:
    """The form among the files of a handing down, and what it asks for. None without one."""
    about_cases = cases.is_about_cases(handing.roster)
    for one in handing.files.select_related("file").order_by("pk"):
        found = read(one.file, about_cases=about_cases)
        if found is not None:
            return one.file, found
    return None


def _right(form: Form) -> Permission:
    """The right to read what a form is about."""
    return Permission.CASE_READ if form.about_cases else Permission.PEOPLE_READ


def _task_and_form(actor: Actor, number: str) -> tuple[Task, StoredFile, Form]:
    task = tasks.one(actor, number)
    found = form_of(task.handing) if task is not None else None
    if task is None or found is None:
        raise Http404
    return task, *found


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def form(request: ActorRequest, form_task_number: str) -> TemplateResponse:
    """What a form asks for, column by column: held, and from where; or to be filled in by people."""
    actor = request.actor
    task, file, found = _task_and_form(actor, form_task_number)
    fills = actor.can(Permission.TASK_WORK) and actor.can(_right(found)) and actor.covers(task.case.area_id)
    rows = None
    if fills:
        area_id, today = task.case.area_id, timezone.localdate()
        source = filling.source_of(task.handing, found, actor=actor, area_id=area_id, today=today)
        rows = source.count(filling.AT_ONCE + 1)
    context = {
        "task": task,
        "case": task.case,
        "file": file,
        "form": found,
        "columns": [(column, *filling.origin(column, found)) for column in found.columns],
        "rows": rows,
        "may_fill": fills and rows is not None and rows <= filling.AT_ONCE and task.case.is_open,
        "roster": filling.roster_words({key: str(value) for key, value in task.handing.roster.items()}),
    }
    return TemplateResponse(request, "forms/form.html", context)


@requires(Permission.TASK_WORK)
@never_cache
@require_safe
def filled(request: ActorRequest, form_task_number: str) -> HttpResponseBase:
    """The form with everything that is held, in its own layout, for the community that was asked."""
    actor = request.actor
    task, file, found = _task_and_form(actor, form_task_number)
    if not actor.can(_right(found)):
        raise NotAllowed(refusal(_right(found)))
    return _answer(request, task.handing, file, found, actor=actor, area_id=task.case.area_id, subject=task.case.number)


@requires(Permission.TASK_SEND)
@never_cache
@require_safe
def answered(request: ActorRequest, form_handing_id: int, community_id: str) -> HttpResponseBase:
    """A form that asks only for what is held, filled for its sender: no community was asked."""
    actor = request.actor
    handing = tasks.handing(actor, form_handing_id) if form_handing_id < 2**31 else None
    if handing is None or handing.unit_id != actor.unit_id or community_id not in handing.answered:
        raise Http404
    found = form_of(handing)
    if found is None:
        raise Http404
    file, one = found
    _still_stands(handing, community_id, actor)
    # The rules let it pass for this item and its sender; nobody's post opens the register to a department.
    return _answer(request, handing, file, one, actor=SYSTEM, area_id=community_id, subject=f"handing-{handing.pk}")


def _still_stands(handing: Handing, community_id: str, actor: Actor) -> None:
    """What lets a department see what is held ends with its ground: the item, the agreement, the day it was due.

    Raises NotAllowed, with what stands in the way.
    """
    today = timezone.localdate()
    if handing.due_on < today:
        raise NotAllowed(_("The day on which this form was due is over. Hand it down again if it is still needed."))
    objections = judging.citation(
        matter=handing.matter,
        unit=handing.unit,
        role=actor.role,
        form=handing.form,
        texts=[handing.title, handing.text],
        area_ids=[community_id],
        on=today,
    )
    if objections[community_id]:
        raise NotAllowed(" ".join(judging.sentence(one.text, one.values) for one in objections[community_id]))


def _unnamed(path: Path) -> IO[bytes]:
    """The same content in a file without a name, which is sent piece by piece and gone when it is closed."""
    content = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    with path.open("rb") as written:
        shutil.copyfileobj(written, content)
    content.seek(0)
    return content


def _answer(
    request: ActorRequest,
    handing: Handing,
    file: StoredFile,
    form: Form,
    *,
    actor: Actor,
    area_id: str,
    subject: str,
) -> HttpResponseBase:
    now = timezone.now()
    source = filling.source_of(handing, form, actor=actor, area_id=area_id, today=timezone.localdate(now))
    back = redirect("admission:handing", handing.pk) if actor is SYSTEM else redirect("forms:form", subject)
    if source.count(filling.AT_ONCE + 1) > filling.AT_ONCE:
        text = _("More rows than one file takes. Ask for a form about a group, an age or a shorter time.")
        toast_error(request, text)
        return back
    area = Area.objects.get(pk=area_id)
    about = {
        "任务": handing.title,
        "要求单位": handing.unit.name,
        "范围辖区": area.name,
        "生成人": request.actor.name,
        "生成时间": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
    }
    try:
        with tempfile.TemporaryDirectory() as folder, transaction.atomic():
            path = Path(folder) / "form.xlsx"
            count = filling.write(path, file=file, form=form, source=source, about=about, for_sender=actor is SYSTEM)
            record(
                by=request.actor,
                action="form.filled",
                now=now,
                subject_kind="task",
                subject_id=subject,
                data={"area": area_id, "rows": count, "columns": [column.key for column in form.held]},
            )
            content = _unnamed(path)
    except NotAForm:
        toast_error(request, _("This form cannot be filled by itself. Take the file and fill it in by hand."))
        return back
    response = FileResponse(content, content_type=XLSX)
    stem = (file.original_name or "form.xlsx").rsplit(".", 1)[0]
    header = content_disposition_header(as_attachment=True, filename=f"{stem}-{area.name}.xlsx")
    assert header is not None
    response["Content-Disposition"] = header
    return response
