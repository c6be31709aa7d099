"""Rows of a sheet on their way into the register (暂存行)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.imports.models import Batch


class Staged(models.Model):
    """暂存行: one row of a sheet, checked, beside the register. Nothing of it counts before the batch is applied.

    The columns of a person stand under the names they have in `Person`, sealed where they are sealed there. `cells` is
    the row as it came, sealed, where it has errors or was corrected; other rows are read from the upload again. Ids of
    the register are plain numbers: a row here never keeps anything there from changing.
    """

    class State(models.TextChoices):
        OK = "ok", _("in order")
        ERROR = "error", _("with errors")
        DUPLICATE = "duplicate", _("to be decided")
        CONFLICT = "conflict", _("lives elsewhere")
        UNCHANGED = "unchanged", _("unchanged")
        LEFT_OUT = "left_out", _("left out")

    class Decision(models.TextChoices):
        NONE = "", _("open")
        SAME = "same", _("same person")
        DIFFERENT = "different", _("different person")
        OUT = "out", _("leave the row out")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    row = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OK)
    cells_sealed = models.TextField(blank=True)
    # Field → sentence; and the fields that the row says anything about.
    errors = models.TextField(default="{}")
    given = models.TextField(default="", blank=True)
    # The fields whose cell could not be read: /relation/phone/. Their text is in `StagedCell`.
    unread = models.CharField(max_length=400, default="", blank=True)

    name = models.CharField(max_length=60, blank=True)
    given_name = models.CharField(max_length=60, blank=True)
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    identity_kind = models.CharField(max_length=3, default="000")
    identity_sealed = models.TextField(blank=True)
    identity_index = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as in Person
    sex = models.CharField(max_length=1, default="0")
    born = models.DateField(null=True)
    born_precision = models.CharField(max_length=5, default="", blank=True)
    ethnic = models.CharField(max_length=2, blank=True)
    nationality = models.CharField(max_length=3, default="CHN")
    marital = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=2, blank=True)
    political = models.CharField(max_length=2, blank=True)
    employment = models.CharField(max_length=2, blank=True)
    workplace = models.CharField(max_length=120, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    other_contact = models.CharField(max_length=60, blank=True)
    other_phone_sealed = models.TextField(blank=True)
    registered_area = models.CharField(max_length=12, blank=True)
    registered_address = models.CharField(max_length=200, blank=True)
    match = models.CharField(max_length=1, blank=True)
    inflow_reason = models.CharField(max_length=2, blank=True)
    note = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, default="registered")
    relation = models.CharField(max_length=2, blank=True)
    happened_on = models.DateField(null=True)
    # What the row says happened (a kind of `EventKind`; "" where it says nothing of the sort), and on which day.
    event = models.CharField(max_length=12, blank=True, db_default="")
    event_on = models.DateField(null=True)
    # The key that a row of an own export carries (`row_keys`).
    row_key = models.CharField(max_length=90, blank=True, db_default="")
    # [[kind, level], …] of the special groups that the row names.
    tags = models.TextField(default="[]")
    # What the row says of others: kind → name, identity, phone, relation, as JSON.
    contacts_sealed = models.TextField(blank=True)

    area_id = models.CharField(max_length=18, blank=True)
    estate = models.CharField(max_length=80, blank=True)
    building = models.CharField(max_length=40, blank=True)
    entrance = models.CharField(max_length=20, blank=True)
    room = models.CharField(max_length=20, blank=True)
    floor = models.SmallIntegerField(null=True)
    building_id = models.BigIntegerField(null=True)
    dwelling_id = models.BigIntegerField(null=True)
    # Rows with the same key are one household; a household of the register that they join.
    household_key = models.CharField(max_length=120, blank=True)
    household_number = models.CharField(max_length=20, blank=True)
    household_id = models.BigIntegerField(null=True)

    # Whom the row may mean: somebody of the register, or an earlier row; why, in codes ("identity", "name born").
    person_id = models.BigIntegerField(null=True)
    same_as_row = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    score = models.PositiveSmallIntegerField(default=0)
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.NONE, blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    # The version of that person when the row was compared; what was found otherwise when the batch was to be applied.
    person_version = models.PositiveIntegerField(null=True)
    meanwhile = models.BooleanField(db_default=False)
    # Somebody decided that the row is another person than these: " 12 15 "; and than this one, or this row, although
    # the number of the document says so.
    unlike = models.CharField(max_length=400, blank=True, db_default="")
    unlike_person_id = models.BigIntegerField(null=True)
    unlike_row = models.PositiveIntegerField(null=True)
    # Fields that differ from the register's, and those of them that stay as they are there.
    differs = models.CharField(max_length=300, blank=True)
    keep = models.CharField(max_length=300, blank=True)
    moves = models.BooleanField(default=False)

    PERSONAL = {
        "cells_sealed": "sensitive",
        "errors": "personal",
        "name": "personal",
        "given_name": "personal",
        "pinyin": "personal",
        "initials": "personal",
        "identity_kind": "personal",
        "identity_sealed": "sensitive",
        "identity_index": "sensitive",
        "sex": "personal",
        "born": "personal",
        "born_precision": "personal",
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
        "match": "personal",
        "inflow_reason": "personal",
        "note": "personal",
        "kind": "personal",
        "relation": "personal",
        "event": "personal",
        "row_key": "personal",
        "event_on": "personal",
        "tags": "personal",
        "contacts_sealed": "sensitive",
        "household_number": "personal",
    }

    SEALED = {
        "cells_sealed": vault.STAGED,
        "contacts_sealed": vault.STAGED,
        "identity_sealed": vault.IDENTITY,
        "phone_sealed": vault.PHONE,
        "other_phone_sealed": vault.PHONE,
    }

    class Meta:
        verbose_name = _("row on its way in")
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="people_staged_once")]
        indexes = [
            models.Index(
                fields=["batch", "identity_index"],
                condition=Q(identity_index__isnull=False),
                name="people_staged_identity",
            ),
            models.Index(fields=["batch", "state", "row"], condition=~Q(state="ok"), name="people_staged_state"),
            models.Index(
                fields=["batch", "person_id"], condition=Q(person_id__isnull=False), name="people_staged_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} row {self.row}"

    @property
    def without_number(self) -> bool:
        """Whether somebody decided that the number of the row is another's: it comes in without one."""
        return self.unlike_person_id is not None or self.unlike_row is not None


class StagedCell(models.Model):
    """A cell of a row on its way in that could not be read: the row stands without it, its text waits here, sealed.

    `word` is what the page of words asks about, once for all rows that say it: in small letters, never with a number in
    it; `codes` is the table that it should be a word of. `why` is a sentence of the check: [code, values].
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    codes = models.CharField(max_length=40, blank=True)
    word = models.CharField(max_length=40, blank=True)
    text_sealed = models.TextField()
    why = models.CharField(max_length=300)

    SEALED = {"text_sealed": vault.UNREAD}
    PERSONAL = {"word": "personal", "text_sealed": "sensitive", "why": "personal"}

    class Meta:
        verbose_name = _("cell that cannot be read, on its way in")
        indexes = [
            models.Index(fields=["batch", "row"], name="people_cell_row"),
            models.Index(fields=["batch", "codes", "word"], condition=~Q(word=""), name="people_cell_word"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} row {self.row} {self.field}"


class MadeHome(models.Model):
    """An estate, a building or a dwelling that a batch made, so that undoing the batch finds it. No personal data."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    what = models.CharField(max_length=8, choices=[(one, one) for one in ("estate", "building", "dwelling")])
    object_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("home that came with a sheet")

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"
