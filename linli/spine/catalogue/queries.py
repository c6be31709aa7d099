"""Reading the catalogue: what is offered where, who leads it, and what words point to it."""

import threading
import time
from collections.abc import Sequence
from datetime import date

from linli.foundation.accounts.models import Unit
from linli.lib.chinese import suggest as suggest_by_keywords
from linli.spine.catalogue.models import Matter

_FRESH_SECONDS = 30.0


class _Shelf:
    """The offered matters by place and day, read again at most every half minute; lists change a few times a year."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.read_at = float("-inf")
        self.offers: dict[tuple[str, date], tuple[Matter, ...]] = {}

    def offered(self, area_id: str, on: date) -> tuple[Matter, ...]:
        with self.lock:
            if time.monotonic() - self.read_at > _FRESH_SECONDS:
                self.offers, self.read_at = {}, time.monotonic()
            found = self.offers.get((area_id, on))
            if found is None:
                rows = Matter.objects.offered(area_id=area_id, on=on).select_related("lead_unit")
                found = self.offers[(area_id, on)] = tuple(rows.order_by("position", "pk"))
            return found


_shelf = _Shelf()


def forget() -> None:
    """Read the catalogue again at the next question (after publishing, and between tests)."""
    _shelf.forget()


def offered(area_id: str, on: date) -> Sequence[Matter]:
    """The matters that may be asked in this area on this day, in the order of their list."""
    return _shelf.offered(area_id[:6], on)


def one(code: str, area_id: str, on: date) -> Matter | None:
    """The offered matter with this code, if any."""
    return next((matter for matter in offered(area_id, on) if matter.code == code), None)


def suggest(text: str, area_id: str, on: date) -> list[Matter]:
    """The matters that the words point to, most likely first; none when no word is known."""
    matters = {matter.code: matter for matter in offered(area_id, on)}
    ranked = suggest_by_keywords(text, {code: matter.keywords for code, matter in matters.items()})
    return [matters[code] for code, hits in ranked if hits > 0]


def lead_unit(matter: Matter, area_id: str) -> Unit | None:
    """The unit that leads this matter here: the department named, or the office of the community or street."""
    if matter.lead == Matter.Lead.DEPARTMENT:
        return matter.lead_unit
    place = area_id[:12] if matter.lead == Matter.Lead.COMMUNITY else area_id[:9]
    return Unit.objects.filter(kind=matter.lead, area_id=place).order_by("pk").first()


def units_for(area_id: str) -> list[Unit]:
    """The units that may be given a case of this area: its street's office, and the departments of its district."""
    kinds = [Unit.Kind.STREET_OFFICE, Unit.Kind.DEPARTMENT]
    return list(Unit.objects.filter(kind__in=kinds, area_id__in=[area_id[:9], area_id[:6]]).order_by("kind", "code"))
