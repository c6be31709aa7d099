"""What every page of an import begins with: a batch in scope, and where it stands among the steps."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.areas.models import Area, Level
from linli.foundation.imports import queries
from linli.foundation.imports.models import Batch
from linli.lib.prefix import within
from linli.register.people.importing import balance
from linli.register.people.importing.kind import CODE
from linli.sites.register.edge import MOST, page

State = Batch.State
#: The steps in their order, and the step at which a batch of each state stands.
STEPS = ("upload", "columns", "check", "words", "errors", "merge", "preview", "result")
AT = {
    State.UPLOADED: "columns",
    State.MAPPED: "columns",
    State.CHECKING: "check",
    State.CHECKED: "errors",
    State.APPROVED: "result",
    State.APPLYING: "result",
    State.APPLIED: "result",
    State.UNDOING: "result",
    State.UNDONE: "result",
    State.CANCELLED: "upload",
    State.FAILED: "columns",
}
PAGES = {
    State.UPLOADED: "import_columns",
    State.MAPPED: "import_columns",
    State.FAILED: "import_columns",
    State.CHECKING: "import_progress",
    State.APPROVED: "import_progress",
    State.APPLYING: "import_progress",
    State.UNDOING: "import_progress",
    State.APPLIED: "import_result",
    State.UNDONE: "import_result",
    State.CANCELLED: "import_result",
}


def batch_in_scope(actor: Actor, batch_id: int) -> Batch:
    """The batch of people with this id, or 404 outside the actor's scope. One statement."""
    batch = queries.visible_to(actor, CODE).filter(pk=batch_id).first() if batch_id <= MOST else None
    if batch is None:
        raise Http404
    return batch


def where(batch: Batch) -> str:
    """The address of the page where a batch stands now."""
    if batch.state == State.CHECKED:
        return reverse(f"register:{next_page(batch)}", args=[batch.pk])
    return reverse(f"register:{PAGES[State(batch.state)]}", args=[batch.pk])


def next_page(batch: Batch) -> str:
    """What is to do next for a batch that was checked: words, errors, then the merge desk, then the preview."""
    return "import_words" if batch.counts.get("words") else page_after_words(batch)


def page_after_words(batch: Batch) -> str:
    """The same, whatever words are still to be asked about."""
    if batch.counts.get("error") or batch.counts.get("unread"):
        return "import_rows"
    return "import_merge" if batch.counts.get("duplicate") else "import_preview"


def show(
    request: ActorRequest, template: str, batch: Batch, step: str, context: Mapping[str, Any], status: int = 200
) -> TemplateResponse:
    """A page of an import, with its steps on top."""
    whole = {"batch": batch, "steps": steps_of(batch, step), "balance": balance_of(batch), **context}
    return page(request, template, whole, status=status)


def balance_of(batch: Batch) -> dict[str, Any]:
    """The balance of the book in one line, of each sheet where there are several, and what else is to be known.

    Another sheet goes with the batch that reads it, or can be opened as one while the file is kept.
    """
    lines = balance.lines(batch)
    readers = queries.of_the_same_book(batch) if len(lines) > 1 else {}
    return {
        "whole": balance.whole(batch),
        "sheets": [(line, readers.get(line.sheet)) for line in lines] if len(lines) > 1 else [],
        "remarks": balance.remarks(batch) if batch.mapping else [],
    }


def steps_of(batch: Batch | None, current: str) -> list[dict[str, Any]]:
    """The items of the stepper."""
    labels = {
        "upload": _("Upload"),
        "columns": _("Columns"),
        "check": _("Check the rows"),
        "words": pgettext("import", "Words"),
        "errors": _("Errors"),
        "merge": _("Merge desk"),
        "preview": _("Preview"),
        "result": _("Result"),
    }
    at = STEPS.index(current)
    notes = {}
    if batch is not None and batch.state == State.CHECKED:
        counted = {"words": "words", "errors": "error", "merge": "duplicate"}
        notes = {step: batch.counts.get(name) or "" for step, name in counted.items()}
    return [
        {
            "label": labels[name],
            "state": "done" if index < at else ("current" if index == at else "todo"),
            "note": notes.get(name, ""),
        }
        for index, name in enumerate(STEPS)
    ]


def communities(actor: Actor) -> list[tuple[str, str]]:
    """The areas that the actor may import into: the own one, or the communities in it."""
    rows = Area.objects.filter(**within("id", actor.area_id), level=Level.COMMUNITY, valid_to__isnull=True)
    found = list(rows.order_by("pk").values_list("pk", "name"))
    own = Area.objects.filter(pk=actor.area_id).values_list("pk", "name")
    return found or list(own)


def grids_of(area_id: str) -> list[tuple[str, str]]:
    """The finest areas of a community, to choose one for all rows."""
    rows = Area.objects.filter(**within("id", area_id), valid_to__isnull=True).exclude(level__in=("street", "district"))
    return list(rows.order_by("pk").values_list("pk", "name")[:500])
