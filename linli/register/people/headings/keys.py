"""Under which key a column is kept: in the columns of a batch, in the page that matches them, in what is remembered."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from linli.register.people.headings.phrases import MEMBER
from linli.register.people.headings.words import BY_NAME, BY_SUBJECT, SELF, UNKNOWN, is_group

#: Columns of others that the register keeps with the person, or goes by, under names of their own. The second phone of
#: the person is kept where the phone of the emergency contact is.
_OWN: Final[Mapping[tuple[str, str], str]] = {
    ("head", "name"): "head_name",
    ("head", "identity"): "head_identity",
    ("contact", "name"): "other_contact",
    ("contact", "phone"): "other_phone",
}
_MEANT: Final = {key: meant for meant, key in _OWN.items()}
_OPPOSITE: Final = "not:"
WORKER: Final = "worker"


class Meaning(NamedTuple):
    """What a column says: of whom, what, which side of a special group, and whether it asks the opposite."""

    subject: str
    field: str
    aspect: str = ""
    opposite: bool = False


def key_of(meaning: Meaning) -> str:
    """The key of a meaning: “identity”, “guardian:phone”, “tag:disabled.level”, “not:match”; "" for no meaning."""
    subject, field, aspect, opposite = meaning
    if subject == WORKER:
        return WORKER
    if not field or subject == UNKNOWN:
        return ""
    if subject not in ("", SELF):
        return _OWN.get((subject, field), f"{subject}:{field}")
    side = f".{aspect}" if is_group(field) and aspect not in ("", MEMBER) else ""
    return f"{_OPPOSITE if opposite else ''}{field}{side}"


def meaning_of(key: str) -> Meaning:
    """The meaning of a key; of "" one that says nothing."""
    opposite = key.startswith(_OPPOSITE)
    field = key.removeprefix(_OPPOSITE)
    if field in _MEANT:
        return Meaning(*_MEANT[field])
    if field == WORKER:
        return Meaning(WORKER, "name")
    subject, colon, rest = field.partition(":")
    if colon and subject in BY_SUBJECT:
        return Meaning(subject, rest, "", opposite)
    field, _dot, aspect = field.partition(".")
    return Meaning(SELF if field else "", field, aspect or (MEMBER if is_group(field) else ""), opposite)


def is_key(key: str) -> bool:
    """Tell whether a key means anything: keys come back from pages, and from what was remembered long ago."""
    meaning = meaning_of(key)
    known = meaning.subject == WORKER or meaning.field in BY_NAME
    return bool(key) and known and key_of(meaning) == key


#: How the sides of a special group are called; a side without a word here goes by its code.
_SIDES: Final[Mapping[str, str]] = {
    "kind": "类别", "level": "等级", "certificate": "证号", "since": "时间", "until": "到期时间", "amount": "金额",
    "reason": "原因", "count": "人数", "former": "曾经",
}  # fmt: skip


def label(key: str) -> str:
    """What people call a key, as the headings of sheets do: 监护人 · 联系电话, 残疾 · 等级, 人户分离, 非低保."""
    subject, field, aspect, opposite = meaning_of(key)
    if key == WORKER or field not in BY_NAME:
        return BY_SUBJECT[WORKER].label if key == WORKER else key
    known = BY_NAME[field]
    if subject != SELF:
        return f"{BY_SUBJECT[subject].label} · {known.label}"
    if opposite:
        return known.opposites[0] if known.opposites else f"非{known.label}"
    return known.label if aspect in ("", MEMBER) else f"{known.label} · {_SIDES.get(aspect, aspect)}"
