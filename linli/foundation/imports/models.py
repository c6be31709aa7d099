"""Sheets that come in (批次): from the upload to the undo, one batch at a time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Post
from linli.foundation.areas.models import Area


class Batch(models.Model):
    """批次: one sheet on its way in. Nothing of it is in the register before it is applied, and it can be undone whole.

    `state` moves forward only through `actions`; `claimed_by` is the worker that reads, checks, applies or undoes it
    now, so that a crash is noticed and the work taken up again. `counts` says how much of what there is; `book` what
    the file holds: every sheet with its number of rows, which of them are hidden. Several sheets of a book are several
    batches with the same `path`; all but the first say which was that in `first`.
    Personal data: `original_name`; the rows themselves are staged beside the register, sealed where they must be.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        MAPPED = "mapped", _("columns matched")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        APPROVED = "approved", _("approved")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=20)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    original_name = models.CharField(_("file"), max_length=120)
    # Where the upload lies in the private store, and what it is.
    path = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    book = models.JSONField(default=dict)
    first = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="siblings", db_index=False)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    header_rows = models.PositiveSmallIntegerField(default=1)
    first_row = models.PositiveIntegerField(default=2)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(_("uploaded at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_by = models.CharField(max_length=100, blank=True)
    cancel_asked = models.BooleanField(default=False)

    PERSONAL = {"original_name": "personal"}

    class Meta:
        verbose_name = _("batch")
        indexes = [
            models.Index(fields=["area", "-id"], name="imports_batch_area"),
            models.Index(fields=["first"], name="imports_batch_first", condition=models.Q(first__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class SavedMapping(models.Model):
    """How the columns of such a sheet were matched the last time, so that nobody matches them twice.

    `signature` is a fingerprint of the column names. No personal data.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remembered columns")
        constraints = [models.UniqueConstraint(fields=["area", "kind", "signature"], name="imports_mapping_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.signature[:8]}"


class SavedWord(models.Model):
    """What a word in such sheets means in this area, as somebody there has said: asked once, and remembered.

    `table` says where it stands: a table of codes ("relation"), the groups of a list ("tags"), or one group's column
    ("tag:disabled"; “not:” in front: the heading asks the opposite). `meaning` is a code, codes of groups,
    yes or no; "" is a word that says nothing. `word` is in small letters and even width. No personal data:
    what may be somebody's number is never asked about.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    table = models.CharField(max_length=40)
    word = models.CharField(_("word"), max_length=40)
    meaning = models.CharField(_("means"), max_length=80, blank=True)
    said_at = models.DateTimeField(_("said at"))
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("remembered word")
        constraints = [models.UniqueConstraint(fields=["area", "kind", "table", "word"], name="imports_word_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.word}"
