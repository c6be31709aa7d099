"""What stands in for a contract: none at all, and a file for the demo. A real gateway has the same single method.

No text ever goes to a log: codes to sign in and to follow a report stand in it.
"""

import json
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone


class NoGatewaySet(Exception):  # noqa: N818 - what is missing
    """Nobody has said how a text message leaves the house."""


class NoGateway:
    """Refuses every text: what stands here until LINLI_SMS_GATEWAY names a gateway."""

    def send(self, phone: str, text: str) -> None:
        """Raises NoGatewaySet."""
        raise NoGatewaySet


class FileGateway:
    """Appends each text as a line of JSON to `sms.jsonl` under LINLI_HOME, readable by its owner only."""

    def __init__(self) -> None:
        self.path = Path(settings.LINLI_HOME) / "sms.jsonl"

    def send(self, phone: str, text: str) -> None:
        """Append one line, in one write, so that lines of two processes do not mix. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"at": timezone.now().isoformat(), "phone": phone, "text": text}, ensure_ascii=False)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # A lone surrogate can come in from outside; it must not stop the text.
            os.write(handle, (line + "\n").encode("utf-8", "replace"))
        finally:
            os.close(handle)
