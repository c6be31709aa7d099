"""Organisations on site (实有单位): enter, change, close and reopen; their phone is sealed and shown with a reason."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib import credit_code
from linli.lib.chinese import fold, mobile, tidy
from linli.lib.errors import Errors, Invalid, NotAllowed, Stale
from linli.register.homes.actions import base
from linli.register.homes.models import Building, Dwelling, Organisation

MOST_STAFF = 1_000_000


@transaction.atomic
def create(*, by: Actor, given: Mapping[str, Any], now: datetime) -> Organisation:
    """Enter an organisation. `given`: name, kind, credit_code, dwelling_id or building_id or area_id, address, contact,
    phone, staff_count, opened_on."""
    base.may_edit(by)
    row = Organisation()
    _set(row, by, given, timezone.localdate(now))
    _save(row)
    return row


@transaction.atomic
def edit(*, by: Actor, organisation_id: int, given: Mapping[str, Any], now: datetime) -> Organisation:
    """Change an organisation. Without "phone" in `given` the number stays; an empty one removes it."""
    base.may_edit(by)
    row = _locked(by, organisation_id)
    _set(row, by, given, timezone.localdate(now))
    _save(row)
    return row


@transaction.atomic
def close(*, by: Actor, organisation_id: int, closed_on: date, now: datetime) -> Organisation:
    """It is gone since a day. Raises Stale when it was closed already."""
    base.may_edit(by)
    row = _locked(by, organisation_id)
    if row.closed_on is not None:
        raise Stale(_("This organisation was closed already."))
    if closed_on > timezone.localdate(now):
        raise Invalid(fields={"closed_on": _("This day lies in the future.")})
    if row.opened_on is not None and closed_on < row.opened_on:
        raise Invalid(fields={"closed_on": _("This day lies before it came here.")})
    row.closed_on = closed_on
    row.save(update_fields=["closed_on"])
    return row


@transaction.atomic
def reopen(*, by: Actor, organisation_id: int, now: datetime) -> Organisation:
    """It is here after all."""
    base.may_edit(by)
    row = _locked(by, organisation_id)
    if row.closed_on is None:
        raise Stale(_("This organisation is open."))
    row.closed_on = None
    row.save(update_fields=["closed_on"])
    return row


@transaction.atomic
def reveal_phone(*, by: Actor, organisation: Organisation, reason: str, now: datetime, ip: str = "") -> str:
    """The full number, once the reason is written down. Raises NotAllowed, Invalid."""
    if not by.can(Permission.PEOPLE_REVEAL) or not by.covers(organisation.area_id):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    if len(tidy(reason)) < 2:
        raise Invalid(fields={"reason": _("Say why you need to see it.")})
    audit.record(
        by=by,
        action="homes.reveal",
        now=now,
        subject_kind="organisation",
        subject_id=organisation.pk,
        reason=reason,
        ip=ip,
    )
    return vault.unseal(organisation.phone_sealed, vault.PHONE)


def clean_phone(text: object, *, field: str = "phone") -> str:
    """A mobile number or fixed line as digits, nothing for nothing; raises Invalid for `field`."""
    given = fold(str(text or ""))
    if not given:
        return ""
    number = mobile(given) or "".join(char for char in given if char.isascii() and char.isdigit())
    if not 7 <= len(number) <= 12:
        raise Invalid(fields={field: _("A mobile number has 11 digits, a fixed line 7 to 12 with the area code.")})
    return number


def _locked(by: Actor, organisation_id: int) -> Organisation:
    row = Organisation.objects.visible_to(by).select_for_update().filter(pk=organisation_id).first()
    if row is None:
        raise Invalid(_("There is no such organisation in your area."))
    return row


def _set(row: Organisation, by: Actor, given: Mapping[str, Any], today: date) -> None:
    errors = Errors()
    errors.of(_place, row, by, given, today)
    needed = _("An organisation needs a name.")
    row.name = errors.of(base.text_of, given.get("name"), 120, field="name", missing=needed) or ""
    # The code table is that of the place; where that was refused, of the actor's area.
    place = row.area_id or by.area_id
    row.kind = (
        errors.of(base.code_in, "organisation_kind", given.get("kind"), field="kind", area_id=place, on=today) or ""
    )
    row.credit_code = errors.of(_credit_code, given.get("credit_code")) or ""
    row.contact = errors.of(base.text_of, given.get("contact"), 60, field="contact") or ""
    if "phone" in given:
        phone = errors.of(clean_phone, given["phone"])
        row.phone_sealed = vault.seal(phone, vault.PHONE) if phone else ""
    row.staff_count = errors.of(
        base.whole_number, given.get("staff_count"), field="staff_count", least=0, most=MOST_STAFF
    )
    row.opened_on = given.get("opened_on")
    if row.opened_on is not None and row.opened_on > today:
        errors.add({"opened_on": _("This day lies in the future.")})
    elif row.opened_on is not None and row.closed_on is not None and row.opened_on > row.closed_on:
        errors.add({"opened_on": _("This day lies after it had gone.")})
    errors.end()


def _credit_code(typed: object) -> str:
    """A unified social credit code in its normal form, nothing for nothing; raises Invalid."""
    text = str(typed or "").strip()
    code = credit_code.read(text) if text else ""
    if code is None:
        raise Invalid(fields={"credit_code": _wrong_code(text)})
    return code


def _place(row: Organisation, by: Actor, given: Mapping[str, Any], today: date) -> None:
    """The room decides the building, the building the area; without both the area is chosen."""
    dwelling = building = None
    if given.get("dwelling_id"):
        dwelling = Dwelling.objects.visible_to(by).select_related("building").filter(pk=given["dwelling_id"]).first()
        if dwelling is None:
            raise Invalid(fields={"dwelling_id": _("There is no such dwelling in your area.")})
        building = dwelling.building
    elif given.get("building_id"):
        building = Building.objects.visible_to(by).filter(pk=given["building_id"]).first()
        if building is None:
            raise Invalid(fields={"building_id": _("There is no such building in your area.")})
    row.dwelling, row.building = dwelling, building
    if building is not None:
        row.area_id = building.area_id
    else:
        row.area = base.area_in_reach(by, str(given.get("area_id") or ""), field="area_id", on=today)
    place = dwelling.address if dwelling else building.address if building else ""
    row.address = base.text_of(given.get("address"), 200, field="where") or place


def _wrong_code(typed: str) -> str:
    """What is wrong with a code, so that the person can find the slip."""
    text = fold(typed).replace(" ", "").replace("-", "").upper()
    if len(text) != credit_code.LENGTH:
        words = _("A unified social credit code has 18 characters; these are %(n)s.")
        return words % {"n": len(text)}
    odd = sorted({char for char in text if char not in credit_code.ALPHABET})
    if odd:
        return _("“%(characters)s” does not occur in such a code. I, O, S, V and Z are never used.") % {
            "characters": "".join(odd)[:10]
        }
    return _("The check character does not fit. Compare it with the licence, character by character.")


def _save(row: Organisation) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(
            fields={"credit_code": _("An organisation with this code is registered in this grid already.")}
        ) from None
