"""Reading certificates, shaped for screens. Every read starts from the actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from linli.apps.certificates.flow import ASKED
from linli.apps.certificates.models import Certificate, CertificateQuerySet
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission

PAGE: Final = 50
VIEWS: Final = ("todo", "all")


@dataclass(frozen=True)
class Page:
    """Some rows, and the key after which the next ones begin ("" when there are none)."""

    rows: Sequence[Certificate]
    after: str


def one(actor: Actor, number: str) -> Certificate | None:
    """The certificate of a case, if the actor may open it. One statement."""
    rows = Certificate.objects.visible_to(actor).select_related(
        "case__matter__matter_list", "case__area__parent", "person", "wrote", "sealed_by"
    )
    return rows.filter(case__number=number).first() if len(number) <= 16 else None


def waiting(actor: Actor) -> int:
    """How many wait for the seal. One statement."""
    return Certificate.objects.visible_to(actor).filter(case__state=ASKED).count()


def listed(actor: Actor, *, view: str, q: str, after: int | None) -> Page:
    """Certificates of the community: those that wait, longest first, or all, newest first. One statement."""
    rows = _found(Certificate.objects.visible_to(actor), q).select_related("case__matter", "area")
    if view == "todo":
        rows = rows.filter(case__state=ASKED)
        rows = (rows.filter(pk__gt=after) if after else rows).order_by("pk")
    else:
        rows = (rows.filter(pk__lt=after) if after else rows).order_by("-pk")
    return _page(rows)


def sealed(actor: Actor, *, q: str, year: int | None, after: int | None) -> Page:
    """The seal log of the actor's area, newest first. One statement."""
    rows = log(actor, q=q, year=year)
    return _page((rows.filter(pk__lt=after) if after else rows).order_by("-pk"))


def log(actor: Actor, *, q: str, year: int | None) -> CertificateQuerySet:
    """The lines of the seal log, not cut into pages. Who may not open the papers finds nobody by name."""
    rows = Certificate.objects.logged_to(actor)
    rows = _found(rows, q, names=actor.can(Permission.CERTIFICATE_WORK))
    if year is not None:
        rows = rows.filter(year=year)
    return rows.select_related("case__matter", "area", "sealed_by", "wrote")


def years(actor: Actor) -> list[int]:
    """The years that have lines in the log, newest first. One statement."""
    rows = Certificate.objects.logged_to(actor).order_by("-year").values_list("year", flat=True).distinct()
    return [year for year in rows if year is not None]


def checked(code: str) -> Certificate | None:
    """The certificate that carries this check code, for whoever was shown the paper. One statement."""
    return Certificate.objects.sealed().select_related("case__matter", "area__parent").filter(check_code=code).first()


def _found(rows: CertificateQuerySet, q: str, *, names: bool = True) -> CertificateQuerySet:
    if not q:
        return rows
    found = Q(case__title__icontains=q) | Q(case__number=q)
    if names:
        found |= Q(name__icontains=q) | Q(addressee__icontains=q)
    serial = q.removesuffix("号").rpartition("〕")[2]
    if serial.isascii() and serial.isdigit() and len(serial) <= 9:
        found |= Q(serial=int(serial))
    return rows.filter(found)


def _page(rows: CertificateQuerySet) -> Page:
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")
