from pathlib import Path

import pytest

from linli.foundation.notifications import actions


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings) -> Path:
    """A home and a keyring of this test's own."""
    settings.LINLI_HOME = tmp_path
    settings.LINLI_KEYRING = tmp_path / "keyring.json"
    return tmp_path


class FakeGateway:
    """Remembers what it sent; `broken` makes it fail."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    def send(self, phone: str, text: str) -> None:
        if self.broken:
            raise ConnectionError(f"no line to {phone}")
        self.sent.append((phone, text))


@pytest.fixture
def gateway(monkeypatch) -> FakeGateway:
    fake = FakeGateway()
    monkeypatch.setattr(actions, "send_text", fake.send)
    return fake
