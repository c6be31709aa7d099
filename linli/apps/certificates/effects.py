"""Who plays which part in a certificate, what its guards look at, and what its moves change."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.certificates.models import Certificate
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.lib.errors import Invalid
from linli.register.people import codes
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Change, Effect
from linli.spine.cases.models import Case
from linli.spine.catalogue import specimen

LIMITS: Final = "certificates.limits"
CITIZEN: Final = "111"
#: Of a check code: without characters that are taken for others. Sixty bits are never guessed.
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12


def parts(actor: Actor, case: Case) -> frozenset[Part]:
    """The community, for those of it who write certificates."""
    works = actor.can(Permission.CERTIFICATE_WORK) and actor.covers(case.area_id)
    return frozenset({Part.COMMUNITY}) if works else frozenset()


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """What the guards look at: the actor's hand in it, and whether two people are needed (a rule of the place)."""

    keeps_seal: bool
    wrote_it: bool
    second_person: bool
    is_void: bool


def facts(case: Case, actor: Actor, now: datetime) -> CertificateFacts:
    """Two statements, over one certificate."""
    found = Certificate.objects.get(case=case)
    # Whoever had a hand in the words, not only the last: a comma put right by a colleague frees nobody.
    wrote = case.events.filter(move__in=("ask", "correct"), actor_id=actor.user_id)
    return CertificateFacts(
        keeps_seal=actor.can(Permission.CERTIFICATE_SEAL),
        wrote_it=actor.user_id is None or wrote.exists(),
        second_person=rules.params(LIMITS, case.area_id, timezone.localdate(now))["second_person"],
        is_void=found.void_at is not None,
    )


def text_of(certificate: Certificate, wording: str, identity: str, on: datetime) -> str:
    """How the certificate reads: the list's own wording with its places filled."""
    day = timezone.localdate(on)
    label = "居民身份证号码" if certificate.identity_kind == CITIZEN else ""
    if not label and identity:
        label = codes.label("identity_kind", certificate.identity_kind, area_id=certificate.area_id, on=day) + "号码"
    return specimen.filled(
        wording,
        {
            "姓名": certificate.name,
            "证件": f"{label}{identity}",
            "住址": certificate.address,
            "事实": certificate.facts,
            "用途": certificate.purpose,
            "用证单位": certificate.addressee,
        },
    )


def next_serial(area_id: str, year: int) -> int:
    """The next number of a community in a year. The row stays locked until the transaction ends: no gap, no twin."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO certificates_certificateseries (area_id, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (area_id, year) DO UPDATE SET last = certificates_certificateseries.last + 1 RETURNING last",
            [area_id, year],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _seal(change: Change) -> None:
    """Fix the words, give the number: a line of the seal log that nothing changes any more."""
    found = Certificate.objects.select_related("case__matter").get(case=change.case)
    identity = vault.unseal(found.identity_sealed, vault.IDENTITY)
    text = text_of(found, found.case.cited.specimen, identity, change.now)
    if not text:
        raise Invalid(_("The list has no wording for this certificate. It cannot be sealed."))
    found.text_sealed = vault.seal(text, vault.CERTIFICATE)
    found.year = timezone.localdate(change.now).year
    found.serial = next_serial(found.area_id, found.year)
    found.check_code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
    found.sealed_at, found.sealed_by_id = change.now, change.by.user_id
    found.save(update_fields=["text_sealed", "year", "serial", "check_code", "sealed_at", "sealed_by"])
    change.case.handled_at, change.case.handler_id = change.now, change.by.user_id
    change.data["certificate"] = found.number


def _decline(change: Change) -> None:
    change.case.handled_at = change.now


def _void(change: Change) -> None:
    Certificate.objects.filter(case=change.case).update(void_at=change.now)


EFFECTS: Mapping[str, Effect] = {"seal": _seal, "decline": _decline, "void": _void}
