"""Requests of people about their own data (个人信息主体请求; PIPL §44–50)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """The requests about people in the actor's area: who moves takes them along to whoever keeps their data now."""
        if not actor.can(Permission.PEOPLE_READ):
            return self.none()
        return self.filter(actor.within("person__area_id"))


class SubjectRequest(models.Model):
    """主体请求: somebody asks for a copy, a correction or the deletion of what Linli holds about them.

    The close relatives of somebody who died may ask, too (PIPL §49). A refusal is explained (§50).
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("a copy")
        CORRECT = "correct", _("a correction")
        DELETE = "delete", _("deletion")
        EXPLAIN = "explain", _("an explanation")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused, with reasons")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Asker(models.TextChoices):
        SELF = "self", _("the person")
        GUARDIAN = "guardian", _("guardian")
        RELATIVE = "relative", _("close relative of somebody who died")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="requests")
    # Where it was taken; who answers it is where the person is now.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("asks for"), max_length=10, choices=Kind.choices)
    asker = models.CharField(_("who asks"), max_length=10, choices=Asker.choices, default=Asker.SELF)
    text = models.CharField(_("request"), max_length=1000, blank=True)
    # How the clerk made sure who asks.
    proof = models.CharField(_("how identity was checked"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("answer by"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=1000, blank=True)

    PERSONAL = {"text": "personal", "proof": "personal", "answer": "personal"}

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about one's own data")
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="people_request_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True)
                | Q(~Q(state="waiting"), answered_at__isnull=False),
                name="people_request_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
