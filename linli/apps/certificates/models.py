"""Certificates: what was asked for and not issued, and what was issued under the seal."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area
from linli.register.people.models import Person
from linli.spine.cases.models import Case


class CertificateRefusalQuerySet(models.QuerySet["CertificateRefusal"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's area. Departments have no area of their own, and read none."""
        if actor.is_system:
            return self.all()
        if not actor.can(Permission.TASK_READ) or actor.role == DEPARTMENT_STAFF.code:
            return self.none()
        return self.filter(actor.within("area_id"))


class CertificateRefusal(models.Model):
    """证明不予出具: a certificate that was asked for and is not the community's to issue.

    It keeps the words that were in force, so that the hand-out reads the same later. No personal data.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("certificate"), max_length=60)
    instead = models.CharField(_("who does it"), max_length=200)
    document = models.CharField(_("basis"), max_length=120)
    wanted_by = models.CharField(_("who asked the resident for it"), max_length=60, blank=True)
    at = models.DateTimeField(_("time"))
    # Of the form: what is counted against an office is not counted twice.
    key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique once it has one
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CertificateRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused certificate")
        indexes = [models.Index(fields=["area", "at"], name="certificates_area_at")]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """The certificates that an actor may open: those of the own community, for who writes or seals them."""
        if actor.is_system:
            return self.all()
        return self.filter(actor.within("area_id")) if actor.can(Permission.CERTIFICATE_WORK) else self.none()

    def logged_to(self, actor: Actor) -> Self:
        """The lines of the seal log that an actor may read: of the own area, without a right to the papers."""
        if actor.is_system:
            return self.sealed()
        if not actor.can(Permission.TASK_READ) or actor.role == DEPARTMENT_STAFF.code:
            return self.none()
        return self.sealed().filter(actor.within("area_id"))

    def sealed(self) -> Self:
        """Those that have a number."""
        return self.filter(serial__isnull=False)


class Certificate(models.Model):
    """证明: what a resident asked to be certified, beside its case; once sealed, a line of the seal log (用印登记).

    `person`: who it is in the register, where the register knows them. Until it is sealed the words may be corrected;
    `text_sealed` is what was then printed, encrypted, and never changes. `wrote`: whoever wrote them last.
    Year and serial are without gaps in a community; a void certificate keeps its own. `check_code` lets whoever is
    shown the paper ask whether it is real.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="certificate")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="certificates")
    name = models.CharField(_("name"), max_length=60)
    identity_kind = models.CharField(_("kind of document"), max_length=3, default="000")
    identity_sealed = models.TextField(blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    facts = models.CharField(_("what is certified"), max_length=500, blank=True)
    purpose = models.CharField(_("what it is for"), max_length=60)
    addressee = models.CharField(_("office that wants it"), max_length=60)
    proof = models.CharField(_("what was shown"), max_length=200)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    wrote = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked for"))

    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    text_sealed = models.TextField(blank=True)
    check_code = models.CharField(max_length=12, unique=True, null=True)  # noqa: DJ001 - unique once it has one
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    void_at = models.DateTimeField(_("declared void"), null=True)

    objects = CertificateQuerySet.as_manager()

    PERSONAL = {
        "name": "personal",
        "identity_kind": "personal",
        "identity_sealed": "sensitive",
        "address": "personal",
        "facts": "personal",
        "purpose": "personal",
        "addressee": "personal",
        "proof": "personal",
        "text_sealed": "sensitive",
    }
    SEALED = {"identity_sealed": vault.IDENTITY, "text_sealed": vault.CERTIFICATE}

    class Meta:
        verbose_name = _("certificate")
        indexes = [models.Index(fields=["area", "-sealed_at"], name="certificates_seal_log")]
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "serial"], name="certificates_one_number"),
            models.CheckConstraint(
                condition=Q(serial__isnull=True, year__isnull=True, sealed_at__isnull=True, text_sealed="")
                | (
                    Q(serial__isnull=False, year__isnull=False, sealed_at__isnull=False, check_code__isnull=False)
                    & ~Q(text_sealed="")
                ),
                name="certificates_sealed_whole",
            ),
            models.CheckConstraint(
                condition=Q(void_at__isnull=True) | Q(serial__isnull=False), name="certificates_void_sealed"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"certificate {self.case_id}"

    @property
    def number(self) -> str:
        """〔2026〕12号 in its community; "" until it is sealed."""
        return f"〔{self.year}〕{self.serial}号" if self.serial else ""


class CertificateSeries(models.Model):
    """The last number that a community has given out in a year: gap-free. No personal data."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "year"], name="certificates_one_series")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.year}: {self.last}"
