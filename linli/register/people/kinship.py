"""What the members of a household are to a new head, as far as it follows from what they were to the old one.

Codes of GB/T 4761 (domain.md §6.3). Where it does not follow, nothing is suggested: "" asks somebody who knows.
"""

from collections.abc import Mapping

HEAD = "02"
FEMALE = "2"
SPOUSE = frozenset({"10", "11", "12"})
CHILD = frozenset({"20", "21", "22", "23", "24", "25", "26", "27", "29", *(str(code) for code in range(30, 38)), "39"})
CHILD_IN_LAW = frozenset({"28", "38"})
PARENT = frozenset({"50", "51", "52", "57", "58"})
PARENT_IN_LAW = frozenset({"53", "54", "55", "56"})
STRANGERS = frozenset({"99"})

Member = tuple[str, str]


def suggest(members: Mapping[int, Member], new_head: int) -> dict[int, str]:
    """The relation of each member to `new_head`, who gets "02". `members`: id → (relation to the old head, sex)."""
    relation, sex = members.get(new_head, ("", ""))
    found = {}
    for pk, (old, own_sex) in members.items():
        found[pk] = HEAD if pk == new_head else _to(relation, sex, old, own_sex)
    return found


def _to(new: str, new_sex: str, old: str, sex: str) -> str:
    if old in STRANGERS:
        return old
    if new in SPOUSE:
        return _to_spouse(new_sex, old, sex)
    if new in CHILD:
        return _to_child(old, sex)
    if new in PARENT:
        return _to_parent(old, sex)
    return ""


def _to_spouse(new_sex: str, old: str, sex: str) -> str:
    """The husband or wife follows: children stay children, parents become parents-in-law."""
    if old == HEAD:
        return "12" if sex == FEMALE else "11"
    if old in CHILD or old in CHILD_IN_LAW or old.startswith("4"):
        return old
    if old in PARENT:
        # 公公 婆婆 are the husband's parents, 岳父 岳母 the wife's.
        father, mother = ("53", "54") if new_sex == FEMALE else ("55", "56")
        return mother if sex == FEMALE else father
    if old in PARENT_IN_LAW:
        return "52" if sex == FEMALE else "51"
    return ""


def _to_child(old: str, sex: str) -> str:
    """A son or daughter follows: the old head and their spouse are parents, the other children siblings."""
    if old == HEAD or old in SPOUSE:
        return "52" if sex == FEMALE else "51"
    if old in CHILD:
        return "70"
    if old in PARENT:
        return "62" if sex == FEMALE else "61"
    return ""


def _to_parent(old: str, sex: str) -> str:
    """A father or mother follows: the old head is a child, and so are the head's brothers and sisters."""
    if old == HEAD or old.startswith("7"):
        return "30" if sex == FEMALE else "20"
    if old in SPOUSE:
        return "38" if sex == FEMALE else "28"
    if old in PARENT:
        return "12" if sex == FEMALE else "11"
    if old in CHILD:
        return "42" if sex == FEMALE else "41"
    return ""
