"""Photos: send one, and use its id in a report or a move; read one through the case it hangs on."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from ninja import File, Header, Router, Status, UploadedFile
from ninja.errors import AuthenticationError

from linli.apps.incidents import brake
from linli.apps.incidents.queries import photos_for_residents
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import open_photo, store_photo
from linli.sites.api.door import IMAGE, SCOPED, STORAGE, reads, writes
from linli.sites.api.fields import Answer, CaseNumber, FileId
from linli.sites.api.tokens import actor_of, need
from linli.sites.api.tracking import case_of
from linli.spine.cases import queries
from linli.spine.cases.models import Attachment, Case

router = Router(tags=["files"])


class FileOut(Answer):
    """A photo that was kept. Use its id within a day, or it is swept away."""

    id: FileId
    width: int | None
    height: int | None
    bytes: int


@writes(router, "", answers={201: FileOut}, name="send_photo", problems=STORAGE, token=False)
def sent(request: HttpRequest, photo: File[UploadedFile]) -> Status[FileOut]:
    """Send a photo (JPEG, PNG or WebP, at most 15 MB). It is turned upright, shrunk and kept without its metadata."""
    by, now = actor_of(request), timezone.now()
    if not by.is_signed_in:
        brake.count(key=f"photo:{ip_of(request)}", limit="reports_per_hour_ip", area_id="", now=now)
    elif not by.can(Permission.CASE_WORK):
        need(by, Permission.REPORT_CREATE)
    kept = store_photo(upload=photo, by=by, now=now)
    return Status(201, FileOut(id=str(kept.pk), width=kept.width, height=kept.height, bytes=kept.bytes))


@reads(router, "/{file_id}", answer=IMAGE, name="get_photo", problems=(*SCOPED, 429), token=False)
def opened(
    request: HttpRequest,
    file_id: FileId,
    case: CaseNumber,
    tracking_code: Annotated[str, Header("", alias="Tracking-Code", max_length=64)],
    size: Literal["full", "small"] = "full",
) -> FileResponse:
    """A photo of a case: by a token inside the area of its post, or by the report's code in `Tracking-Code`."""
    if tracking_code:
        attachment = _of_reporter(request, UUID(file_id), case, tracking_code)
    else:
        attachment = _in_scope(request, UUID(file_id), case)
    if attachment is None:
        raise Http404
    return open_photo(attachment.file, size)


def _of_reporter(request: HttpRequest, file_id: UUID, number: str, code: str) -> Attachment | None:
    # A page of nine photos asks nine times, so these tries have a wider brake; the code has 60 bits.
    case = case_of(request, code, what="photo-code", limit="reports_per_hour_ip")
    if case.number != number:
        return None
    view = queries.view_of(case, actor_of(request), timezone.now(), is_reporter=True)
    shown = (one.attachment for one in photos_for_residents(view, is_reporter=True))
    return next((photo for photo in shown if photo.file_id == file_id), None)


def _in_scope(request: HttpRequest, file_id: UUID, number: str) -> Attachment | None:
    by = actor_of(request)
    if not by.is_signed_in:
        raise AuthenticationError
    need(by, Permission.CASE_READ)
    case = Case.objects.visible_to(by).filter(number=number).only("pk").first()
    return None if case is None else case.attachments.filter(file_id=file_id).select_related("file").first()
