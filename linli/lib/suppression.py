"""Small counts that must not be told, and those by which they could be worked out."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


def suppressed(counts: Mapping[Key, int], *, least: int) -> tuple[dict[Key, int | None], int | None]:
    """Return the counts and their total, with None for each that must stay hidden.

    A count between 1 and `least` - 1 is hidden (primary). If the total minus the shown counts would still tell it, the
    smallest other counts are hidden, too (complementary), until at least two are and together they are at least twice
    `least`; when that cannot be, the total is hidden instead. Nobody (0) is no secret. Totals below `least` are hidden.
    """
    total = sum(counts.values())
    hidden = {key for key, n in counts.items() if 0 < n < least}
    if not hidden:
        return dict(counts), total
    others = sorted((key for key, n in counts.items() if n >= least), key=lambda key: counts[key])
    for key in others:
        if _is_safe(hidden, counts, least):
            break
        hidden.add(key)
    shown: dict[Key, int | None] = {key: None if key in hidden else n for key, n in counts.items()}
    if _is_safe(hidden, counts, least):
        return shown, total
    primary = {key for key, n in counts.items() if 0 < n < least}
    return {key: None if key in primary else n for key, n in counts.items()}, None


def _is_safe(hidden: set[Key], counts: Mapping[Key, int], least: int) -> bool:
    return len(hidden) >= 2 and sum(counts[key] for key in hidden) >= 2 * least
