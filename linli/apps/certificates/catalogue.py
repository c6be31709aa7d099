"""Certificates that communities do not issue (不应由基层群众性自治组织出具的证明), found by what people say.

Source: 民发〔2020〕20号 and the lists that provinces made after it; which one holds is a rule of place and day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from linli.foundation.rules import queries as rules
from linli.lib.chinese import fold
from linli.lib.pinyin import of_name

RULE: Final = "certificates.not_issued"
#: What people say around the thing itself: 帮我开个死亡证明.
FILLING: Final = re.compile(r"证明|出具|开具|办理|盖章|我想|我要|帮我|麻烦|[一这那]?[个份张]|[开办的要盖]|\W")
#: Letters shorter than this begin the pinyin of too much.
LEAST_LETTERS: Final = 2


@dataclass(frozen=True)
class NotIssued:
    """An item that communities do not issue: its name, what else it is called, and who does it instead."""

    code: str
    name: str
    words: tuple[str, ...]
    instead: str

    def fits(self, said: str) -> int:
        """How well it answers what was said, without its filling: 0 exactly, 1 named in it, 2 begun by it; -1 not."""
        keys = {bare(self.name), *map(bare, self.words)}
        if said in keys:
            return 0
        if any(key in said for key in keys):
            return 1
        if said.isascii():
            spoken, initials = of_name(self.name)
            return 2 if len(said) >= LEAST_LETTERS and (spoken.startswith(said) or initials.startswith(said)) else -1
        return 2 if any(said in key for key in keys) else -1


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
        """The items that answer this text, best first; all of them for a text that says nothing."""
        said = bare(text)
        if not said:
            return self.items
        ranked = [(rank, item) for item in self.items if (rank := item.fits(said)) >= 0]
        return [item for _rank, item in sorted(ranked, key=lambda one: one[0])]


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


def bare(text: str) -> str:
    """What was said without its filling: 我要开个死亡证明 → 死亡."""
    return FILLING.sub("", fold(text).lower())
