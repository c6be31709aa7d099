"""The key that a row of an export carries in its hidden first column, so that it is known when it comes back.

`people:12:3:20261201083000123456:9f…`: the person, the version and the moment of the export, and a seal that only this
installation can make. Keys without moment and seal are of older files: whom they mean is verified by what the row says.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from linli.foundation import vault

CONTEXT: Final = "row_key"
SUBJECT: Final = "people"
SEAL: Final = 16
_MOMENT: Final = "%Y%m%d%H%M%S%f"
_FORM = re.compile(r"people:([1-9][0-9]{0,17}):([0-9]{1,9})(?::([0-9]{20}):([0-9a-f]{16}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RowKey:
    """Whom a row means, as of which version; `at`: when it was exported, None for keys that are not sealed."""

    person_id: int
    version: int
    at: datetime | None = None


def key_of(person_id: int, version: int, at: datetime) -> str:
    """The key of a row that is exported now."""
    said = f"{SUBJECT}:{person_id}:{version}:{at.astimezone(UTC).strftime(_MOMENT)}"
    return f"{said}:{_seal(said)}"


def read(text: str) -> RowKey | None:
    """What a key says; None when it is none, or when its seal is not ours."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    person_id, version, moment, seal = found.groups()
    if moment is None:
        return RowKey(int(person_id), int(version))
    if seal != _seal(text.strip().rpartition(":")[0]):
        return None
    try:
        at = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return RowKey(int(person_id), int(version), at)


def _seal(said: str) -> str:
    return vault.index(said, CONTEXT)[:SEAL]
