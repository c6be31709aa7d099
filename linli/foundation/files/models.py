"""What was uploaded, and which contents lie on the disk."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """One upload. Several rows may share one content; who may open it is for the case it hangs on to say.

    Personal data: the picture or voice itself, `lon`/`lat`, `taken_at` (where somebody stood, and when),
    `original_name`.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        DOCUMENT = "document", _("Document")
        VOICE = "voice", _("Voice note")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of the bytes as kept (after re-encoding), in lower-case hex; the storage path is made from it.
    sha256 = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # The camera's own word, in Asia/Shanghai: evidence to look at, not proof.
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)  # WGS-84 degrees
    lat = models.FloatField(null=True)
    original_name = models.CharField(max_length=100, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="uploads"
    )
    uploaded_at = models.DateTimeField()
    # Something links it, as the sweep has seen; it need not ask again.
    kept = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["uploaded_at"], name="files_to_sweep", condition=models.Q(kept=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True) | models.Q(lon__isnull=False, lat__isnull=False),
                name="files_place_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="photo") | models.Q(width__gt=0, height__gt=0),
                name="files_photo_has_size",
            ),
        ]


class Content(models.Model):
    """One content in the storage. The row is the lock that keeps "store again" and "sweep away" apart.

    No personal data.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    stored_at = models.DateTimeField()  # the last time
