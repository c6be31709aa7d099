"""Forms as residents fill them in, and cases on their way."""

import re
from datetime import datetime
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from linli.apps.incidents.actions import Receipt
from linli.apps.incidents.tests import factories
from linli.apps.incidents.tests.factories import COMMUNITY, PHONE, Walk, jpeg
from linli.foundation.accounts.actors import ANONYMOUS
from linli.foundation.files import actions as files
from linli.foundation.files.models import StoredFile

__all__ = ["COMMUNITY", "PHONE", "Walk", "case_of", "filled", "handled", "jpeg", "open_by_code", "photo", "seq_in"]


def filled(**more: object) -> dict[str, object]:
    """A report form, filled in with as little as possible."""
    return {"text": "楼道堆放杂物", "area": COMMUNITY, "phone": PHONE, "submission_key": str(uuid4()), **more}


def case_of(**more: object) -> Receipt:
    """A report that was taken in."""
    now = more.pop("now", None) or timezone.now()
    return factories.report(now=now, **more)  # type: ignore[arg-type]


def photo(now: datetime | None = None, colour: str = "navy") -> StoredFile:
    """A photo in the storage."""
    return files.store_photo(upload=jpeg(colour), by=ANONYMOUS, now=now or timezone.now())


def handled(receipt: Receipt, actor_of, **given: object) -> Walk:
    """A case that the department has finished and the community has checked: it waits for the resident."""
    walk = Walk(receipt.case, timezone.now())
    worker, department = actor_of("community-worker"), actor_of("department-staff")
    walk.step("accept", worker)
    walk.step("dispatch", worker)
    walk.step("sign", department)
    walk.step("finish", department, **given)
    walk.step("verify", worker)
    return walk


def open_by_code(client: Client, receipt: Receipt) -> str:
    """Type the code; the address of the case's page."""
    response = client.post("/follow/", {"code": receipt.code})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def fetched(response) -> bytes:
    """The bytes of a photo, its file closed."""
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    content: bytes = response.getvalue()
    return content


def seq_in(response) -> str:
    """How many events the page showed, as its forms send it."""
    found = re.search(r'name="seq" value="(\d+)"', response.content.decode())
    assert found is not None
    return found[1]
