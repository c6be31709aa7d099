"""Agreements (协助政府工作协议书) between a unit and a community, and what was promised and arrived under them."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.apps.admission import guarantees
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.spine.catalogue.models import Matter


class GuaranteeKind(models.TextChoices):
    """The three guarantees of S5-05."""

    MONEY = "money", _("money")
    STAFF = "staff", _("people")
    GUIDANCE = "guidance", _("guidance")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's area; a department sees its own."""
        if not (actor.is_system or actor.can(Permission.TASK_READ)):
            return self.none()
        rows = self.filter(actor.within())
        return rows.filter(unit_id=actor.unit_id) if actor.role == DEPARTMENT_STAFF.code else rows

    def signed(self) -> Self:
        """Those that bind both sides."""
        return self.filter(status=Agreement.Status.SIGNED)


class Agreement(models.Model):
    """协议书: what a unit and a community have agreed for a year. No personal data.

    `digest` is what both sides signed: nothing in it changes afterwards (`actions.agreements`). `settled_amount` is
    what is to be paid after both sides have scored each other (`actions.evaluations`).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("being written")
        OFFERED = "offered", _("offered to the community")
        SIGNED = "signed", _("signed by both sides")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    answer = models.CharField(_("what the community wants changed"), max_length=500, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    offered_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    signed_at = models.DateTimeField(null=True)
    settled_amount = models.PositiveBigIntegerField(_("settled, in fen"), null=True)
    settled_at = models.DateTimeField(null=True)
    sealed_copy = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        indexes = [models.Index(fields=["area", "status"], name="admission_agreed_here")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "area", "year"], name="admission_one_agreement"),
            models.CheckConstraint(
                condition=~Q(status="signed") | (Q(signed_by__isnull=False) & ~Q(digest="")),
                name="admission_signed_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("offered_by")), name="admission_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.area_id} {self.year}"


class Clause(models.Model):
    """An item of an agreement: which matter, what is done, under which conditions. No personal data."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="clauses")
    position = models.PositiveIntegerField()
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("what the community does"), max_length=500)
    conditions = models.CharField(_("working conditions"), max_length=500, blank=True)
    waived_because = models.CharField(_("why no money is needed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("clause")
        ordering = ["agreement_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["agreement", "matter"], name="admission_clause_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id}/{self.position}"

    @property
    def amount(self) -> int:
        """The money of this clause, in fen. Needs `guarantees` loaded."""
        return sum(one.amount for one in self.guarantees.all())


class Guarantee(models.Model):
    """保障: money (in fen), people or guidance that a clause promises, and by when. No personal data."""

    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="guarantees")
    kind = models.CharField(_("what"), max_length=10, choices=GuaranteeKind.choices)
    what = models.CharField(_("in words"), max_length=200, blank=True)
    amount = models.PositiveBigIntegerField(_("amount in fen"), default=0)
    due_on = models.DateField(_("due on"))
    # What is to come of it since the agreement is settled: its share of what its clause is to be paid.
    settled = models.PositiveBigIntegerField(_("settled, in fen"), null=True)
    # Kept by `actions.arrivals` in the transaction of the arrival; `linli manage recount` proves them.
    received = models.PositiveBigIntegerField(_("arrived, in fen"), default=0)
    fulfilled_on = models.DateField(_("whole since"), null=True)

    class Meta:
        verbose_name = _("guarantee")
        ordering = ["clause_id", "due_on", "id"]
        indexes = [models.Index(fields=["due_on"], name="admission_guarantee_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="money", amount__gt=0) | (~Q(kind="money") & Q(amount=0)),
                name="admission_only_money_counts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} {self.kind} {self.due_on}"

    @property
    def parts(self) -> list[guarantees.Part]:
        """What arrived and was not taken back. Needs `arrivals` loaded."""
        return [guarantees.Part(one.on, one.amount) for one in self.arrivals.all() if one.withdrawn_at is None]

    @property
    def arrived(self) -> int:
        """The money that arrived, in fen. Needs `arrivals` loaded."""
        return sum(part.amount for part in self.parts)

    @property
    def owed(self) -> int:
        """The money that is to come in all, in fen: what was promised, and once it is settled, that."""
        return self.amount if self.settled is None else self.settled

    @property
    def missing(self) -> int:
        """The money that is still to come, in fen."""
        return max(self.owed - self.received, 0)

    @property
    def whole_on(self) -> date | None:
        """The day on which all that is owed had arrived, if it has. Needs `arrivals` loaded."""
        # Of what is settled at nothing, nothing is ever late.
        return self.due_on if self.settled == 0 else guarantees.fulfilled_on(self.owed, self.parts)


class Arrival(models.Model):
    """到位: an instalment, people or guidance that came, as the community confirms it. No personal data.

    Rows are added; one entered by mistake is withdrawn with a reason and stays readable.
    """

    guarantee = models.ForeignKey(Guarantee, on_delete=models.PROTECT, related_name="arrivals")
    on = models.DateField(_("came on"))
    amount = models.PositiveBigIntegerField(_("amount in fen"), default=0)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    evidence = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    # Of the form: money that came once is not entered twice.
    key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique once it has one
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("arrival")
        ordering = ["guarantee_id", "on", "id"]

    def __str__(self) -> str:
        return f"{self.guarantee_id} {self.on}"
