"""What the import takes from a column: the keys of `headings` that it can read, as the page of columns offers them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from linli.register.people import headings
from linli.register.people.headings import BY_NAME, BY_SUBJECT, FIELDS, Heading

#: Whom the register keeps beside a person, and what it keeps of them (`models.Contact`).
CONTACTS: Final = (
    "guardian", "spouse", "father", "mother", "parent", "child", "carer", "supporter", "relative", "landlord", "tenant",
)  # fmt: skip
OF_CONTACTS: Final = ("name", "identity", "phone", "relation")
#: Sides of a special group that a cell can say: the words of 残疾类别 and 残疾等级.
SIDES: Final = ("kind", "level")
_OTHERS: Final = ("head_name", "head_identity", "other_contact", "other_phone")
_GROUPS: Final = "特殊类别"


@cache
def choices() -> Mapping[str, Mapping[str, str]]:
    """Everything that a column can be taken for: whose it is → key → label."""
    taken = [field for field in FIELDS if field.kind not in ("ignored", "held")]
    own = [field.name for field in taken if not field.name.startswith("tag:") and field.name != "other_phone"]
    tags = [field.name for field in taken if field.name.startswith("tag:")]
    offered: dict[str, list[str]] = {
        BY_SUBJECT["self"].label: [*own, *(f"not:{field.name}" for field in taken if field.opposites)],
        "户主、紧急联系人": list(_OTHERS),
        _GROUPS: tags,
        **{BY_SUBJECT[role].label: [f"{role}:{fact}" for fact in OF_CONTACTS] for role in CONTACTS},
        f"{_GROUPS} · 类别和等级": [f"{tag}.{side}" for tag in tags for side in SIDES],
        f"{_GROUPS} · 反问": [f"not:{tag}" for tag in tags],
    }
    return {group: {key: headings.label(key) for key in keys} for group, keys in offered.items()}


@cache
def labels() -> Mapping[str, str]:
    """Key → label, of all that a column can be taken for."""
    return {key: label for keys in choices().values() for key, label in keys.items()}


def is_taken(key: str) -> bool:
    """Tell whether the import reads anything from a column with this key."""
    return key in labels()


def several(key: str) -> bool:
    """Tell whether more than one column may be this."""
    field = BY_NAME.get(headings.meaning_of(key).field)
    return field is not None and field.several


def proposed(names: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[int, Heading]:
    """Column → what it is probably: of several that say the same the surest; those of which nobody can tell stay in.

    A list that names only heads of households is a list of these.
    """
    read = headings.read(names, sample)
    if not any(one.field == "name" and one.subject == headings.SELF for one in read):
        read = tuple(_as_person(one) for one in read)
    found = headings.chosen(read)
    return {one.at: found.get(one.at, one) for one in read if one.at in found or not one.sure}


def _as_person(heading: Heading) -> Heading:
    if heading.subject != "head":
        return heading
    return Heading(heading.at, heading.name, headings.SELF, heading.field, "", False, heading.why, heading.score, False)
