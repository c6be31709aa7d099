"""What communities and residents say against an item in force, and what they are answered (年度评估)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.apps.admission.actions.texts import words
from linli.apps.admission.models import Objection
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Invalid, NotAllowed
from linli.spine.catalogue.models import Matter


@transaction.atomic
def object_to(*, by: Actor, matter: Matter, text: str, now: datetime, area_id: str = "") -> Objection:
    """Say what should change about an item in force: a community in its post, or a signed-in resident.

    Whoever has said it before changes their words; what they were answered stays with its day until they are answered
    anew. Raises NotAllowed, Invalid.
    """
    resident = by.is_resident
    if by.user_id is None or not (resident or by.can(Permission.TASK_WORK)):
        raise NotAllowed(_("Communities and signed-in residents may object to an item."))
    said = words({"text": text}, {"text": 500}, ("text",))["text"]
    place = area_id if resident else by.area_id[:12]
    if not place.startswith(matter.matter_list.area_id):
        raise Invalid(fields={"text": _("This list does not hold in your community.")})
    found, _made = Objection.objects.update_or_create(
        matter=matter,
        by_id=by.user_id,
        defaults={"area_id": place, "text": said, "post_id": by.post_id, "at": now},
    )
    return found


@transaction.atomic
def answer_objection(*, by: Actor, objection_id: int, text: str, now: datetime) -> Objection:
    """Answer an objection in writing. Raises NotAllowed, Invalid."""
    row = Objection.objects.select_for_update(of=("self",)).select_related("matter__matter_list").get(pk=objection_id)
    if not by.can(Permission.CATALOGUE_MANAGE) or not by.covers(row.matter.matter_list.area_id):
        raise NotAllowed(_("Only those who keep the list answer what is said against it."))
    row.answer = words({"answer": text}, {"answer": 500}, ("answer",))["answer"]
    row.answered_by_id, row.answered_at = by.user_id, now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    return row
