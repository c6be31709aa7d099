"""What a form may be given for: what the item that its sender cites says that the community does, and nothing else."""

import re
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from linli.apps.admission.flow.task import UNANSWERED
from linli.apps.admission.models import Handing
from linli.apps.admission.queries import citing, judging
from linli.foundation.rules import queries as rules
from linli.insight.forms.models import CommunityForm
from linli.lib.chinese import clip, tidy
from linli.spine.catalogue.models import Matter

RULES: Final = "forms.release"
LONGEST: Final = 300
SHORTEST: Final = 4
EVERYTHING: Final = "*"
_SENTENCES: Final = re.compile("[。；;！!\n]+")
#: States of a task in which its form is being worked on, or was.
WORKED_ON: Final = ("doing", "handed_in", "finished")


def matter_of(form: CommunityForm) -> Matter | None:
    """The item that a form rests on in its community: that of its task, or the one that its sender cites."""
    if form.task is not None:
        return form.task.case.matter
    return form.asked.handing.matter


def purposes(matter: Matter | None) -> list[str]:
    """What the item lets a form be given for: its name, and each sentence of what the community does."""
    if matter is None:
        return []
    said = [tidy(words) for words in _SENTENCES.split(matter.does)]
    return list(dict.fromkeys(clip(words, LONGEST) for words in (matter.name, *said) if len(words) >= SHORTEST))


def withheld(matter: Matter | None, area_id: str, on: date) -> frozenset[str]:
    """The columns that the item says the community does not give, by key; `EVERYTHING` for all that tells of one."""
    if matter is None:
        return frozenset({EVERYTHING})
    rows = rules.params(RULES, area_id, on)["withheld"]
    return frozenset(
        key for row in rows if any(word in matter.does_not for word in row["words"]) for key in row["keys"]
    )


def objections(form: CommunityForm, on: date) -> list[str]:
    """Why nothing of this form may leave on a day; nothing where its ground stands: the item, the agreement, the task.

    A statement or two.
    """
    handing = form.asked.handing
    if form.task is not None:
        return _of_task(form, on)
    return _of_citation(handing, handing.matter_id, form.area_id, on)


def _of_task(form: CommunityForm, on: date) -> list[str]:
    assert form.task is not None
    case = form.task.case
    if case.state in UNANSWERED:
        return [_("The task is not taken on yet. Take it on first.")]
    if case.state not in WORKED_ON:
        return [_("The task of this form was refused, recalled or is still in question: nothing leaves for it.")]
    if case.matter is None:
        return []
    # The supervisors may have named another item than the sender.
    return _of_citation(form.asked.handing, case.matter_id, form.area_id, on)


def _of_citation(handing: Handing, matter_id: int | None, area_id: str, on: date) -> list[str]:
    matter = citing.loaded().get(pk=matter_id) if matter_id is not None else None
    found = citing.objections(citing.of_handing(handing, matter, on), [area_id], on)
    return [judging.sentence(one.text, one.values) for one in found[area_id]]
