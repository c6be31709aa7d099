"""Sealing of sensitive fields with SM4-GCM, and blind indexes for looking them up.

A sealed value is text, `<key id>.<base64url(nonce 12 + tag 16 + ciphertext)>`, and is bound to its context (the
name of the field, say "people.person.id_number"): moved to another field it does not open.
"""

import base64
import binascii
import functools
import json
import os
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16
INDEX_KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# A lone surrogate can arrive in JSON; it must seal and unseal like any other character.
ERRORS = "surrogatepass"


class SealBroken(Exception):  # noqa: N818 - what happened, not a kind of error
    """A sealed value does not open: unknown key, wrong context, or it was changed."""


class KeyringBroken(Exception):  # noqa: N818 - what happened, not a kind of error
    """The key file cannot be read as a keyring."""


def _text(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=").decode("ascii")


def _data(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True)
class Keyring:
    """The keys that open sealed values, the one that seals new ones, and the key of the blind indexes.

    Changing `index_key` makes every stored blind index useless; changing `current` is what rotation means.
    """

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError("the current key is not on the ring")
        if any(not KEY_ID.fullmatch(name) or len(key) != KEY_BYTES for name, key in self.keys.items()):
            raise ValueError(f"each key has a short plain name and {KEY_BYTES} bytes")
        if len(self.index_key) != INDEX_KEY_BYTES:
            raise ValueError(f"the index key has {INDEX_KEY_BYTES} bytes")
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    def rotated(self) -> "Keyring":
        """Return a keyring that seals with a fresh key and still opens everything sealed so far."""
        name = secrets.token_hex(4)
        return Keyring(name, {**self.keys, name: secrets.token_bytes(KEY_BYTES)}, self.index_key)

    def without(self, names: Collection[str]) -> "Keyring":
        """Return a keyring without some old keys: what is sealed with them never opens again.

        Raises ValueError for the current key.
        """
        return Keyring(
            self.current, {name: key for name, key in self.keys.items() if name not in names}, self.index_key
        )

    def to_json(self) -> str:
        """Write the keyring as JSON, for a key file or an environment variable. It is a secret."""
        keys = {name: _text(key) for name, key in self.keys.items()}
        return json.dumps({"current": self.current, "keys": keys, "index_key": _text(self.index_key)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a keyring from JSON; raises KeyringBroken, without naming any key material."""
        try:
            stored = json.loads(text)
            keys = {name: _data(key) for name, key in stored["keys"].items()}
            return cls(stored["current"], keys, _data(stored["index_key"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyringBroken("the keyring is not complete and well-formed JSON") from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a keyring from its file; raises KeyringBroken, or OSError when there is none."""
        try:
            return cls.from_json(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise KeyringBroken("the key file is not text") from error

    def save(self, path: Path, *, replace: bool = False) -> None:
        """Write the keyring, readable by its owner only, whole or not at all.

        Raises FileExistsError when there already is a file, unless it is to be replaced (rotation): a key file
        overwritten by accident is data lost for good.
        """
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.to_json() + "\n")
                file.flush()
                os.fsync(file.fileno())
            if replace:
                draft.replace(path)
            else:
                # A hard link, like O_EXCL, fails when the name is taken, but never shows a half-written file.
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """Load the keyring, or make the first one. Of two processes racing, the loser loads the winner's."""
        try:
            return cls.load(path)
        except FileNotFoundError:
            pass
        fresh = new_keyring()
        try:
            fresh.save(path)
        except FileExistsError:
            return cls.load(path)
        return fresh


def new_keyring() -> Keyring:
    """Return a keyring with one fresh key and a fresh index key."""
    name = secrets.token_hex(4)
    return Keyring(name, {name: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(INDEX_KEY_BYTES))


def seal(text: str, keyring: Keyring, context: str) -> str:
    """Encrypt text under the current key, bound to its context. Sealing twice gives two different values."""
    # Random nonces are safe for 2^32 values a key (NIST SP 800-38D §8.3): far beyond a district's fields.
    nonce = os.urandom(NONCE_BYTES)
    sealer = Cipher(algorithms.SM4(keyring.keys[keyring.current]), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(context.encode())
    body = sealer.update(text.encode("utf-8", ERRORS)) + sealer.finalize()
    return f"{keyring.current}.{_text(nonce + sealer.tag + body)}"


def sealer(keyring: Keyring, context: str) -> Callable[[str], str]:
    """Return what seals text in one context under the current key, for millions of values: the same as `seal`, faster.

    It keeps the key it began with: make a new one after a rotation.
    """
    algorithm, data, prefix = algorithms.SM4(keyring.keys[keyring.current]), context.encode(), f"{keyring.current}."

    def seal_one(text: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        running = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(data)
        body = running.update(text.encode("utf-8", ERRORS)) + running.finalize()
        return prefix + _text(nonce + running.tag + body)

    return seal_one


def unseal(sealed: str, keyring: Keyring, context: str) -> str:
    """Return the text that was sealed in this context; raises SealBroken."""
    name, _, body = sealed.partition(".")
    key = keyring.keys.get(name)
    if key is None:
        raise SealBroken("the key of this value is not on the keyring")
    try:
        data = _data(body)
    except (binascii.Error, ValueError) as error:
        raise SealBroken("this value is not in the form of a sealed one") from error
    nonce, tag, body_bytes = data[:NONCE_BYTES], data[NONCE_BYTES:][:TAG_BYTES], data[NONCE_BYTES + TAG_BYTES :]
    if len(tag) != TAG_BYTES:
        raise SealBroken("this value is too short to be a sealed one")
    opener = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    opener.authenticate_additional_data(context.encode())
    try:
        return (opener.update(body_bytes) + opener.finalize()).decode("utf-8", ERRORS)
    except InvalidTag as error:
        raise SealBroken("this value was changed, or belongs to another field") from error


def reseal(sealed: str, keyring: Keyring, context: str) -> str:
    """Return the same text sealed with the current key, the value itself if it is already. Raises SealBroken."""
    return sealed if key_of(sealed) == keyring.current else seal(unseal(sealed, keyring, context), keyring, context)


def key_of(sealed: str) -> str:
    """Return the id of the key a value is sealed with, so that old ones can be sealed anew after a rotation."""
    return sealed.partition(".")[0]


@functools.lru_cache(maxsize=256)
def _keyed(index_key: bytes, context: str) -> hmac.HMAC:
    # Keying costs more than hashing a short value, so it is done once and copied.
    keyed = hmac.HMAC(index_key, hashes.SM3())
    name = context.encode()
    keyed.update(len(name).to_bytes(4, "big") + name)
    return keyed


def blind_index(value: str, keyring: Keyring, context: str) -> str:
    """Return the keyed fingerprint (HMAC-SM3, 64 hex digits) by which an equal sealed value is found.

    Bring the value to its normal form first: only equal text has an equal index.
    """
    running = _keyed(keyring.index_key, context).copy()
    running.update(value.encode("utf-8", ERRORS))
    return running.finalize().hex()
