"""Who looked at what and who did what: one append-only table."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessRecord(models.Model):
    """One act worth keeping: a sign-in, a reveal of personal data, an export, a change of rights.

    Kept for at least six months (Cybersecurity Law §21(3), domain.md §14). The row points at people and things
    by number and code, not by foreign key, so that nothing can cascade into it. `data` and `reason` must never
    hold a phone number, an identity number or a secret.
    """

    PERSONAL = {"ip": "personal", "reason": "personal", "data": "personal"}

    append_only = True

    at = models.DateTimeField(_("at"), db_index=True)
    user_id = models.BigIntegerField(_("user"), null=True, blank=True)
    post_id = models.BigIntegerField(_("post"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=60)
    subject_kind = models.CharField(_("kind of subject"), max_length=60, blank=True)
    subject_id = models.CharField(_("subject"), max_length=64, blank=True)
    area_id = models.CharField(_("area"), max_length=18, blank=True, help_text=_("Where the actor's post lies."))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ip = models.CharField(_("IP address"), max_length=45, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("access record")
        indexes = [
            models.Index(fields=["user_id", "-id"], name="audit_by_user"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.subject_kind} {self.subject_id}".strip()
