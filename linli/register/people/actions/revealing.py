"""Showing a whole number: with a reason, and written down before it is shown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed
from linli.register.people.actions import fields
from linli.register.people.models import Person


@transaction.atomic
def reveal(*, by: Actor, person: Person, field: str, reason: str, now: datetime, ip: str = "") -> str:
    """The whole number of a sealed field ("identity", "phone", "other_phone").

    The line in the access log ("people.reveal", data {"field": …}) stands before the number is opened.
    Raises NotAllowed, Invalid (no reason, nothing to show).
    """
    if not by.can(Permission.PEOPLE_REVEAL) or not by.covers(person.area_id):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    if field not in fields.SEALED or not getattr(person, f"{field}_sealed"):
        raise Invalid(fields={"field": _("The register knows no such number of this person.")})
    why = clip(tidy(reason), 300)
    if len(why) < 2:
        raise Invalid(fields={"reason": _("Say what you need it for.")})
    record(
        by=by,
        action="people.reveal",
        subject_kind="person",
        subject_id=person.pk,
        reason=why,
        data={"field": field},
        ip=ip,
        now=now,
    )
    return str(fields.plain(person, field))
