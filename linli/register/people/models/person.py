"""People (居民): one row for each person in a district, entered once."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.foundation.imports.models import Batch
from linli.lib.days import day_words
from linli.lib.prefix import within


class PersonQuerySet(models.QuerySet["Person"]):
    def within(self, area_id: str) -> Self:
        """The people whose place (last known, for those who left) lies in an area."""
        return self.filter(**within("area_id", area_id))

    def visible_to(self, actor: Actor) -> Self:
        """The people that `actor` may read at all: those of the area of the post, with the right to read people."""
        if not actor.can(Permission.PEOPLE_READ):
            return self.none()
        return self.filter(actor.within())

    def living_here(self) -> Self:
        """Those who live here now: neither dead nor gone."""
        return self.filter(status=Person.Status.HERE)


class Person(models.Model):
    """居民: what stays true of a person wherever they live; where and how they live, day by day, is in their spells.

    `area`, `household`, `dwelling`, `kind`, `relation` and `status` repeat the open (or last) spell, so that lists need
    no join; `actions.spells` alone writes them. `version` grows with every change: forms send it back.
    Identity and phone are sealed and found by blind index. The registered address is where the hukou is kept.
    """

    class Status(models.TextChoices):
        HERE = "here", _("lives here")
        GONE = "gone", _("gone")
        DEAD = "dead", _("dead")

    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, verbose_name=_("grid"), on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        "people.Household", null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    dwelling = models.ForeignKey(
        "homes.Dwelling", null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    status = models.CharField(_("status"), max_length=4, choices=Status.choices, default=Status.HERE)
    kind = models.CharField(_("kind of population"), max_length=10, default="registered")
    relation = models.CharField(_("relation to the head"), max_length=2, blank=True)

    name = models.CharField(_("name"), max_length=60)
    # The name without its first character, so that 建国 finds 张建国 by an index.
    given = models.CharField(max_length=60, blank=True)
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    identity_kind = models.CharField(_("kind of document"), max_length=3, default="000")
    identity_sealed = models.TextField(blank=True)
    identity_index = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique when known
    sex = models.CharField(_("sex"), max_length=1, default="0")
    born = models.DateField(_("born on"), null=True, blank=True)
    # "year" or "month" where no more is known; `born` is then the last day that it can be (ADR 0020).
    born_precision = models.CharField(max_length=5, default="", blank=True)
    died = models.DateField(_("died on"), null=True, blank=True)
    ethnic = models.CharField(_("ethnic group"), max_length=2, blank=True)
    nationality = models.CharField(_("nationality"), max_length=3, default="CHN")
    marital = models.CharField(_("marital status"), max_length=2, blank=True)
    education = models.CharField(_("education"), max_length=2, blank=True)
    political = models.CharField(_("political affiliation"), max_length=2, blank=True)
    employment = models.CharField(_("employment"), max_length=2, blank=True)
    workplace = models.CharField(_("workplace"), max_length=120, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    other_contact = models.CharField(_("emergency contact"), max_length=60, blank=True)
    other_phone_sealed = models.TextField(blank=True)
    registered_area = models.CharField(_("division of the hukou"), max_length=12, blank=True)
    registered_address = models.CharField(_("address of the hukou"), max_length=200, blank=True)
    match = models.CharField(_("hukou and residence"), max_length=1, blank=True)
    inflow_reason = models.CharField(_("reason for coming"), max_length=2, blank=True)
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    SEALED = {
        "identity_sealed": vault.IDENTITY,
        "phone_sealed": vault.PHONE,
        "other_phone_sealed": vault.PHONE,
    }
    PERSONAL = {
        "name": "personal",
        "given": "personal",
        "pinyin": "personal",
        "initials": "personal",
        "identity_kind": "personal",
        "identity_sealed": "sensitive",
        "identity_index": "sensitive",
        "sex": "personal",
        "born": "personal",
        "born_precision": "personal",
        "died": "personal",
        "ethnic": "personal",
        "nationality": "personal",
        "marital": "personal",
        "education": "personal",
        "political": "personal",
        "employment": "personal",
        "workplace": "personal",
        "phone_sealed": "sensitive",
        "phone_index": "sensitive",
        "other_contact": "personal",
        "other_phone_sealed": "sensitive",
        "registered_area": "personal",
        "registered_address": "personal",
        "photo": "personal",
        "note": "personal",
    }

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        indexes = [
            models.Index(fields=["area", "id"], name="people_area"),
            models.Index(fields=["name"], name="people_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["given"], name="people_given", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["pinyin"], name="people_pinyin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["initials"], name="people_initials", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=""), name="people_phone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["district", "identity_index"], name="people_identity_once"),
            models.CheckConstraint(
                condition=(Q(identity_index__isnull=True) & Q(identity_sealed=""))
                | (Q(identity_index__isnull=False) & ~Q(identity_sealed="")),
                name="people_identity_with_index",
            ),
            models.CheckConstraint(condition=~Q(status="dead") | Q(died__isnull=False), name="people_dead_has_a_day"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def born_words(self) -> str:
        """The birthday as far as it is known: 1958, 1958-03, 1958-03-02."""
        return day_words(self.born, self.born_precision)

    @property
    def born_from(self) -> date | None:
        """The first day on which this person can have been born: what may not lie before it."""
        if self.born is None or not self.born_precision:
            return self.born
        return self.born.replace(month=self.born.month if self.born_precision == "month" else 1, day=1)
