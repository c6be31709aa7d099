"""Residents, visitors and the time, for the tests of the portal."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


class Clock:
    """The time at the edge, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


@pytest.fixture(autouse=True)
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(now)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def visitor(district: str) -> Client:
    """Somebody who has not signed in."""
    return Client(**ENGLISH)


@pytest.fixture
def resident(resident_client) -> Client:
    """A resident who has signed in by phone."""
    return resident_client("19900001234", **ENGLISH)


@pytest.fixture
def stranger(resident_client) -> Client:
    """Another resident."""
    return resident_client("19900009999", **ENGLISH)


@pytest.fixture
def staff(client_for) -> Client:
    """A community worker."""
    return client_for("community-worker", **ENGLISH)


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that has no room for another photo."""
    import errno

    from linli.foundation.files import contents

    def write(name: str, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(contents, "_write", write)


@pytest.fixture(autouse=True)
def own_files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos of a test go to a folder of its own."""
    from django.core.files.storage import FileSystemStorage

    from linli.foundation.files import contents

    assert settings.configured
    monkeypatch.setattr(contents, "default_storage", FileSystemStorage(location=tmp_path / "files"))
