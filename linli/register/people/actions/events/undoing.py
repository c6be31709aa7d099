"""Taking back what was entered by mistake."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Refusal, Stale
from linli.register.people import stops
from linli.register.people.actions import computed, spells, tags
from linli.register.people.actions.events.base import HEAD, may_edit
from linli.register.people.models import Person, PopulationEvent, Spell


class NewerEvents(Refusal):
    """Something newer happened to these people; the newest event is taken back first."""

    code = "newer_events"
    status = 409


@transaction.atomic
def take_back(*, by: Actor, event_id: int, reason: str, now: datetime) -> PopulationEvent:
    """Take back an event that was entered by mistake: its spells go back to what they were, what it stopped goes on.

    The act goes back as a whole: everybody of a split, and the head who followed with the one who died. Only the newest
    of each person concerned; events of a batch are taken back with the batch, accepted moves by another move. Raises
    NewerEvents.
    """
    may_edit(by)
    event = PopulationEvent.objects.filter(by.within(), pk=event_id).first()
    if event is None:
        raise Invalid(_("There is no such event in your area."))
    if len(clip(tidy(reason), 300)) < 2:
        raise Invalid(fields={"reason": _("Say why it is taken back.")})
    everybody = PopulationEvent.objects.filter(of_act(event)).values_list("person_id", flat=True)
    before = spells.locked_with_homes(everybody)
    doors = computed.doors_of(everybody)
    parts = list(PopulationEvent.objects.select_for_update().filter(of_act(event)).order_by("-pk"))
    _may_go_back(parts, next(one for one in parts if one.pk == event_id))
    people: set[int] = set()
    # The last one first: who followed steps down before the head comes back.
    for part in parts:
        concerned = spells.take_back(event=part, now=now)
        part.undone_at, part.undone_by_id = now, by.user_id
        part.data = {**part.data, "undone_because": clip(tidy(reason), 300)}
        part.save(update_fields=["undone_at", "undone_by", "data"])
        tags.restart(concerned, part, now)
        stops.restart_all(concerned, part, now)
        people |= concerned
    after = set(Person.objects.filter(pk__in=people).values_list("household_id", flat=True))
    homes = {person.household_id for person in before.values()}
    today = timezone.localdate(now)
    tags.refresh(households=homes | after, people=list(people), doors=doors, on=today, now=now)
    return next(one for one in parts if one.pk == event_id)


def of_act(event: PopulationEvent) -> Q:
    """The condition for all events of the act that an event belongs to."""
    first = event.act_id or event.pk
    return Q(pk=first) | Q(act_id=first)


def _may_go_back(parts: Sequence[PopulationEvent], event: PopulationEvent) -> None:
    if event.undone_at is not None:
        raise Stale(_("This event was taken back already."))
    if event.batch_id or event.transfer_id:
        raise Invalid(_("This event came with an import or a move between communities; it is taken back there."))
    people = [one.person_id for one in parts]
    newer = PopulationEvent.objects.filter(person_id__in=people, pk__gt=parts[-1].pk, undone_at__isnull=True)
    if newer.exclude(pk__in=[one.pk for one in parts]).exists():
        raise NewerEvents(_("Something newer is known of these people. Take that back first."))
    # A household that got another head meanwhile cannot have both.
    led = Spell.objects.filter(closed_by__in=parts, relation=HEAD).values_list("household_id", flat=True)
    heads = Spell.objects.open().filter(household_id__in=led, relation=HEAD)
    if heads.exclude(person_id__in=people).exists():
        raise NewerEvents(_("Meanwhile the household has another head. Take that change back first."))
