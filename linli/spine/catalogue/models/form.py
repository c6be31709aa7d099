"""The kinds of thing that reach a community: what an item of a list carries, and what a task is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Form(models.TextChoices):
    """What is handed down: a task, or one of the burdens that have rules of their own (S2-21, S5-03).

    Advice, training and a notice are what a guiding unit may bring to a duty of the community's own.
    """

    TASK = "task", _("task")
    INSPECTION = "inspection", _("inspection")
    APPRAISAL = "appraisal", _("appraisal or ranking")
    SIGNBOARD = "signboard", _("signboard or body to be set up")
    FORM = "form", _("form or ledger to be filled in")
    GROUP = "group", _("chat group")
    APP = "app", _("app or platform")
    SEAL = "seal", _("seal or certificate")
    ADVICE = "advice", _("advice and guidance")
    TRAINING = "training", _("training")
    NOTICE = "notice", _("notice to be passed on")
