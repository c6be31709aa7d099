"""How a text message leaves the house: one small protocol, found by `settings.LINLI_SMS_GATEWAY`."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class CodeSender(Protocol):
    """A text message gateway: a class without arguments and this one method."""

    def send(self, phone: str, text: str) -> None:
        """Hand one text to the network; any exception means that it was not sent."""


def send_text(phone: str, text: str) -> None:
    """Send `text` to an 11-digit mobile number through the configured gateway; its exceptions pass through."""
    sender: CodeSender = import_string(settings.LINLI_SMS_GATEWAY)()
    sender.send(phone, text)
