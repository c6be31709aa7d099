"""Changing what stays true of a person: the office's own right, with a reason for every change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions import fields, spells, tags
from linli.register.people.models import Change, Correction, Person

LONGEST_REASON = 300


@transaction.atomic
def edit(
    *, by: Actor, person_id: int, version: int, given: Mapping[str, Any], reason: str, now: datetime
) -> list[Change]:
    """Set fields of somebody of the actor's area; returns the changes, nothing when nothing differs.

    Raises NotAllowed, Stale (changed since `version`), Invalid (also without a reason), KnownAlready.
    """
    person = locked_for_change(by, person_id)
    if version != person.version:
        raise Stale
    return set_fields(by=by, person=person, version=version, given=given, reason=reason_given(reason), now=now)


@transaction.atomic
def set_photo(*, by: Actor, person_id: int, stored: StoredFile | None, now: datetime) -> Person:
    """Give the person a photo, another one, or none. The one before is swept away within a day."""
    person = locked_for_change(by, person_id)
    before = person.photo_id
    person.photo = stored
    person.updated_at = now
    person.save(update_fields=["photo", "updated_at"])
    if stored is not None:
        # What a person shows is linked: the sweep of orphans leaves it alone.
        StoredFile.objects.filter(pk=stored.pk).update(kept=True)
    if before is not None and (stored is None or before != stored.pk):
        StoredFile.objects.filter(pk=before).update(kept=False)
    return person


def locked_for_change(by: Actor, person_id: int) -> Person:
    """The person, locked, if the actor may change it. Raises NotAllowed, Stale."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing the register of people."))
    person = spells.locked([person_id]).get(person_id)
    if person is None or not by.covers(person.area_id):
        raise Stale(_("This person is not in your area any more."))
    return person


def set_fields(
    *,
    by: Actor,
    person: Person,
    given: Mapping[str, Any],
    reason: str,
    now: datetime,
    version: int | None = None,
    correction: Correction | None = None,
) -> list[Change]:
    """`fields.apply` on a locked person, and what follows from it: birthday and party decide computed groups."""
    changes = fields.apply(
        person=person, given=given, by=by, reason=reason, now=now, version=version, correction=correction
    )
    if {change.field for change in changes} & {"born", "political"}:
        tags.refresh(households=[person.household_id], people=[person.pk], on=timezone.localdate(now), now=now)
    return changes


def reason_given(reason: str) -> str:
    """The reason, tidied; raises Invalid when there is none."""
    text = clip(tidy(reason), LONGEST_REASON)
    if len(text) < 2:
        raise Invalid(fields={"reason": _("Say why: where this comes from, or what was wrong.")})
    return text
