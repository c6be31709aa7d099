"""How somebody lived, what happened to them and who changed what, ready to be drawn."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.register.people import codes
from linli.register.people.models import Change, PopulationEvent, Spell
from linli.register.people.models.event import EventKind
from linli.register.people.queries.life import COMMUNITY_DIGITS
from linli.sites.register import words
from linli.sites.register.edge import url_or_none


def spell(one: Spell, actor: Actor, communities: Mapping[str, str]) -> dict[str, Any]:
    """How somebody lived between two days. Of a spell in another community only the name of the community shows."""
    community = communities.get(one.area_id[:COMMUNITY_DIGITS], one.area.name)
    covered = actor.covers(one.area_id)
    dates = {"since": one.valid_from, "until": one.valid_to, "community": community, "covered": covered}
    if not covered:
        return {**dates, "where": community, "facts": ""}
    facts = [
        codes.label("population_kind", one.kind),
        codes.label("relation", one.relation),
        codes.label("marital", one.marital),
        codes.label("residence_match", one.match),
        # What was told late lies before it: the place was known, and nobody lived there for a day.
        _("counts on no day") if one.valid_from == one.valid_to else "",
    ]
    return {
        **dates,
        "where": one.dwelling.address if one.dwelling else one.area.name,
        "url": url_or_none("register:household", one.household_id) if one.household_id else "",
        "facts": " · ".join(fact for fact in facts if fact),
        "recorded": one.recorded_at,
    }


def events(found: Iterable[PopulationEvent], actor: Actor) -> list[dict[str, Any]]:
    """The events, newest first, each with the day it happened and the day it was told.

    Only the newest that stands can be taken back, and not where it came with an import or a move between communities.
    """
    known = list(found)
    newest = next((one for one in known if one.undone_at is None), None)
    free = newest is not None and not newest.batch_id and not newest.transfer_id
    return [
        event(one, actor) | {"may_be_undone": free and one is newest and actor.covers(one.area_id)} for one in known
    ]


def event(one: PopulationEvent, actor: Actor) -> dict[str, Any]:
    """One event. What happened in another community shows as kind and days only."""
    covered = actor.covers(one.area_id)
    drawn: dict[str, Any] = {
        "id": one.pk,
        "what": words.capital(str(one.get_kind_display())),
        "happened_on": one.happened_on,
        "reported_at": one.reported_at,
        # Who has long lived here was not told of late.
        "late": 0 if one.kind == EventKind.ENTRY else (timezone.localdate(one.reported_at) - one.happened_on).days,
        "undone": one.undone_at,
        "covered": covered,
    }
    if not covered:
        return drawn
    return drawn | {
        "who": one.by.name if one.by else "",
        "reason": one.reason,
        "text": event_words(one),
        "stopped": one.stopped,
        "undone_by": one.undone_by.name if one.undone_by else "",
        "undone_because": one.data.get("undone_because", ""),
    }


def event_words(one: PopulationEvent) -> str:
    """What an event says beside its kind: from where to where, from which status to which."""
    old, new = str(one.data.get("from") or ""), str(one.data.get("to") or "")
    if one.kind == EventKind.MARRIAGE:
        old, new = codes.label("marital", old), codes.label("marital", new)
    if one.transfer_id is not None:
        # The address in the community they left is that community's.
        old = ""
    if old and new:
        return f"{old} → {new}"
    return _("to %(place)s") % {"place": new} if new else old


def changes(found: Iterable[Change]) -> list[dict[str, Any]]:
    """Who changed which field, when, from what to what, and why; numbers masked."""
    labels = words.field_labels()
    return [
        {
            "label": labels.get(one.field, one.field),
            "old": words.shown(one.field, vault.unseal(one.old_sealed, vault.CHANGE)),
            "new": words.shown(one.field, vault.unseal(one.new_sealed, vault.CHANGE)),
            "at": one.at,
            "who": one.by.name if one.by else "",
            "reason": one.reason,
            "by_correction": one.correction_id is not None,
        }
        for one in found
    ]
