"""The write side of the access log: one function, and no other way in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from linli.foundation.audit.models import AccessRecord
from linli.lib.chinese import clip, tidy


class Who(Protocol):
    """What the log needs to know of an actor (accounts.actors.Actor is one)."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def post_id(self) -> int | None: ...
    @property
    def area_id(self) -> str: ...


def record(
    *,
    by: Who,
    action: str,
    now: datetime,
    subject_kind: str = "",
    subject_id: object = "",
    reason: str = "",
    ip: str = "",
    data: Mapping[str, Any] | None = None,
) -> AccessRecord:
    """Write one line: `by` did `action` ("people.reveal") to a subject, for this reason, at `now`.

    Call it in the transaction of the act itself, so that neither stands without the other. `reason` is what the
    person typed, clipped at 500 characters; neither it nor `data` may hold a secret or a full phone or identity number.
    """
    return AccessRecord.objects.create(
        at=now,
        user_id=by.user_id,
        post_id=by.post_id,
        area_id=by.area_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=clip(str(subject_id), 64),
        reason=clip(tidy(reason), 500),
        ip=clip(ip, 45),
        data=dict(data or {}),
    )


def record_many(
    *,
    by: Who,
    action: str,
    subject_kind: str,
    subject_ids: Iterable[object],
    now: datetime,
    reason: str = "",
    ip: str = "",
) -> None:
    """Write one line for each subject, in one statement: a page that shows fifty people was read fifty times."""
    AccessRecord.objects.bulk_create(
        AccessRecord(
            at=now,
            user_id=by.user_id,
            post_id=by.post_id,
            area_id=by.area_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=clip(str(subject_id), 64),
            reason=clip(tidy(reason), 500),
            ip=clip(ip, 45),
        )
        for subject_id in subject_ids
    )
