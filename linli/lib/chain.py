"""Hash chains with SM3: each link fixes its own data and everything before it.

The canonical form of a link's data survives a round trip through a JSON column of either database: numbers that
are equal, and a moment and its written form, give the same bytes.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from cryptography.hazmat.primitives import hashes

#: What the first link of a chain follows.
GENESIS = "0" * 64
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def sm3(data: bytes) -> str:
    """Return the SM3 digest (GB/T 32905) as 64 hex digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def _plain(value: object) -> object:
    """Bring a value to JSON that has one spelling."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            # PostgreSQL's jsonb gives 1.0 back as it came but 1e22 as an integer; SQLite keeps both.
            return int(value) if value.is_integer() else value
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment in a chain needs a time zone")
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("keys in a chain are strings")
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"a chain cannot hold {type(value).__name__}")


def canonical(data: Mapping[str, object]) -> bytes:
    """Return the one spelling of some data: sorted keys, compact JSON in UTF-8, moments in UTC.

    Raises TypeError for values without a plain form, and ValueError for numbers that are not numbers.
    """
    text = json.dumps(_plain(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def link(prev_hash: str, data: Mapping[str, object]) -> str:
    """Return the hash (64 hex digits) of a link with this data after the link with `prev_hash`, or after GENESIS."""
    if not HASH.fullmatch(prev_hash):
        raise ValueError("the previous hash is not 64 hex digits")
    return sm3(prev_hash.encode("ascii") + b"\n" + canonical(data))


def first_break(links: Iterable[tuple[str, str, Mapping[str, object]]], start: str = GENESIS) -> int | None:
    """Return the position (from 0) of the first (prev_hash, hash, data) that does not fit, or None if all do."""
    expected = start
    for position, (prev_hash, own_hash, data) in enumerate(links):
        if prev_hash != expected or own_hash != link(expected, data):
            return position
        expected = own_hash
    return None
