"""For whoever watches the installation: is it alive, and can it work?"""

import logging
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import public
from linli.foundation.jobs.queries import worker_alive

logger = logging.getLogger(__name__)


@public
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Says nothing of the database, so that a restart is not tried where it cannot help."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Database, background worker and storage: 200 when all work, 503 naming those that do not."""
    parts = {"database": _database(), "worker": False, "storage": _storage()}
    if parts["database"]:
        parts["worker"] = worker_alive(timezone.now())
    status = "ok" if all(parts.values()) else "not ready"
    words = {name: "ok" if good else "failed" for name, good in parts.items()}
    return JsonResponse({"status": status, "parts": words}, status=200 if status == "ok" else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("readyz: the database does not answer")
        return False
    return True


def _storage() -> bool:
    probe = settings.LINLI_HOME / "files" / f".probe-{uuid4().hex}"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"linli")
        probe.unlink()
    except OSError:
        logger.exception("readyz: files cannot be written")
        return False
    return True
