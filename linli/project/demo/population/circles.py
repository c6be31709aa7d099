"""Who stands beside the people of the demo, and what hangs on their groups: made up, and seen to be.

Numbers come from the key of a person, so that no die is thrown for them: the rows of before stay as they were. Phones
begin with 154, accounts and certificates with 99, which nobody issues.
"""

from typing import Any, Final

from linli.foundation import vault
from linli.project.demo.population import numbers
from linli.project.demo.population.book import Resident
from linli.project.demo.population.names import surnames

#: Keys of those beside somebody lie far above those of people, so that no phone is two people's.
BESIDE: Final = 40_000_000
LANDLORDS: Final = 60_000_000
GIVEN: Final = ["建国", "秀英", "志强", "丽华", "海涛", "晓梅", "文斌", "桂芳", "国庆", "春燕"]
#: How many of a hundred over sixty have somebody to call, by the form of their family; one in five of all others.
CALLED: Final = {"elder_alone": 90, "elder_couple": 60, "skipped_generation": 60}
GUARDED_LEVELS: Final = frozenset({"一级", "二级"})
#: Kinds of disability for which somebody else acts: intellectual and mental.
GUARDED_KINDS: Final = frozenset({"5", "6"})
CARED: Final = GUARDED_LEVELS


def somebody(serial: int, surname: str = "") -> str:
    """The name of somebody who is not in the register."""
    known = surnames().things
    return (surname or known[serial * 7 % len(known)]) + GIVEN[serial * 3 % len(GIVEN)]


def contact(who: Resident, form: str, age: float) -> dict[str, Any]:
    """Whom to call for somebody old: columns of the person's row."""
    share = CALLED.get(form, 20 if age >= 60 else 0)
    if age < 60 or who.id * 37 % 100 >= share:
        return {}
    return {
        "other_contact": somebody(who.id, who.surname),
        "other_phone_sealed": vault.seal(numbers.phone(BESIDE + who.id), vault.PHONE),
    }


def beside(who: Resident, kind: str, relation: str, serial: int) -> dict[str, Any]:
    """Somebody beside a person, with a phone: columns of a contact."""
    phone = numbers.phone(BESIDE + serial)
    return {
        "person_id": who.id,
        "kind": kind,
        "name": somebody(who.id, who.surname),
        "relation": relation,
        "phone_sealed": vault.seal(phone, vault.PHONE),
        "phone_index": vault.index(phone, vault.PHONE),
    }


def disability(who: Resident, kind: str, level: str) -> dict[str, Any]:
    """What a certificate of disability says, and what is drawn on it."""
    facts: dict[str, Any] = {"kind": kind, "certificate": f"99{who.id:016d}{kind}{_LEVELS[level]}"}
    if level in GUARDED_LEVELS or kind in GUARDED_KINDS:
        facts["guardian"] = somebody(who.id, who.surname)
    facts["allowances"] = ["重度残疾人护理补贴"] if level in CARED else []
    if who.id % 3 == 0:
        facts["allowances"] = ["困难残疾人生活补贴", *facts["allowances"]]
    return facts


_LEVELS: Final = {"一级": 1, "二级": 2, "三级": 3, "四级": 4}


def allowance(head: Resident, covered: int) -> dict[str, Any]:
    """What hangs on the minimum allowance of a family: the same for all who belong to it."""
    return {
        "covered": covered,
        "monthly": 100 * (3 + head.id % 7) * covered,
        "account": f"99{head.id:015d}00",
        "account_name": head.surname + head.given,
        "certificate": f"99{head.id:08d}",
    }


def landlord(dwelling_id: int) -> dict[str, Any]:
    """The owner of a rented dwelling, who lives elsewhere: columns of a tenure."""
    name = somebody(dwelling_id)
    return {"name": name, "phone_sealed": vault.seal(numbers.phone(LANDLORDS + dwelling_id), vault.PHONE)}
