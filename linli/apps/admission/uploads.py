"""Documents that came with a form: stored first, and named by a signed list when the form must be corrected.

A browser never fills a file field again. The list belongs to one person, and what nothing links is swept after a day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.core.files.base import File
from django.http import HttpRequest
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import documents
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Invalid

FIELD: Final = "kept_files"
MOST: Final = 9
_SALT: Final = "linli.admission.files"
_KEPT_FOR: Final = timedelta(hours=20)


def kept(request: HttpRequest, actor: Actor, field: str = FIELD) -> list[StoredFile]:
    """What an earlier try of this form has left, unless the person drops it."""
    if request.POST.get(f"drop_{field}") or not request.POST.get(field):
        return []
    try:
        wanted = [UUID(one) for one in signing.loads(request.POST[field], salt=_SALT, max_age=_KEPT_FOR)]
    except (signing.BadSignature, ValueError, TypeError):
        return []
    found = {row.pk: row for row in StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=actor.user_id)}
    return [found[pk] for pk in wanted if pk in found]


def take(
    request: HttpRequest, actor: Actor, before: Sequence[StoredFile], now: datetime, field: str = "files"
) -> list[StoredFile]:
    """Store what came with the form, beside what was kept `before`. Raises Invalid (field "file"), StorageTrouble."""
    uploads: list[File[Any]] = [upload for upload in request.FILES.getlist(field) if upload]
    if len(before) + len(uploads) > MOST:
        raise Invalid(fields={"file": _("At most %(n)s files.") % {"n": MOST}})
    return [*before, *(documents.store_document(upload=upload, by=actor, now=now) for upload in uploads)]


def sealed(files: Sequence[StoredFile]) -> str:
    """The list for the form's hidden field; "" for none."""
    return signing.dumps([str(file.pk) for file in files], salt=_SALT) if files else ""
