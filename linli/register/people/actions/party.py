"""Finding, making and revealing parties."""

from datetime import datetime

from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit, User
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib.chinese import clip, fold, mobile, tidy
from linli.lib.errors import Invalid, NotAllowed
from linli.register.people.models import Party

LONGEST_NAME = 60


def checked_phone(text: str) -> str:
    """The mobile number in its normal form, "" for nothing. Raises Invalid with the number of digits that was typed."""
    given = fold(text).strip()
    if not given:
        return ""
    number = mobile(given)
    if number is None:
        digits = sum(character.isdigit() for character in given)
        text = _("A mobile number has 11 digits and begins with 1; this one has %(digits)s digits.")
        raise Invalid(fields={"phone": text % {"digits": digits}})
    return number


def party_for_phone(*, phone: str, name: str, now: datetime) -> Party:
    """The party with this (checked) phone, made if it is new. A name that is known is not overwritten by a guess.

    Two statements and no savepoint: the insert gives way to a row that is there, so two reports sent at the same
    moment find one party.
    """
    index = vault.index(phone, vault.PHONE)
    fresh = Party(
        name=clip(tidy(name), LONGEST_NAME),
        phone_sealed=vault.seal(phone, vault.PHONE),
        phone_index=index,
        created_at=now,
    )
    Party.objects.bulk_create([fresh], ignore_conflicts=True)
    return Party.objects.get(phone_index=index)


def party_of_user(*, user_id: int, now: datetime) -> Party:
    """The party of a signed-in resident: theirs, or the one that reported with their phone before they signed in."""
    party = Party.objects.filter(user_id=user_id).first()
    if party is not None:
        return party
    user = User.objects.get(pk=user_id)
    if not user.phone_index:
        return Party.objects.create(name=user.name, user_id=user_id, created_at=now)
    party = party_for_phone(phone=vault.unseal(user.phone_sealed, vault.PHONE), name=user.name, now=now)
    if party.user_id != user_id:
        Party.objects.filter(pk=party.pk, user__isnull=True).update(user_id=user_id)
        party.refresh_from_db()
    return party


def party_of_unit(*, unit: Unit, now: datetime) -> Party:
    """The party of a unit that asks something of communities, made if it is new."""
    fresh = Party(kind=Party.Kind.UNIT, name=clip(unit.name, LONGEST_NAME), unit=unit, created_at=now)
    Party.objects.bulk_create([fresh], ignore_conflicts=True)
    return Party.objects.get(unit=unit)


def reveal_phone(*, party: Party, by: Actor, reason: str, now: datetime, ip: str = "") -> str:
    """Open the full number of a party, and write down who saw it and why.

    The caller has fetched the party through a case in the actor's scope. Raises NotAllowed, Invalid (no reason).
    """
    if not by.can(Permission.PEOPLE_REVEAL):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    reason = clip(tidy(reason), 500)
    if len(reason) < 2:
        raise Invalid(fields={"reason": _("Say why you need the number.")})
    audit.record(
        by=by,
        action="people.reveal_phone",
        subject_kind="party",
        subject_id=str(party.pk),
        reason=reason,
        ip=ip,
        now=now,
    )
    return vault.unseal(party.phone_sealed, vault.PHONE)
