"""Parties (当事人): those whom a case is for, known once by their phone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.models import Unit


class PartyQuerySet(models.QuerySet["Party"]):
    def of_user(self, user_id: int) -> "PartyQuerySet":
        return self.filter(user_id=user_id)


class Party(models.Model):
    """Somebody whom a case is for: a resident, or a unit that asks something of communities.

    Personal data: the name and the phone (sealed; found by blind index).
    """

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("resident")
        UNIT = "unit", _("organisation")

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.RESIDENT)
    name = models.CharField(_("name"), max_length=60, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique when known
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="party"
    )
    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="party")
    # Who this is in the register, where that is known.
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="parties")
    created_at = models.DateTimeField()

    objects = PartyQuerySet.as_manager()

    SEALED = {"phone_sealed": vault.PHONE}
    PERSONAL = {"name": "personal", "phone_sealed": "sensitive", "phone_index": "sensitive"}

    def __str__(self) -> str:
        return f"party {self.pk}"
