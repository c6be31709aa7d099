"""费随事转: what was promised with a task, what arrived, and when a community may refuse. Pure: no Django.

    due 2023-03-31, whole on 2023-04-05 → the community may refuse from 2023-04-01 to 2023-04-05

Whoever hands a task down sees to it that people, guidance and money are there in time; otherwise the community has the
right to refuse (S5-05). The day on which something is due still belongs to the sender, and so does everything that
came on it; the day on which the last part arrives late is still a day of refusal.
"""

from collections.abc import Iterable
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


def refusal_window(due_on: date, promised: int, parts: Iterable[Part]) -> Window | None:
    """The days on which a guarantee opens the right to refuse; None when it came in time."""
    whole_on = fulfilled_on(promised, parts)
    if whole_on is not None and whole_on <= due_on:
        return None
    return Window(due_on + timedelta(days=1), whole_on)


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
