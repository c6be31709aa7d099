"""Two gateways that need no contract: the log, and a file. A real one has the same single method."""

import json
import logging
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from linli.lib.chinese import mask_phone

logger = logging.getLogger("linli.sms")


class ConsoleGateway:
    """Writes each text to the log, with the number masked."""

    def send(self, phone: str, text: str) -> None:
        """Log one text."""
        # A warning, because that is shown by default, and this gateway exists to be seen.
        logger.warning("Text message to %s: %s", mask_phone(phone), text)


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
