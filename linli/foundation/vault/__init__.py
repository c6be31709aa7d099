"""The installation's keyring, and personal fields sealed with it (SM4-GCM) and found by it (HMAC-SM3).

One context per kind of value, everywhere: a phone sealed by one app is found by every other. Every model with sealed
columns says so in its class body, `SEALED = {"phone_sealed": vault.PHONE}`, and, where a column holds sealed and plain
text, which rows are sealed, `SEALED_ONLY = {"text": {"channel": "sms"}}`. Rotation (`rotation`) reads these maps.

The blind indexes have a key of their own, which is not rotated: a new one would make every stored index useless, and
unsealing and indexing all values anew cannot be done beside running writers, who would look for a phone under one key
and find it under the other. It would take a stop of all processes, or a second index column for the time of the change.
"""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from linli.lib import sealing
from linli.lib.sealing import Keyring, SealBroken

PHONE = "phone"
IDENTITY = "identity"
CHANGE = "people.change"
CORRECTION = "people.correction"
RESTRICTED = "people.restricted"
STAGED = "people.staged"
FORM = "forms.rows"
UNREAD = "people.unread"
CERTIFICATE = "certificates.text"
TOTP = "totp"
SMS_TEXT = "sms-text"

#: How long a process may go on sealing with the key before the newest (seconds).
LOOK_AGAIN = 1.0

_Stamp = tuple[int, int, int]
GONE: _Stamp = (0, 0, 0)


@dataclass
class _Held:
    ring: Keyring
    stamp: _Stamp
    looked_at: float


_held: dict[Path, _Held] = {}
_lock = threading.Lock()


def keyring(*, look: bool = False) -> Keyring:
    """The keyring of this installation (`LINLI_KEYRING`), made on first use with mode 0600.

    Read again once its file was replaced: looked for every second, at once with `look`.
    """
    path = settings.LINLI_KEYRING
    held = _held.get(path)
    if held is not None and not look and time.monotonic() - held.looked_at < LOOK_AGAIN:
        return held.ring
    with _lock:
        held = _held.get(path)
        # Taken before reading: at worst it is older than what was read, and the file is read once more.
        stamp = _stamp(path)
        # A file that is gone is no reason to make new keys while the old ones are still known here.
        if held is not None and stamp in (held.stamp, GONE):
            held.looked_at = time.monotonic()
            return held.ring
        path.parent.mkdir(parents=True, exist_ok=True)
        ring = Keyring.load_or_create(path)
        _held[path] = _Held(ring, stamp, time.monotonic())
        return ring


def _stamp(path: Path) -> _Stamp:
    """What changes when the file is replaced; nothing when it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return GONE
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def seal(text: str, context: str) -> str:
    """Encrypt a personal value for storage; the empty text stays empty."""
    return sealing.seal(text, keyring(), context) if text else ""


def unseal(sealed: str, context: str) -> str:
    """Decrypt a stored value. Raises SealBroken when it was tampered with or the key is gone.

    A key that this process does not know may have come with a rotation since: the file is read again.
    """
    if not sealed:
        return ""
    ring = keyring()
    if sealing.key_of(sealed) not in ring.keys:
        ring = keyring(look=True)
    return sealing.unseal(sealed, ring, context)


def index(value: str, context: str) -> str:
    """The blind index of a value: equal values have equal indexes, and nobody without the key can guess them."""
    return sealing.blind_index(value, keyring(), context)


__all__ = [
    "CERTIFICATE",
    "CHANGE",
    "CORRECTION",
    "IDENTITY",
    "PHONE",
    "RESTRICTED",
    "SMS_TEXT",
    "STAGED",
    "TOTP",
    "SealBroken",
    "index",
    "keyring",
    "seal",
    "unseal",
]
