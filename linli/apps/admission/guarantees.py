"""费随事转: what was promised with a task, what arrived, and when a community may refuse. Pure: no Django.

    due 2023-03-31, whole on 2023-04-05 → the community may refuse from 2023-04-01 to 2023-04-05

Whoever hands a task down sees to it that people, guidance and money are there in time; otherwise the community has the
right to refuse (S5-05). The day on which something is due still belongs to the sender, and so does everything that
came on it; the day on which the last part arrives late is still a day of refusal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class Part:
    """Something that arrived: an instalment in fen, or (amount 0) people or guidance as promised."""

    on: date
    amount: int = 0


@dataclass(frozen=True)
class Window:
    """The days on which a community may refuse, both included; `last` None while the guarantee is still missing."""

    first: date
    last: date | None

    def holds(self, on: date) -> bool:
        """Whether the right is open on this day."""
        return self.first <= on and (self.last is None or on <= self.last)


def fulfilled_on(promised: int, parts: Iterable[Part]) -> date | None:
    """The day on which all of it had arrived; None while something is missing.

    Money (`promised` in fen above 0) counts as whole when the instalments reach the sum. People and guidance
    (`promised` 0) are there with the first arrival.
    """
    arrived = 0
    for part in sorted(parts, key=lambda one: one.on):
        arrived += part.amount
        if arrived >= promised:
            return part.on
    return None


def window(due_on: date, whole_on: date | None) -> Window | None:
    """The days on which what was due on one day and whole on another opens the right to refuse; None for none."""
    if (whole_on is not None and whole_on <= due_on) or due_on == date.max:
        return None
    return Window(due_on + timedelta(days=1), whole_on)


def refusal_window(due_on: date, promised: int, parts: Iterable[Part]) -> Window | None:
    """The days on which a guarantee opens the right to refuse; None when it came in time."""
    return window(due_on, fulfilled_on(promised, parts))


def may_refuse(due_on: date, promised: int, parts: Iterable[Part], on: date) -> bool:
    """Whether this guarantee lets the community refuse on a day."""
    window = refusal_window(due_on, promised, [part for part in parts if part.on <= on])
    return window is not None and window.holds(on)


def settlement(agreed: int, completion: Fraction) -> int:
    """What is to be paid, in fen: the agreed sum × the degree of completion, to the fen, half a fen up.

    30,000.00 yuan at 0.9 are 27,000.00 yuan. Raises ValueError for a degree outside 0 to 1 or a negative sum.
    """
    if agreed < 0 or not 0 <= completion <= 1:
        raise ValueError("a sum is not negative, and nothing is completed by more than the whole")
    return int(agreed * completion + Fraction(1, 2))


def shares(settled: int, lines: Sequence[tuple[int, int]]) -> list[int]:
    """How much of a settled sum falls to each instalment, in fen; `lines` are (promised, arrived) in order of due day.

    27,000 over two of 15,000 are 15,000 and 12,000. What arrived counts where it arrived: so nothing is missing any
    more once the settled sum is there, and what is missing falls to the earliest.
    """
    came = [min(arrived, promised) for promised, arrived in lines]
    left = settled - sum(came)
    if left < 0:
        return _spread(settled, came)
    gaps = [promised - one for (promised, _arrived), one in zip(lines, came, strict=True)]
    return [one + more for one, more in zip(came, _spread(left, gaps), strict=True)]


def _spread(total: int, rooms: Iterable[int]) -> list[int]:
    """Fill the rooms one after the other, as far as it goes."""
    found = []
    for room in rooms:
        found.append(min(total, room))
        total -= found[-1]
    return found
