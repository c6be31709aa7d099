"""Which certificates communities issue and which not (不应由基层群众性自治组织出具的证明), found by what people say.

Source: 民发〔2020〕20号 and the lists that provinces made after it; which one holds is a rule of place and day. What is
issued stands in a list of certificates (`catalogue.MatterList`), published like every other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from linli.apps.certificates.meaning import NEAR, shipped
from linli.foundation.rules import queries as rules
from linli.lib.chinese import fold
from linli.lib.pinyin import of_name
from linli.spine.catalogue.models import Matter, MatterList

RULE: Final = "certificates.not_issued"
#: What people say around the thing itself: 帮我开个死亡证明.
FILLING: Final = re.compile(r"证明|出具|开具|办理|盖章|我想|我要|帮我|麻烦|[一这那]?[个份张]|[开办的要盖]|\W")
#: Letters shorter than this begin the pinyin of too much.
LEAST_LETTERS: Final = 2
#: How many items are offered where none surely answers.
MOST_NEAREST: Final = 3


@dataclass(frozen=True)
class NotIssued:
    """An item that communities do not issue: its name, what else it is called, and who does it instead."""

    code: str
    name: str
    words: tuple[str, ...]
    instead: str


@dataclass(frozen=True)
class NotIssuedList:
    """The items of a place on a day, the document they stand in, and whether the place has checked who does it."""

    document: str
    verified: bool
    items: tuple[NotIssued, ...]

    def item(self, code: str) -> NotIssued | None:
        """The item with this code."""
        return next((item for item in self.items if item.code == code), None)

    def find(self, text: str) -> Sequence[NotIssued]:
        """The items that surely answer this text, best first; all of them for a text that says nothing."""
        said = bare(text)
        if not said:
            return self.items
        near = shipped().likeness(said)
        fit = {item: fits(said, item.name, item.words) for item in self.items}
        found = [item for item in self.items if fit[item] >= 0 or near.get(item.code, 0) >= NEAR]
        return sorted(found, key=lambda item: (fit[item] != 0, -near.get(item.code, 0)))

    def nearest(self, text: str) -> Sequence[NotIssued]:
        """Up to three items that this text may mean, best first, for when none surely answers it."""
        near = shipped().likeness(bare(text))
        some = [item for item in self.items if near.get(item.code, 0) > 0]
        return sorted(some, key=lambda item: -near[item.code])[:MOST_NEAREST]

    def forbids(self, name: str) -> bool:
        """Whether a certificate of this name is not to be issued, whatever another list says."""
        return any(bare(name) == bare(item.name) for item in self.items)


def not_issued(area_id: str, on: date) -> NotIssuedList:
    """The list in force at a place on a day. Raises NoRuleSet where the installation has none."""
    params = rules.params(RULE, area_id, on)
    return NotIssuedList(
        document=params["document"],
        verified=params["verified"],
        items=tuple(
            NotIssued(row["code"], row["name"], tuple(row["words"]), row["instead"]) for row in params["items"]
        ),
    )


def kept(area_id: str, on: date) -> list[Matter]:
    """The certificates that a community issues on a day: on a list in force, not suspended, and not forbidden."""
    lists = MatterList.objects.in_force(area_id=area_id, on=on).filter(kind=MatterList.Kind.CERTIFICATE)
    items = Matter.objects.filter(matter_list__in=lists, suspended_since__isnull=True).standing(on)
    try:
        forbidden = not_issued(area_id, on)
    except rules.NoRuleSet:
        return []
    rows = items.select_related("matter_list").order_by("matter_list_id", "position", "pk")
    return [item for item in rows if not forbidden.forbids(item.name)]


def find_kept(text: str, area_id: str, on: date) -> list[Matter]:
    """Those of `kept` that answer this text, best first; all of them for a text that says nothing."""
    items, said = kept(area_id, on), bare(text)
    if not said:
        return items
    ranked = [(rank, item) for item in items if (rank := fits(said, item.name, item.keywords)) >= 0]
    return [item for _rank, item in sorted(ranked, key=lambda one: one[0])]


def fits(said: str, name: str, words: Sequence[str]) -> int:
    """How well a name answers what was said, without its filling: 0 exactly, 1 named in it, 2 begun by it; -1 not."""
    keys = {bare(name), *map(bare, words)}
    if said in keys:
        return 0
    if any(key in said for key in keys):
        return 1
    if said.isascii():
        spoken, initials = of_name(name)
        return 2 if len(said) >= LEAST_LETTERS and (spoken.startswith(said) or initials.startswith(said)) else -1
    return 2 if any(said in key for key in keys) else -1


def bare(text: str) -> str:
    """What was said without its filling: 我要开个死亡证明 → 死亡."""
    return FILLING.sub("", fold(text).lower())
