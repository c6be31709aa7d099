"""What was asked for and not issued."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area


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
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CertificateRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused certificate")
        indexes = [models.Index(fields=["area", "at"], name="certificates_area_at")]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d}"
