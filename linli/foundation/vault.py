"""The installation's keyring, and personal fields sealed with it (SM4-GCM) and found by it (HMAC-SM3).

One context per kind of value, everywhere: a phone sealed by one app is found by every other.
"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from linli.lib import sealing
from linli.lib.sealing import Keyring

PHONE = "phone"
IDENTITY = "identity"
CHANGE = "people.change"
CORRECTION = "people.correction"
RESTRICTED = "people.restricted"


@lru_cache(maxsize=4)
def _keyring_at(path: Path) -> Keyring:
    path.parent.mkdir(parents=True, exist_ok=True)
    return Keyring.load_or_create(path)


def keyring() -> Keyring:
    """The keyring of this installation (`LINLI_KEYRING`), made on first use with mode 0600."""
    return _keyring_at(settings.LINLI_KEYRING)


def seal(text: str, context: str) -> str:
    """Encrypt a personal value for storage; the empty text stays empty."""
    return sealing.seal(text, keyring(), context) if text else ""


def unseal(sealed: str, context: str) -> str:
    """Decrypt a stored value. Raises SealBroken when it was tampered with or the key is gone."""
    return sealing.unseal(sealed, keyring(), context) if sealed else ""


def index(value: str, context: str) -> str:
    """The blind index of a value: equal values have equal indexes, and nobody without the key can guess them."""
    return sealing.blind_index(value, keyring(), context)
