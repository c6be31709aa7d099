"""Owners and tenants of dwellings (产权人与承租人)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib.chinese import tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.homes.actions import base
from linli.register.homes.actions.organisations import clean_phone
from linli.register.homes.models import Dwelling
from linli.register.people.models import Person, Tenure


@transaction.atomic
def add(*, by: Actor, dwelling_id: int, given: Mapping[str, Any], now: datetime) -> Tenure:
    """Somebody owns or rents a dwelling. `given`: part, person_id or name, phone, since."""
    base.may_edit(by)
    dwelling = Dwelling.objects.visible_to(by).select_for_update(no_key=True).filter(pk=dwelling_id).first()
    if dwelling is None:
        raise Invalid(_("There is no such dwelling in your area."))
    part = str(given.get("part") or "")
    if part not in Tenure.Part.values:
        raise Invalid(fields={"part": _("Choose an entry of the list.")})
    since = given.get("since")
    if since is not None and since > timezone.localdate(now):
        raise Invalid(fields={"since": _("This day lies in the future.")})
    person, name = _somebody(by, given)
    open_rows = Tenure.objects.filter(dwelling=dwelling, part=part, until__isnull=True)
    twins = open_rows.filter(person=person) if person is not None else open_rows.filter(person__isnull=True, name=name)
    if twins.exists():
        raise Invalid(fields={"name": _("This is entered already.")})
    return Tenure.objects.create(
        dwelling=dwelling,
        person=person,
        part=part,
        name="" if person else name,
        phone_sealed=vault.seal(clean_phone(given.get("phone")), vault.PHONE) if given.get("phone") else "",
        since=since,
    )


@transaction.atomic
def end(*, by: Actor, tenure_id: int, until: date, now: datetime) -> Tenure:
    """Somebody does not own or rent it any more, from a day on. Raises NotAllowed, Invalid, Stale."""
    base.may_edit(by)
    row = Tenure.objects.select_for_update().filter(by.within("dwelling__area_id"), pk=tenure_id).first()
    if row is None:
        raise Invalid(_("There is no such owner or tenant in your area."))
    if row.until is not None:
        raise Stale(_("This was ended already."))
    if until > timezone.localdate(now) or (row.since is not None and until < row.since):
        raise Invalid(fields={"until": _("The end lies between the beginning and today.")})
    row.until = until
    row.save(update_fields=["until"])
    return row


@transaction.atomic
def reveal_phone(*, by: Actor, tenure: Tenure, reason: str, now: datetime, ip: str = "") -> str:
    """The full number of an owner or tenant, once the reason is written down. Raises NotAllowed, Invalid."""
    if not by.can(Permission.PEOPLE_REVEAL) or not by.covers(tenure.dwelling.area_id):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    if len(tidy(reason)) < 2:
        raise Invalid(fields={"reason": _("Say why you need to see it.")})
    audit.record(
        by=by, action="homes.reveal", now=now, subject_kind="tenure", subject_id=tenure.pk, reason=reason, ip=ip
    )
    return vault.unseal(tenure.phone_sealed, vault.PHONE)


def _somebody(by: Actor, given: Mapping[str, Any]) -> tuple[Person | None, str]:
    """A person of the register, or a typed name."""
    if given.get("person_id"):
        person = Person.objects.visible_to(by).filter(pk=given["person_id"]).first()
        if person is None:
            raise Invalid(fields={"person_id": _("There is no such person in your area.")})
        return person, ""
    name = base.text_of(given.get("name"), 60, field="name")
    if not name:
        raise Invalid(fields={"name": _("Choose a person of the register, or write a name.")})
    return None, name
