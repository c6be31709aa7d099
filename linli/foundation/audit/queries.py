"""The read side of the access log: newest first, a page at a time."""

from datetime import datetime

from linli.foundation.audit.models import AccessRecord
from linli.lib import prefix

PAGE = 50


def search(
    *,
    area_id: str,
    user_id: int | None = None,
    action: str = "",
    subject_kind: str = "",
    subject_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[AccessRecord]:
    """Records of acts done under posts inside `area_id`, newest first; `before` is the last id already shown.

    `action` is a whole code ("sign_in") or a family ("sign_in."). `since` counts, `until` does not. Acts of people
    without a post (failed sign-ins, residents) lie nowhere and are found by `user_id`, `action` or subject only when
    `area_id` is the empty text, which means: wherever.
    """
    rows = (
        AccessRecord.objects.all() if not area_id else AccessRecord.objects.filter(**prefix.within("area_id", area_id))
    )
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if action:
        rows = rows.filter(action__startswith=action) if action.endswith(".") else rows.filter(action=action)
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind)
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])
