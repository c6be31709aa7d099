"""What a report is about: the matters to choose from, as the words and the chosen class suggest them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from linli.apps.incidents.actions import LONGEST_TEXT
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter

MOST_SUGGESTED = 3


@dataclass(frozen=True)
class About:
    """The matters on offer, most likely first; `chosen` is the code that is ticked, "" for none."""

    matters: Sequence[Matter] = ()
    chosen: str = ""

    @property
    def matter(self) -> Matter | None:
        """The ticked matter."""
        return next((matter for matter in self.matters if matter.code == self.chosen), None)

    @property
    def calls(self) -> list[str]:
        """The numbers to call at once when there is danger, the likeliest first, each once."""
        return list(dict.fromkeys(matter.urgent_call for matter in self.matters if matter.urgent_call))


def about(*, text: str, event_class: str, chosen: str, area_id: str, on: date) -> About:
    """What words, class and an earlier choice lead to; asks the catalogue in memory only.

    Without a class the best suggestions, with one all its matters. The likeliest is ticked, so that nobody has to
    choose; nothing is ticked where the words say nothing.
    """
    suggested = catalogue.suggest(text[:LONGEST_TEXT], area_id, on) if text else []
    if event_class:
        suggested = [matter for matter in suggested if matter.event_class == event_class]
        others = [matter for matter in catalogue.offered(area_id, on) if matter.event_class == event_class]
        listed = [*suggested, *(matter for matter in others if matter not in suggested)]
    else:
        listed = suggested[:MOST_SUGGESTED]
    earlier = catalogue.one(chosen, area_id, on) if chosen else None
    if earlier is not None and (not event_class or earlier.event_class == event_class):
        if earlier not in listed:
            listed = [earlier, *listed]
        return About(listed, earlier.code)
    ticked = suggested[:1] or (listed if len(listed) == 1 else [])
    return About(listed, ticked[0].code if ticked else "")
