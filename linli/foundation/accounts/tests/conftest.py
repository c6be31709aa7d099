from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from linli.foundation.accounts import gateways
from linli.foundation.accounts.tests import factories


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings):
    """A home and a keyring of this test's own, English texts, no demo."""
    settings.LINLI_HOME = tmp_path
    settings.LINLI_KEYRING = tmp_path / "keyring.json"
    settings.LINLI_DEMO = False
    settings.LANGUAGE_CODE = "en"
    settings.WHITENOISE_AUTOREFRESH = True
    settings.TEMPLATES = [own_floor_only(engine) for engine in settings.TEMPLATES]


def own_floor_only(engine):
    """The template engine without what higher floors put into every page: their addresses are not in our URLconf."""
    options = engine["OPTIONS"]
    higher = ("linli.project.", "linli.sites.", "linli.insight.", "linli.foundation.notifications.")
    kept = [name for name in options["context_processors"] if not name.startswith(higher)]
    return {**engine, "OPTIONS": {**options, "context_processors": kept}}


class Clock:
    """The time at the edge, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

    def forward(self, delta) -> datetime:
        self.now += delta
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now


@pytest.fixture
def wang(db):
    """A community worker."""
    user = factories.make_user()
    factories.make_post(user)
    return user


class FakeGateway:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    def send(self, phone: str, text: str) -> None:
        if self.broken:
            raise OSError(f"no route to {phone}")
        self.sent.append((phone, text))

    @property
    def code(self) -> str:
        return next(word.strip(".") for word in self.sent[-1][1].split() if word.strip(".").isdigit())


@pytest.fixture
def gateway(monkeypatch) -> FakeGateway:
    fake = FakeGateway()
    monkeypatch.setattr(gateways, "import_string", lambda path: lambda: fake)
    return fake


@pytest.fixture
def sign_in(client):
    """Sign somebody in through the page, as they would."""

    def go(username="wang", password=factories.PASSWORD, **more):
        return client.post("/accounts/sign-in/", {"username": username, "password": password, **more})

    return go
