"""Taking back what was entered by mistake."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Refusal, Stale
from linli.register.people import stops
from linli.register.people.actions import spells, tags
from linli.register.people.actions.events.base import may_edit
from linli.register.people.models import Person, PopulationEvent


class NewerEvents(Refusal):
    """Something newer happened to these people; the newest event is taken back first."""

    code = "newer_events"
    status = 409


@transaction.atomic
def take_back(*, by: Actor, event_id: int, reason: str, now: datetime) -> PopulationEvent:
    """Take back an event that was entered by mistake: its spells go back to what they were, what it stopped goes on.

    Only the newest event of each person concerned; events of a batch are taken back with the batch, accepted moves by
    another move. Raises NewerEvents.
    """
    may_edit(by)
    event = PopulationEvent.objects.select_related("person").filter(by.within(), pk=event_id).first()
    if event is None:
        raise Invalid(_("There is no such event in your area."))
    spells.locked([event.person_id])
    event = PopulationEvent.objects.select_for_update().get(pk=event_id)
    if event.undone_at is not None:
        raise Stale(_("This event was taken back already."))
    if event.batch_id or event.transfer_id:
        raise Invalid(_("This event came with an import or a move between communities; it is taken back there."))
    if PopulationEvent.objects.filter(person_id=event.person_id, pk__gt=event.pk, undone_at__isnull=True).exists():
        raise NewerEvents(_("Something newer is known of this person. Take that back first."))
    if len(clip(tidy(reason), 300)) < 2:
        raise Invalid(fields={"reason": _("Say why it is taken back.")})
    household = event.person.household_id
    people = spells.take_back(event=event, now=now)
    event.undone_at, event.undone_by_id = now, by.user_id
    event.data = {**event.data, "undone_because": clip(tidy(reason), 300)}
    event.save(update_fields=["undone_at", "undone_by", "data"])
    tags.restart(people, event, now)
    stops.restart_all(people, event, now)
    after = set(Person.objects.filter(pk__in=people).values_list("household_id", flat=True))
    tags.refresh(households=[household, *after], people=list(people), on=timezone.localdate(now), now=now)
    return event
