"""The legal basis of a matter: a law or document, article by article."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.files.models import StoredFile
from linli.spine.catalogue import basis
from linli.spine.catalogue.models.matter import Matter


class BasisFields(models.Model):
    """A law or document: what it is, who issued it, for what level (kept apart, see `catalogue.basis`)."""

    class Form(models.TextChoices):
        LAW = basis.Form.LAW, _("law, regulation or rule")
        DOCUMENT = basis.Form.DOCUMENT, _("official document")

    class Issuer(models.TextChoices):
        LEGISLATURE = basis.Issuer.LEGISLATURE, _("people's congress")
        GOVERNMENT = basis.Issuer.GOVERNMENT, _("party committee or government")
        OFFICES = basis.Issuer.OFFICES, _("office of the party committee or government")
        DEPARTMENT = basis.Issuer.DEPARTMENT, _("department")
        OTHER = basis.Issuer.OTHER, _("other")

    class Level(models.TextChoices):
        NATION = basis.Level.NATION, _("nation")
        PROVINCE = basis.Level.PROVINCE, _("province")
        CITY = basis.Level.CITY, _("city")
        DISTRICT = basis.Level.DISTRICT, _("district")
        STREET = basis.Level.STREET, _("street")

    form = models.CharField(_("form"), max_length=10, choices=Form.choices)
    issuer = models.CharField(_("kind of issuer"), max_length=12, choices=Issuer.choices)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    issuer_name = models.CharField(_("issued by"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=200)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    article = models.CharField(_("article"), max_length=80, blank=True)
    link = models.URLField(_("link"), max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def document(self) -> basis.Document:
        """The basis as the rules read it."""
        return basis.Document(
            title=self.title,
            form=self.form,
            issuer=self.issuer,
            level=self.level,
            number=self.number,
            article=self.article,
            issuer_name=self.issuer_name,
            shown=bool(self.link or self.file_id),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class Basis(BasisFields):
    """依据: what an item of a list rests on. No personal data."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="bases")
    position = models.PositiveIntegerField(_("position"), default=0)
    suspended_since = models.DateField(_("suspended since"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal basis")
        ordering = ["matter_id", "position", "id"]

    def __str__(self) -> str:
        return self.document.named

    def holds(self, on: date) -> bool:
        """Whether it may be relied on that day: in force, and not suspended."""
        return self.document.in_force(on) and (self.suspended_since is None or on < self.suspended_since)
