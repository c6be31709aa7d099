"""The events of a life: each one use case, one transaction, one row of `PopulationEvent` for each person.

Every function asks for the right, locks the people, closes and opens spells (`spells`), ends what hangs on who leaves
(`stops`), and brings the computed tags of the households up to date. `happened_on` is the day it became true; `now` is
when it is told. Raises NotAllowed, Invalid (a sentence for each field), Stale, spells.TooEarly; nothing is kept then.
"""

from linli.register.people.actions.events.arrivals import (
    ARRIVALS,
    Arrival,
    come_back,
    enter,
)
from linli.register.people.actions.events.base import (
    COMMUNITY_DIGITS,
    DISTRICT_DIGITS,
    HEAD,
    checked_code,
    may_edit,
    several,
    vars_of,
)
from linli.register.people.actions.events.departures import DEPARTURES, die, end_in_batch, leave
from linli.register.people.actions.events.heads import change_head
from linli.register.people.actions.events.marriages import change_marital
from linli.register.people.actions.events.places import Home, Place, placed, placed_area
from linli.register.people.actions.events.rehousing import merge, move_within, rehouse, split
from linli.register.people.actions.events.undoing import NewerEvents, of_act, take_back
from linli.register.people.actions.identities import KnownAlready, not_known_already

__all__ = [
    "ARRIVALS",
    "COMMUNITY_DIGITS",
    "DEPARTURES",
    "DISTRICT_DIGITS",
    "HEAD",
    "Arrival",
    "Home",
    "KnownAlready",
    "NewerEvents",
    "Place",
    "change_head",
    "change_marital",
    "checked_code",
    "come_back",
    "die",
    "end_in_batch",
    "enter",
    "leave",
    "may_edit",
    "merge",
    "move_within",
    "not_known_already",
    "of_act",
    "placed",
    "placed_area",
    "rehouse",
    "several",
    "split",
    "take_back",
    "vars_of",
]
