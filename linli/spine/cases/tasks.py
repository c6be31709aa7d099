"""What the background worker does for cases of every kind."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from linli.foundation.files.actions import sweep_orphans
from linli.foundation.jobs.schedule import periodic
from linli.spine.cases.models import Attachment


@periodic(every=timedelta(hours=1), name="cases.orphan_photos")
def orphan_photos(now: datetime) -> str:
    """Remove photos that were uploaded but never became part of a case."""

    def linked(ids: Collection[UUID]) -> set[UUID]:
        return set(Attachment.objects.filter(file_id__in=ids).values_list("file_id", flat=True))

    return str(sweep_orphans(now=now, linked=linked))
