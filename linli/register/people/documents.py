"""Numbers of documents (证件号码): one number is one person, whatever kind of document it was called (ADR 0021).

`key` is the one form that is indexed and looked up, by everybody who looks for a document: the search box, forms, the
API, sheets, moves. Pure: it is called in other processes, too.
"""

from collections.abc import Mapping
from typing import Final

from linli.lib import citizen_id
from linli.lib.citizen_id import Holder

CITIZEN, WITHOUT, OTHER = "111", "000", "990"
CHINA: Final = "CHN"
#: The kind of document (GA/T 517) that goes with a number of 18 characters.
KIND_OF: Final[Mapping[Holder, str]] = {
    "citizen": CITIZEN,
    "hongkong": "810",
    "macao": "810",
    "taiwan": "820",
    "foreigner": "553",
}
HUKOU_BOOKLET = "113"
#: Kinds whose number always has 18 characters: another one is a mistake.
ALWAYS_WHOLE = frozenset({CITIZEN, HUKOU_BOOKLET, "810", "820"})


#: Kinds that are no card of a citizen: passports and permits (4…, 5…) and cards of residents (8…), GA/T 517.
_NO_CITIZENS: Final = ("4", "5", "8")


def contradicts(told: str, by_number: str) -> bool:
    """Tell whether a kind that somebody named is another document than the one to which the number belongs.

    A citizen's number stands in many papers (户口簿, 出生证), but neither in a passport nor in a permit.
    """
    return told != by_number and told.startswith(_NO_CITIZENS)


def key(kind: str, number: str) -> str:
    """What a document is indexed by: a number of 18 characters as it is, any other together with its kind."""
    whole = citizen_id.whole(number)
    return whole_key(whole) if whole else f"{kind}:{citizen_id.normal(number)}"


def whole_key(whole: str) -> str:
    """The key of a number of 18 characters that is known to be right: the same for every kind of document."""
    return f"{CITIZEN}:{whole}"


def kind_of(whole: str) -> str:
    """The kind of document that a number of 18 characters belongs to."""
    return KIND_OF[citizen_id.holder_of(whole)]
