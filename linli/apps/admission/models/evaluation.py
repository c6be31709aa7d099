"""双向评价: once a year the two sides of an agreement score each other, blind until both have."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.models.agreement import Agreement, Clause
from linli.foundation.accounts.models import Post


class Evaluation(models.Model):
    """What one side says of the other under an agreement. Written once, never changed. No personal data."""

    class Side(models.TextChoices):
        UNIT = "unit", _("the unit")
        COMMUNITY = "community", _("the community")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="evaluations")
    side = models.CharField(max_length=10, choices=Side.choices)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("evaluation")
        constraints = [models.UniqueConstraint(fields=["agreement", "side"], name="admission_one_evaluation_a_side")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.side}"


class Score(models.Model):
    """Points from 0 to 100: how far a clause was carried out, or how satisfied a community is with a topic.

    Topics come from the rule set "admission.evaluation". No personal data.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="scores")
    clause = models.ForeignKey(Clause, null=True, on_delete=models.PROTECT, related_name="scores")
    topic = models.CharField(max_length=20, blank=True)
    points = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("score")
        ordering = ["evaluation_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "clause", "topic"], name="admission_scored_once"),
            models.CheckConstraint(condition=Q(points__lte=100), name="admission_points_up_to_100"),
            models.CheckConstraint(condition=Q(clause__isnull=True) | Q(topic=""), name="admission_clause_or_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.points}"
