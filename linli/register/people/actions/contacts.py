"""Who stands beside a person (关系人): entered, replaced and ended, each with a line in the trace; numbers shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.lib import citizen_id
from linli.lib.chinese import clip, mask_phone, tidy
from linli.lib.errors import Errors, Invalid, NotAllowed, Stale
from linli.register.people import documents
from linli.register.people.actions import fields, spells
from linli.register.people.headings import BY_SUBJECT
from linli.register.people.models import Change, Contact, Person

#: Under which name the trace of changes keeps them.
FIELD = "contacts"
SEALED = {"phone": vault.PHONE, "identity": vault.IDENTITY}
LONGEST = {"name": 60, "relation": 30}


@dataclass(frozen=True)
class Facts:
    """What is said of somebody beside a person; numbers whole, in their normal form."""

    kind: str
    name: str = ""
    relation: str = ""
    phone: str = ""
    identity: str = ""
    since: date | None = None


def index_of(number: str) -> str:
    """The blind index by which a number finds whoever of the register has it; "" for none."""
    return fields.identity_index(documents.OTHER, number) if number else ""


def row_of(person_id: int, facts: Facts, now: datetime, **more: Any) -> Contact:
    """The row of these facts, unsaved, numbers sealed."""
    return Contact(
        person_id=person_id,
        kind=facts.kind,
        name=facts.name,
        relation=facts.relation,
        phone_sealed=vault.seal(facts.phone, vault.PHONE) if facts.phone else "",
        phone_index=vault.index(facts.phone, vault.PHONE) if facts.phone else "",
        identity_sealed=vault.seal(facts.identity, vault.IDENTITY) if facts.identity else "",
        identity_index=index_of(facts.identity),
        since=facts.since,
        recorded_at=now,
        **more,
    )


def facts_of(row: Contact) -> Facts:
    """What a row says, opened. Only for those who may."""
    phone, identity = (plain(row, field) for field in SEALED)
    return Facts(row.kind, row.name, row.relation, phone, identity, row.since)


def plain(row: Contact, field: str) -> str:
    """A sealed number of a row ("phone", "identity"), opened; "" where there is none."""
    sealed = getattr(row, f"{field}_sealed")
    return vault.unseal(sealed, SEALED[field]) if sealed else ""


def described(facts: Facts) -> str:
    """One line for the trace and the preview, numbers masked: they are somebody else's."""
    name = facts.name + (f"（{facts.relation}）" if facts.relation else "")
    parts = (
        BY_SUBJECT[facts.kind].label,
        name,
        mask_phone(facts.phone) if facts.phone else "",
        citizen_id.mask(facts.identity) if facts.identity else "",
    )
    return " ".join(part for part in parts if part)


@transaction.atomic
def add(*, by: Actor, person_id: int, given: Mapping[str, Any], now: datetime) -> Contact:
    """Enter somebody beside a person. `given`: kind, name, relation, phone, identity, since.

    Another of a kind of which somebody has one at a time (a guardian) ends the one before. Raises NotAllowed, Invalid.
    """
    person = _locked(by, person_id)
    facts = cleaned(given, now)
    held = list(Contact.objects.open().filter(person=person, kind=facts.kind))
    if any(_same(facts_of(one), facts) for one in held):
        raise Invalid(fields={"name": _("This is entered already.")})
    day = facts.since or timezone.localdate(now)
    before = held[:1] if facts.kind in Contact.ONE_AT_A_TIME else []
    for one in before:
        _close(one, max(day, one.since) if one.since else day, _("another took the place"))
    return _enter(person, facts, before[0] if before else None, by, now)


@transaction.atomic
def change(*, by: Actor, person_id: int, contact_id: int, given: Mapping[str, Any], now: datetime) -> Contact:
    """Correct what is known of somebody beside a person: the row before ends, another takes its place."""
    person = _locked(by, person_id)
    old = _open_row(person, contact_id)
    facts = cleaned({"kind": old.kind, **given}, now)
    if _same(facts_of(old), facts) and facts.since == old.since:
        return old
    _close(old, max(timezone.localdate(now), old.since) if old.since else timezone.localdate(now), _("corrected"))
    return _enter(person, facts, old, by, now)


@transaction.atomic
def end(*, by: Actor, person_id: int, contact_id: int, until: date, reason: str, now: datetime) -> Contact:
    """Somebody is not that any more, from a day on. Raises NotAllowed, Invalid, Stale."""
    person = _locked(by, person_id)
    old = _open_row(person, contact_id)
    if until > timezone.localdate(now) or (old.since is not None and until < old.since):
        raise Invalid(fields={"until": _("The end lies between the beginning and today.")})
    _close(old, until, clip(tidy(reason), 200))
    _trace(person, described(facts_of(old)), "", reason, by, now)
    return old


@transaction.atomic
def reveal(*, by: Actor, contact: Contact, field: str, reason: str, now: datetime, ip: str = "") -> str:
    """The whole number of somebody beside a person ("phone", "identity"), once the reason is written down.

    The line in the access log ("people.reveal", of the person, data {"field": …, "contact": …}) stands before the
    number is opened. Raises NotAllowed, Invalid.
    """
    if not by.can(Permission.PEOPLE_REVEAL) or not by.covers(contact.person.area_id):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    if field not in SEALED or not getattr(contact, f"{field}_sealed"):
        raise Invalid(fields={"field": _("The register knows no such number of this person.")})
    why = clip(tidy(reason), 300)
    if len(why) < 2:
        raise Invalid(fields={"reason": _("Say what you need it for.")})
    record(
        by=by,
        action="people.reveal",
        subject_kind="person",
        subject_id=contact.person_id,
        reason=why,
        data={"field": f"{contact.kind}:{field}"},
        ip=ip,
        now=now,
    )
    return plain(contact, field)


def cleaned(given: Mapping[str, Any], now: datetime) -> Facts:
    """Typed values in the form the register keeps; raises Invalid with everything that is wrong."""
    errors = Errors()
    kind = str(given.get("kind") or "")
    if kind not in Contact.Kind.values:
        errors.add({"kind": _("Choose an entry of the list.")})
    texts = {name: tidy(str(given.get(name) or "")) for name in LONGEST}
    for name, most in LONGEST.items():
        if len(texts[name]) > most:
            errors.add({name: _("At most %(n)s characters; these are %(had)s.") % {"n": most, "had": len(texts[name])}})
    if not texts["name"]:
        errors.add({"name": _("Write the name.")})
    phone = errors.of(fields.clean_one, "phone", given.get("phone"), timezone.localdate(now)) or ""
    number = errors.of(_number, str(given.get("identity") or ""), timezone.localdate(now)) or ""
    since = given.get("since") or None
    if since is not None and since > timezone.localdate(now):
        errors.add({"since": _("This day lies in the future.")})
    errors.end()
    return Facts(kind, texts["name"], texts["relation"], phone, number, since)


def _number(text: str, today: date) -> str:
    number = str(fields.clean_one("identity", text, today))
    if not number:
        return ""
    read = citizen_id.read(number, today=today)
    if read is not None:
        return read.number
    if len(number) == citizen_id.WHOLE or number.isdigit():
        raise Invalid(fields={"identity": fields.why_not(number)})
    if len(number) < 5:
        raise Invalid(fields={"identity": _("This number is too short for a document.")})
    return number


def _locked(by: Actor, person_id: int) -> Person:
    """The person, locked. Raises NotAllowed, Invalid."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing people."))
    if not Person.objects.visible_to(by).filter(pk=person_id).exists():
        raise Invalid(_("There is no such person in your area."))
    return spells.locked([person_id])[person_id]


def _open_row(person: Person, contact_id: int) -> Contact:
    row = Contact.objects.filter(person=person, pk=contact_id).first()
    if row is None:
        raise Invalid(_("There is no such related person."))
    if row.until is not None:
        raise Stale(_("This was ended already."))
    return row


def _same(one: Facts, other: Facts) -> bool:
    def said(facts: Facts) -> tuple[str, ...]:
        return facts.kind, facts.name, facts.relation, facts.phone, facts.identity

    return said(one) == said(other)


def _close(row: Contact, until: date, why: str) -> None:
    row.until, row.ended_because = until, why
    row.save(update_fields=["until", "ended_because"])


def _enter(person: Person, facts: Facts, before: Contact | None, by: Actor, now: datetime) -> Contact:
    row = row_of(person.pk, facts, now, recorded_by_id=by.user_id, recorded_post_id=by.post_id)
    row.save()
    _trace(person, described(facts_of(before)) if before else "", described(facts), "", by, now)
    return row


def _trace(person: Person, old: str, new: str, reason: str, by: Actor, now: datetime) -> None:
    Change.objects.create(
        person=person,
        field=FIELD,
        old_sealed=vault.seal(old, vault.CHANGE),
        new_sealed=vault.seal(new, vault.CHANGE),
        reason=clip(tidy(reason), 300),
        at=now,
        by_id=by.user_id,
        post_id=by.post_id,
    )
    person.version += 1
    person.updated_at = now
    person.save(update_fields=["version", "updated_at"])
