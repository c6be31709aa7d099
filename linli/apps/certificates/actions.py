"""Refusing a certificate that is not the community's to issue, and issuing one that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.apps.certificates import effects
from linli.apps.certificates.catalogue import kept, not_issued
from linli.apps.certificates.flow import CERTIFICATE
from linli.apps.certificates.models import Certificate, CertificateRefusal
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, Permission
from linli.foundation.audit import actions as audit
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.foundation.rules import queries as rules
from linli.lib import citizen_id
from linli.lib.chinese import clip, fold, same_name, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.register.people import documents
from linli.register.people.actions import fields
from linli.register.people.models import Person
from linli.spine.cases import actions as cases
from linli.spine.cases import clock
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Change, Inputs
from linli.spine.cases.models import Case, Event
from linli.spine.catalogue import specimen
from linli.spine.catalogue.models import Matter

LONGEST: Final[Mapping[str, int]] = {
    "name": 60,
    "address": 200,
    "facts": 500,
    "purpose": 60,
    "addressee": 60,
    "proof": 200,
}
#: The fields that a wording asks for, by the place that they fill.
FILLS: Final[Mapping[str, str]] = {"住址": "address", "事实": "facts"}
ALWAYS: Final = ("name", "purpose", "addressee", "proof")
OTHER_DOCUMENT: Final = "990"
LONGEST_NOTE: Final = 2000
CITIZEN_LENGTH: Final = 18


def refuse(*, by: Actor, code: str, now: datetime, wanted_by: str = "", key: str = "") -> CertificateRefusal:
    """Write down that this item was asked for and not issued; `wanted_by` is the office that wanted it.

    The same form (`key`) writes one line, however often it is sent.
    Raises NotAllowed (nobody of a community), Invalid (an item that is not on the list in force there today).
    """
    if not by.can(Permission.TASK_WORK):
        raise NotAllowed(_("Only the community may do this."))
    known = not_issued(by.area_id, timezone.localdate(now))
    item = known.item(code)
    if item is None:
        raise Invalid(fields={"code": _("This item is not on the list of today. Search again.")})
    assert by.user_id is not None
    found, _made = CertificateRefusal.objects.get_or_create(
        key=f"{by.user_id}:{code}:{clip(tidy(key), 40)}" if key else uuid4().hex,
        defaults={
            "area_id": by.area_id,
            "code": item.code,
            "name": item.name,
            "instead": item.instead,
            "document": known.document,
            "wanted_by": clip(tidy(wanted_by), 60),
            "at": now,
            "by_id": by.user_id,
            "post_id": by.post_id,
        },
    )
    return found


class AlreadyAsked(Refusal):
    """The same form was sent before: nothing is written down twice."""

    code = "already_asked"

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(_("This was written down already."))
        self.certificate = certificate


@dataclass(frozen=True, kw_only=True)
class Given:
    """What is to be certified of whom, for what. `person_id`: who it is in the register; `identity` as it was typed."""

    name: str = ""
    identity: str = ""
    address: str = ""
    facts: str = ""
    purpose: str = ""
    addressee: str = ""
    proof: str = ""
    copies: int = 1
    person_id: int | None = None


@transaction.atomic
def ask(*, by: Actor, item: Matter, given: Given, key: str, now: datetime) -> Certificate:
    """Write down that a resident asks for a certificate: a case with a clock, and a notice to who keeps the seal.

    Raises NotAllowed, Invalid (by field; an item that communities do not issue here today), AlreadyAsked (same `key`).
    """
    writer = _writer(by)
    today = timezone.localdate(now)
    if item.pk not in {one.pk for one in kept(by.area_id, today)}:
        raise Invalid(_("This is on no list of certificates in force here today. Search again."))
    key = key or uuid4().hex
    twin = Certificate.objects.filter(case__submission_key=key, area_id=by.area_id).first()
    if twin is not None:
        raise AlreadyAsked(twin)
    texts = _checked(by, item, given, now)
    at_once = clock.term_of(rules.params("certificates.steps", by.area_id, today)["asked"])
    # One term, and none beside it for the seal: the list's, or what "at once" means here.
    term = item.promised if item.promised_amount else at_once
    due = term.due(now, rules.calendar(by.area_id, today))
    case = Case(
        kind=CERTIFICATE.kind,
        matter=item,
        area_id=by.area_id,
        source=Case.Source.COMMUNITY,
        title=clip(item.name, 80),
        unit=Unit.objects.filter(kind=Unit.Kind.COMMUNITY_OFFICE, area_id=by.area_id).order_by("pk").first(),
        term_due=due,
        statutory_due=due,
        submission_key=key,
    )
    try:
        with transaction.atomic():
            cases.open_many(
                cases=[case],
                opening="ask",
                by=by,
                part=Part.COMMUNITY,
                now=now,
                facts=lambda _case: {"item": item.code},
            )
    except IntegrityError:
        # The same form, sent twice at once.
        twin = Certificate.objects.filter(case__submission_key=key, area_id=by.area_id).first()
        if twin is None:
            raise Invalid(_("Open the form again and send it once more.")) from None
        raise AlreadyAsked(twin) from None
    made = Certificate.objects.create(case=case, area_id=by.area_id, wrote_id=writer, asked_at=now, **texts)
    _tell_keepers(made, by, now)
    return made


def act(
    *, case_id: int, name: str, by: Actor, now: datetime, note: str = "", expected_seq: int | None = None
) -> Certificate:
    """Seal a certificate, decline it, or declare it void, and tell whoever wrote it.

    Raises NotAllowed, Stale (it moved or its words changed meanwhile), Invalid.
    """
    words = tidy(note)
    if len(words) > LONGEST_NOTE:
        raise Invalid(fields={"note": _("At most %(n)s characters.") % {"n": LONGEST_NOTE}})

    def afterwards(change: Change, _event: Event) -> None:
        _tell_writer(change, now)

    cases.move(
        case_id=case_id,
        name=name,
        by=by,
        inputs=Inputs(note=words),
        now=now,
        expected_seq=expected_seq,
        afterwards=afterwards,
    )
    return Certificate.objects.select_related("case").get(pk=case_id)


@transaction.atomic
def correct(*, by: Actor, case_id: int, given: Given, now: datetime, expected_seq: int | None = None) -> Certificate:
    """Change the words of a certificate that is not sealed. Raises NotAllowed, Stale, Invalid (by field)."""
    found = Certificate.objects.visible_to(by).select_related("case__matter").get(pk=case_id)
    same = given.person_id == found.person_id and same_name(given.name, found.name)
    kept_number = not tidy(given.identity) and same
    texts = _checked(by, found.case.cited, given, now, has_number=kept_number and bool(found.identity_sealed))
    if kept_number:
        del texts["identity_kind"], texts["identity_sealed"]
    changed = [name for name in (*LONGEST, "copies") if getattr(found, name) != texts[name]]
    changed += [] if kept_number else ["identity"]
    cases.move(
        case_id=case_id,
        name="correct",
        by=by,
        inputs=Inputs(),
        now=now,
        expected_seq=expected_seq,
        facts={"changed": changed},
    )
    Certificate.objects.filter(pk=case_id).update(**texts, wrote_id=by.user_id)
    found.refresh_from_db()
    return found


def paper(*, by: Actor, certificate: Certificate, now: datetime, ip: str = "") -> str:
    """The whole text of a sealed certificate, with the number of the document in it; the log says who took it out.

    Raises NotAllowed, Invalid (it is not sealed).
    """
    _writer(by)
    if not certificate.text_sealed:
        raise Invalid(_("It is not sealed yet."))
    person = certificate.person_id is not None
    audit.record(
        by=by,
        action="people.certificate",
        subject_kind="person" if person else "certificate",
        subject_id=certificate.person_id if person else certificate.pk,
        reason=f"{certificate.case.title} {certificate.number}",
        ip=ip,
        now=now,
    )
    return vault.unseal(certificate.text_sealed, vault.CERTIFICATE)


def _writer(by: Actor) -> int:
    if not by.can(Permission.CERTIFICATE_WORK) or by.user_id is None:
        raise NotAllowed(_("Only the community may do this."))
    return by.user_id


def _checked(by: Actor, item: Matter, given: Given, now: datetime, *, has_number: bool = False) -> dict[str, Any]:
    """The columns of a certificate. `has_number`: the number of the document is known already and stays."""
    asked = specimen.places(item.specimen)
    errors: dict[str, object] = {}
    person = _person(by, given, errors)
    texts = _texts(given, person, {*ALWAYS, *(field for place, field in FILLS.items() if place in asked)}, errors)
    most = rules.params(effects.LIMITS, by.area_id, timezone.localdate(now))["most_copies"]
    if not 1 <= given.copies <= most:
        errors["copies"] = _("From 1 to %(n)s copies.") % {"n": most}
    kind, number = _number(given, person, now, errors)
    if "证件" in asked and not number and not has_number and "identity" not in errors:
        errors["identity"] = _("This certificate names the document. Type its number.")
    if person is None and number and not errors:
        person = _known(by, number, texts["name"], errors)
    if errors:
        raise Invalid(fields=errors)
    return {
        **texts,
        "copies": given.copies,
        "person": person,
        "identity_kind": kind,
        "identity_sealed": vault.seal(number, vault.IDENTITY),
    }


def _texts(given: Given, person: Person | None, needed: set[str], errors: dict[str, object]) -> dict[str, Any]:
    """What was written, on one line each; the name must be that of the person of the register."""
    texts = {field: " ".join(tidy(getattr(given, field)).split()) for field in LONGEST}
    for field, most in LONGEST.items():
        if len(texts[field]) > most:
            errors[field] = _("At most %(n)s characters.") % {"n": most}
    if person is not None and not texts["name"]:
        texts["name"] = person.name
    elif person is not None and not same_name(texts["name"], person.name):
        # The number of the document comes from the register: it must not go with another name.
        errors["name"] = _("The register calls this person otherwise. Correct the register, or begin without it.")
    for field in sorted(needed):
        if not texts[field]:
            errors.setdefault(field, _("Fill this in."))
    return texts


def _number(given: Given, person: Person | None, now: datetime, errors: dict[str, object]) -> tuple[str, str]:
    """Kind and number of the document: as typed, or else as the register holds it of this person."""
    kind, number = _document(given.identity, now, errors)
    if person is None or not person.identity_sealed:
        return kind, number
    held = str(fields.plain(person, "identity"))
    if number and number != held:
        errors.setdefault("identity", _("The register holds another number of this person. Correct it there first."))
    return person.identity_kind, held


def _person(by: Actor, given: Given, errors: dict[str, object]) -> Person | None:
    if given.person_id is None:
        return None
    found = Person.objects.visible_to(by).filter(pk=given.person_id).first()
    if found is None:
        errors["name"] = _("There is no such person in your area.")
    return found


def _document(typed: str, now: datetime, errors: dict[str, object]) -> tuple[str, str]:
    """Kind and number of a document as it was typed: a citizen's number is checked, others are taken as they are."""
    number = fold(typed).replace(" ", "").replace("-", "").upper()
    if not number:
        return fields.WITHOUT, ""
    citizen = citizen_id.read(number, today=timezone.localdate(now))
    if citizen is not None:
        return documents.kind_of(citizen.number), citizen.number
    if len(number) == CITIZEN_LENGTH and number[:17].isdigit():
        errors["identity"] = _("This number of an identity card does not check. Compare it with the card.")
    elif not (5 <= len(number) <= fields.LONGEST_DOCUMENT and number.isalnum()):
        errors["identity"] = _("A number of a document has 5 to %(n)s letters and digits.") % {
            "n": fields.LONGEST_DOCUMENT
        }
    return OTHER_DOCUMENT, number


def _known(by: Actor, number: str, name: str, errors: dict[str, object]) -> Person | None:
    """Whom the register of the area knows under this number; the name must then be the same."""
    rows = Person.objects.visible_to(by).filter(identity_index__in=fields.identity_indexes(number))
    found = rows.order_by("pk").first()
    if found is not None and not same_name(found.name, name):
        errors["name"] = _("The register knows this number under another name. Look the person up first.")
    return found


def _tell_keepers(made: Certificate, by: Actor, now: datetime) -> None:
    posts = Post.objects.active(timezone.localdate(now)).filter(role=COMMUNITY_SECRETARY.code, area_id=made.area_id)
    with translation.override(settings.LANGUAGE_CODE):
        words = _("“%(name)s” (%(number)s) waits for the seal.")
        _send(sorted(set(posts.values_list("user_id", flat=True)) - {by.user_id}), made.case, words, now)


def _tell_writer(change: Change, now: datetime) -> None:
    wrote = Certificate.objects.filter(case=change.case).values_list("wrote_id", flat=True).get()
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "seal": _("“%(name)s” (%(number)s) is sealed and can be printed."),
            "decline": _("“%(name)s” (%(number)s) is not issued."),
            "void": _("“%(name)s” (%(number)s) was declared void."),
        }
        if wrote != change.by.user_id and change.move.name in words:
            _send([wrote], change.case, words[change.move.name], now)


def _send(user_ids: list[int], case: Case, words: str, now: datetime) -> None:
    text = words % {"name": case.title, "number": case.number}
    link = reverse("certificates:certificate", args=[case.number])
    news = [
        News(to_user_id=one, text=text, subject_kind="certificate", subject_id=case.number, link_path=link)
        for one in user_ids
    ]
    if news:
        notifications.notify_many(news=news, now=now)
