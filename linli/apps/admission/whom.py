"""Whom a form is about: asked of its sender while it is handed down, with how many rows it would have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli.apps.admission import held
from linli.apps.admission.forms.handing import HandingForm
from linli.apps.admission.forms.rosters import value_of
from linli.apps.admission.models import Form
from linli.foundation.files.models import StoredFile

#: The button that shows the rows again, and hands nothing down.
LOOK_AGAIN = "look_again"
MOST_SHOWN = 60


@dataclass(frozen=True)
class Asking:
    """What the sender is shown: the words that were found, the rows in all and by community, and the likely answer.

    `is_sure`: nothing on the form speaks against it. `more` communities are not listed.
    """

    words: Sequence[str]
    is_sure: bool
    preview: held.Preview | None
    by_name: Sequence[tuple[str, str]]
    more: int


def asked_about(
    posted: Mapping[str, Any], form: HandingForm, files: Sequence[StoredFile], today: date
) -> Asking | None:
    """What to ask before the task is handed down; None where it is no form, or its sender has said it already.

    What was read on the form is chosen for its sender, who may choose otherwise. Call it after `is_valid`.
    """
    if form.cleaned_data["form"] != Form.FORM:
        return None
    said = form.cleaned_data["roster"]
    if said and LOOK_AGAIN not in posted:
        return None
    look = held.look(files, today)
    if look is None:
        return None
    form.offer(look.guesses)
    likely = look.guesses[0] if look.guesses else None
    roster: Mapping[str, str] = form.said_roster() if said else (likely.roster if likely is not None else {})
    if not said and likely is not None:
        # The page shows what is chosen; what was posted stays as it was.
        posted_data: Any = form.data
        chosen = posted_data.copy()
        chosen["roster"] = value_of(likely.roster)
        form.data = chosen
    preview = held.preview(files, roster, form.area_ids(), today) if roster else None
    names = {one.pk: one.name for one in form.communities}
    rows = [(names.get(code, code), text) for code, text in preview.by_area.items()] if preview is not None else []
    return Asking(
        words=likely.words if likely is not None and not said else (),
        is_sure=look.sure is not None and not said,
        preview=preview,
        by_name=rows[:MOST_SHOWN],
        more=max(len(rows) - MOST_SHOWN, 0),
    )
