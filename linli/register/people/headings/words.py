"""The words of headings: fields and what they are called, subjects and who they are, and the small words between."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from linli.lib.sheets.headers import plain_name

Kind = Literal["text", "name", "identity", "code", "day", "phone", "address", "group", "word", "ignored", "held"]
DATA: Final = Path(__file__).parent / "data"
#: The person of the row; whoever stands beside, of whom no subject knows; and those of whom the subjects tell.
SELF, UNKNOWN = "self", "unknown"
_MARKS = re.compile(r"[\s\-—_/、,，.。·|:;()（）\[\]【】<>《》“”\"'?]+")


@dataclass(frozen=True, slots=True)
class Field:
    """What a column can say of somebody. `several`: more than one column may be it; `needed`: no import without it.

    `opposites` ask the opposite (人户分离 of 人户一致). A field of the kind `held` is never imported, but held or
    reckoned, and asked for by forms.
    """

    name: str
    label: str
    synonyms: tuple[str, ...]
    kind: Kind
    needed: bool = False
    several: bool = False
    opposites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom a column speaks.

    `bare` are the words that mean the name when they stand alone (申请人), of the others None: all do. `instead`: in a
    list that names nobody else they are the persons of its rows.
    """

    name: str
    label: str
    words: tuple[str, ...]
    bare: frozenset[str]
    instead: bool = False


def _read(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def _fields() -> tuple[Field, ...]:
    return tuple(
        Field(
            name=row["name"],
            label=row["label"],
            synonyms=tuple(row["synonyms"]),
            kind=row["kind"],
            needed=row.get("needed", False),
            several=row.get("several", False),
            opposites=tuple(row.get("opposites", ())),
        )
        for row in _read("fields")["fields"]
    )


def _subjects() -> tuple[Subject, ...]:
    found = []
    for row in _read("subjects")["subjects"]:
        bare = row.get("bare", [] if row.get("not_bare") else row["words"])
        found.append(
            Subject(row["name"], row["label"], tuple(row["words"]), frozenset(bare), row.get("instead", False))
        )
    return tuple(found)


FIELDS: Final = _fields()
BY_NAME: Final[Mapping[str, Field]] = {field.name: field for field in FIELDS}
SUBJECTS: Final = _subjects()
BY_SUBJECT: Final[Mapping[str, Subject]] = {subject.name: subject for subject in SUBJECTS}
PARTICLES: Final[Mapping[str, Any]] = _read("particles")


def plain(name: str) -> str:
    """A heading in one form: without spaces, stars, remarks like “(必填)”, punctuation and case."""
    return _MARKS.sub("", plain_name(name)).lower()


@cache
def whole_words() -> Mapping[str, tuple[str, bool]]:
    """A whole heading in plain form → its field, and whether it asks the opposite."""
    found: dict[str, tuple[str, bool]] = {}
    for field in FIELDS:
        for word in (field.name, field.label, *field.synonyms):
            found.setdefault(plain(word), (field.name, False))
        for word in field.opposites:
            found.setdefault(plain(word), (field.name, True))
    return found


def is_group(field: str) -> bool:
    """Tell whether a field is one special group."""
    return field.startswith("tag:")
