"""Applications (准入申请): what a unit wants communities to do, on what basis, and with what it comes."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.models.agreement import GuaranteeKind
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, COMMUNITY_WORKER, DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area
from linli.lib.prefix import within
from linli.spine.cases.models import Case
from linli.spine.catalogue import basis
from linli.spine.catalogue.models import Form, Matter, MatterList
from linli.spine.catalogue.models.basis import BasisFields

COMMUNITY_ROLES = (COMMUNITY_WORKER.code, COMMUNITY_SECRETARY.code)


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """The applying unit sees its own; communities those they were asked about; others those of their area."""
        if actor.is_system:
            return self.all()
        if not actor.can(Permission.TASK_READ):
            return self.none()
        if actor.role == DEPARTMENT_STAFF.code:
            return self.filter(unit_id=actor.unit_id) if actor.unit_id is not None else self.none()
        submitted = self.filter(case__isnull=False)
        asked = Opinion.objects.filter(application=OuterRef("pk"), **within("area_id", actor.area_id))
        if actor.role in COMMUNITY_ROLES:
            return submitted.filter(Exists(asked))
        own = Q(unit_id=actor.unit_id) if actor.unit_id is not None else Q(pk__in=())
        return self.filter(own | (Q(case__isnull=False) & (Q(Exists(asked)) | actor.within())))


class Application(models.Model):
    """准入申请: drafted without a case; from the day it is sent in, a case of the kind "application". No personal data.

    `matter` is the item that it became once admitted. `standing`: for good, subject to the yearly review; otherwise
    it ends with `ends_on` (temporary admission). `sent_at`: when it was last sent in, none while it is still to be
    (re)sent. `redrafts`: how often the text was saved again before it became a case.
    """

    class ListKind(models.TextChoices):
        DUTY = basis.Sort.DUTY, _("duties of the community by law")
        ASSIST = basis.Sort.ASSIST, _("assistance to government")
        ENTRUSTED = basis.Sort.ENTRUSTED, _("entrusted work")

    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="application")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, verbose_name=_("where it is to apply"), on_delete=models.PROTECT, related_name="+")
    list_kind = models.CharField(_("list"), max_length=15, choices=ListKind.choices)
    form = models.CharField(_("what it is"), max_length=12, choices=Form.choices, default=Form.TASK)
    with_form = models.BooleanField(_("it comes with a form to be filled in"), default=False)
    name = models.CharField(_("name of the matter"), max_length=120)
    does = models.CharField(_("what the community does"), max_length=500)
    does_not = models.CharField(_("what the community does not do"), max_length=500, blank=True)
    why = models.CharField(_("why the community is needed"), max_length=1000)
    community_leads = models.BooleanField(_("the community is to answer for it"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    conditions = models.CharField(_("working conditions"), max_length=500, blank=True)
    waived_because = models.CharField(_("why no money is needed"), max_length=300, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    drafted_at = models.DateTimeField()
    redrafts = models.PositiveIntegerField(default=0)
    # Of the form of a new one: sent twice, it is one application, and nobody is asked twice.
    key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique once it has one
    sent_at = models.DateTimeField(null=True)
    overridden = models.BooleanField(default=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recommended = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    matter = models.OneToOneField(Matter, null=True, on_delete=models.PROTECT, related_name="admitted_by")
    review_due = models.DateField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="admission_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("drafted_by")),
                name="admission_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("drafted_by")) & ~Q(decided_by=F("reviewed_by"))),
                name="admission_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def seq(self) -> int:
        """What a form about it has seen: it rises with every save of the draft, and with every move after that."""
        return self.redrafts + (self.case.seq if self.case is not None else 0)

    @property
    def is_temporary(self) -> bool:
        """Whether it ends by itself."""
        return self.ends_on is not None

    @property
    def comes_with_form(self) -> bool:
        """Whether it asks for a form beside what it is."""
        return self.with_form and self.form != Form.FORM

    @property
    def sort(self) -> MatterList.Kind:
        """The kind of list that it is to enter."""
        return MatterList.Kind(self.list_kind)


class Applicant(models.Model):
    """Somebody who has ever saved, sent in or improved an application, and so never judges it. No personal data."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="applicants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="admission_applied_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.user_id}"


class ApplicationBasis(BasisFields):
    """依据: a law or document that an application rests on. No personal data."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="bases")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("legal basis")
        ordering = ["application_id", "position", "id"]

    def __str__(self) -> str:
        return self.document.named


class OfferedGuarantee(models.Model):
    """What the unit offers with the task, for each community and the first year. No personal data."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="offered")
    kind = models.CharField(_("what"), max_length=10, choices=GuaranteeKind.choices)
    what = models.CharField(_("in words"), max_length=200, blank=True)
    amount = models.PositiveBigIntegerField(_("amount in fen"), default=0)
    due_on = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("offered guarantee")
        ordering = ["application_id", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="money", amount__gt=0) | (~Q(kind="money") & Q(amount=0)),
                name="admission_offer_only_money_counts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind} {self.due_on}"


class Opinion(models.Model):
    """社区意见: what a community says to the money and conditions, and to the matter itself. No personal data.

    Empty until the community has answered; `terms_ok` starts anew when the applicant changes what is offered.
    """

    class Stance(models.TextChoices):
        SUPPORT = "support", _("supports it")
        OBJECT = "object", _("objects to it")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    terms_ok = models.BooleanField(_("money and conditions suffice"), null=True)
    terms_note = models.CharField(_("what is missing"), max_length=500, blank=True)
    stance = models.CharField(_("opinion"), max_length=10, choices=Stance.choices, blank=True)
    note = models.CharField(_("reasons"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("opinion of a community")
        ordering = ["application_id", "area_id"]
        constraints = [models.UniqueConstraint(fields=["application", "area"], name="admission_asked_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.area_id}"


class Objection(models.Model):
    """对清单事项的意见: what a community or a resident says against an item in force; it feeds the yearly review.

    Personal data: `text` may name people; it is read by those who keep the lists only.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="objections")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("what should change"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    PERSONAL = {"text": "personal", "answer": "personal"}

    class Meta:
        verbose_name = _("objection to an item")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["matter", "by"], name="admission_objected_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.at}"

    @property
    def is_answered(self) -> bool:
        """Whether the answer is to these words, and not to what was said before."""
        return self.answered_at is not None and self.answered_at >= self.at


def year_after(day: date) -> date:
    """The same day a year later; 28 February for a leap day."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
