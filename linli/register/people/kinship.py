"""What the members of a household are to a new head, as far as it follows from what they were to the old one.

Codes of GB/T 4761 (domain.md §6.3). Where it does not follow, nothing is suggested: "" asks somebody who knows.
"""

from collections.abc import Mapping

HEAD = "02"
MALE, FEMALE = "1", "2"
SPOUSE = frozenset({"10", "11", "12"})
CHILD = frozenset({"20", "21", "22", "23", "24", "25", "26", "27", "29", *(str(code) for code in range(30, 38)), "39"})
CHILD_IN_LAW = frozenset({"28", "38"})
PARENT = frozenset({"50", "51", "52", "57", "58"})
PARENT_IN_LAW = frozenset({"53", "54", "55", "56"})
STRANGERS = frozenset({"99"})
#: Brothers and sisters and whom they married: (older, younger) of a man and of a woman.
IN_LAW = frozenset({"72", "74", "76", "78"})
OLDER, YOUNGER = {"71", "75"}, {"73", "77"}
BROTHERS_CHILDREN, SISTERS_CHILDREN = {"93", "94"}, {"95", "96"}
#: What the head's brothers and sisters, and whom they married, are to the children of a man, and of a woman.
TO_HIS_CHILD = {"71": "81", "72": "82", "73": "83", "74": "84", "75": "90", "77": "90", "76": "89", "78": "89"}
TO_HER_CHILD = {"71": "85", "73": "85", "72": "86", "74": "86", "75": "88", "77": "88", "76": "87", "78": "87"}
#: Uncles and aunts to whom one is the child of a brother, and of a sister.
OF_A_BROTHER, OF_A_SISTER = {"81", "82", "83", "84", "90"}, {"85", "86", "87", "88"}

Member = tuple[str, str]


def suggest(members: Mapping[int, Member], new_head: int) -> dict[int, str]:
    """The relation of each member to `new_head`, who gets "02". `members`: id → (relation to the old head, sex)."""
    relation, sex = members.get(new_head, ("", ""))
    head_sex = next((own_sex for old, own_sex in members.values() if old == HEAD), "")
    found = {}
    for pk, (old, own_sex) in members.items():
        found[pk] = HEAD if pk == new_head else _to(relation, sex, old, own_sex, head_sex)
    return found


def _to(new: str, new_sex: str, old: str, sex: str, head_sex: str) -> str:
    if old in STRANGERS:
        return old
    if new in SPOUSE:
        return _to_spouse(new_sex, old, sex)
    if new in CHILD:
        return _to_child(old, sex, head_sex)
    if new in PARENT:
        return _to_parent(old, sex)
    if new in OLDER or new in YOUNGER:
        return _to_sibling(new, old, sex, head_sex)
    return _to_kin(new, old, sex)


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


def _to_child(old: str, sex: str, head_sex: str) -> str:
    """A son or daughter follows: the old head and their spouse are parents, their brothers and sisters uncles."""
    if old == HEAD or old in SPOUSE:
        return "52" if sex == FEMALE else "51"
    if old in CHILD:
        return "70"
    if old in PARENT:
        return "62" if sex == FEMALE else "61"
    if head_sex not in (MALE, FEMALE):
        return ""
    return (TO_HER_CHILD if head_sex == FEMALE else TO_HIS_CHILD).get(old, "")


def _to_sibling(new: str, old: str, sex: str, head_sex: str) -> str:
    """A brother or sister follows: parents stay, and the old head's children are those of a brother or a sister."""
    if old in PARENT:
        return old
    if old == HEAD:
        older, younger = ("75", "77") if sex == FEMALE else ("71", "73")
        return younger if new in OLDER else older
    if old in SPOUSE:
        older, younger = ("72", "74") if sex == FEMALE else ("76", "78")
        return younger if new in OLDER else older
    if old in CHILD and head_sex in (MALE, FEMALE):
        boy, girl = ("95", "96") if head_sex == FEMALE else ("93", "94")
        return girl if sex == FEMALE else boy
    return "70" if old.startswith("7") and old not in IN_LAW else ""


def _to_kin(new: str, old: str, sex: str) -> str:
    """A nephew or an uncle follows: what the old head is to them; of the others nothing is known."""
    if old != HEAD:
        return ""
    if new in OF_A_BROTHER:
        return "94" if sex == FEMALE else "93"
    if new in OF_A_SISTER:
        return "96" if sex == FEMALE else "95"
    if new in BROTHERS_CHILDREN:
        # Whether an uncle is 伯父 or 叔父 depends on who is older.
        return "90" if sex == FEMALE else ""
    if new in SISTERS_CHILDREN:
        return "88" if sex == FEMALE else "85"
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
