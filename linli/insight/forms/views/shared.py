"""What the pages of forms share: a form or submission in scope, and how they are shown."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.files.documents import DOCX, XLSX, store_document
from linli.foundation.files.models import StoredFile
from linli.insight.forms import periods, purposes, queries, table
from linli.insight.forms.actions import releasing
from linli.insight.forms.models import CommunityForm, Submission
from linli.insight.forms.table import Template
from linli.lib.errors import Refusal
from linli.ui.toasts import toast_error

State = Submission.State
KINDS: Final = {
    State.WAITING: ("soon", "clock"),
    State.RELEASED: ("done", "circle-check"),
    State.REFUSED: ("returned", "hand-stop"),
    State.WITHDRAWN: ("returned", "arrow-back-up"),
    State.ENDED: ("muted", "circle-x"),
    State.BEFORE: ("muted", "clock"),
}


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of forms."""
    return TemplateResponse(request, f"forms/{template}", dict(context), status=status)


def submission_or_404(actor: Actor, submission_id: int) -> Submission:
    """A submission in scope."""
    found = queries.submission(actor, submission_id)
    if found is None:
        raise Http404
    return found


def form_or_404(actor: Actor, form_id: int) -> CommunityForm:
    """A form in scope."""
    found = queries.form(actor, form_id)
    if found is None:
        raise Http404
    return found


def template_or_404(found: CommunityForm) -> Template:
    """The sender's form as it is now."""
    template = table.template_of(found.asked)
    if template is None:
        raise Http404
    return template


def may_release(actor: Actor, found: CommunityForm, template: Template) -> bool:
    """Whether the actor decides what leaves of this form."""
    return releasing.may_release(actor, found, table.right_of(template.form))


def status(state: str, due_on: date, today: date) -> tuple[str, str, str]:
    """How a state is shown: kind, words, icon; what is overdue is late."""
    kind, icon = KINDS[State(state)]
    if state == State.WAITING and due_on < today:
        return "late", _("overdue, not given"), "alert-triangle"
    return kind, str(State(state).label), icon


def period_of(found: Submission) -> str:
    """The period in words."""
    return periods.in_words(found.period)


def basis_of(found: CommunityForm) -> tuple[str, str, Any]:
    """The item that a form rests on: its name, its documents in one line, and the item itself. Empty off the lists."""
    matter = purposes.matter_of(found)
    return (f"{matter.code} {matter.name}", matter.basis, matter) if matter is not None else ("", "", None)


def uploaded(request: ActorRequest, now: datetime) -> StoredFile:
    """The form that was uploaded. Raises Refusal: none, or something else than a workbook or a document."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal(_("Choose the file."))
    file = store_document(upload=upload, by=request.actor, now=now)
    if file.media_type not in (XLSX, DOCX):
        raise Refusal(_("This is no Excel or Word file (.xlsx, .docx). Save it as one and upload it again."))
    return file


def told(request: ActorRequest, refusal: Refusal) -> None:
    """What stands in the way, on top of the next page."""
    words = " ".join(str(text) for text in refusal.fields.values())
    toast_error(request, words or str(refusal))
