"""The tasks that may not reach a community whatever paper comes with them, found by name and by wording (S1-07).

    负责辖区拆违工作 → 拆迁拆违;  宣传环境卫生 → nothing;  环境整治责任 → 环境整治

Each category of the rule set "admission.prohibited" is a subject (招商引资, 拆违 …). Targets (招商引资, 协税护税,
经济创收) are prohibited wherever the subject stands, for the target *is* the subject; unless a sentence only tells
of it (宣传). Responsibilities (执法, 拆迁拆违, 环境整治, 城市管理) are prohibited where a sentence makes the community
answer for the subject: words of bearing (负责, 责任主体, 包干 …) or of targets (完成率, 考核 …) beside it.
To help (协助, 配合) is no such word.
Pure: the words are data. It errs on the side of asking: a person may override, with who, why and on what basis.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from linli.lib.chinese import fold

#: What ends a sentence or a part of one. Words in different parts do not belong together.
_PARTS: Final = re.compile("[。；;！!？?\n]+")
_FILLING: Final = re.compile(r"[\s\-_·・.,，、:：\"“”'‘’()（）《》<>【】\[\]*/\\|]+")


@dataclass(frozen=True)
class Hit:
    """A prohibited category, and the words that gave it away."""

    code: str
    name: str
    words: tuple[str, ...]


def prohibited(texts: Iterable[str], rules: Mapping[str, Any], *, community_leads: bool = False) -> list[Hit]:
    """The prohibited categories that these texts fall under, each once, with the words found.

    `community_leads`: the form itself says that the community is to answer for the task; then the subject is enough
    for a responsibility, too. `rules` are the parameters of "admission.prohibited".
    """
    found: dict[str, Hit] = {}
    parts = [even for text in texts for part in _PARTS.split(fold(text)) if (even := _even(part))]
    for category in rules["categories"]:
        for part in parts:
            words = _words(part, category, rules, community_leads=community_leads)
            if words and category["code"] not in found:
                found[category["code"]] = Hit(category["code"], category["name"], words)
    return list(found.values())


def _words(
    part: str, category: Mapping[str, Any], rules: Mapping[str, Any], *, community_leads: bool
) -> tuple[str, ...]:
    subject = _first(part, category["subjects"])
    if not subject:
        return ()
    rest = _without(part, rules["harmless"])
    bearing = _first(rest, rules["bearing"])
    target = _first(rest, rules["targets"])
    only_told = _first(part, rules["telling"]) and not bearing and not target
    if category["kind"] == "target":
        return () if only_told else tuple(word for word in (subject, target) if word)
    if only_told:
        return ()
    if bearing or target:
        return tuple(word for word in (subject, bearing or target) if word)
    return (subject,) if community_leads else ()


def _even(text: str) -> str:
    """The text without what people put between characters, so that 招-商 引 资 is 招商引资."""
    return _FILLING.sub("", text)


def _first(text: str, words: Iterable[str]) -> str:
    return next((word for word in words if word in text), "")


def _without(text: str, words: Iterable[str]) -> str:
    """The text without phrases that hold a word of bearing and say the opposite (不负责, 不作为责任主体)."""
    for word in words:
        text = text.replace(word, "")
    return text
