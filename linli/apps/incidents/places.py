"""Where something is: from a point, from a choice on the list, or from the words of the address."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from linli.apps.incidents.models import Incident
from linli.foundation.areas.locator import locator
from linli.foundation.areas.models import Area, Level
from linli.lib.coordinates import Crs, to_wgs84
from linli.lib.errors import Invalid


@dataclass(frozen=True)
class Found:
    """The area a report belongs to, how it was found, and the point (WGS-84) if there was one."""

    area_id: str
    by: str
    lon: float | None = None
    lat: float | None = None
    metres_off: int = 0


@dataclass(frozen=True)
class Given:
    """What the reporter gave: any of a point with its coordinate system, an area of the list, words."""

    lon: float | None = None
    lat: float | None = None
    crs: Crs = "wgs84"
    area_id: str = ""
    words: str = ""


def find(given: Given, now: datetime) -> Found:
    """Find the area; the point wins, then the choice, then the words. Raises Invalid when none of them leads anywhere.

    A point outside every grid counts for the nearest community, and `metres_off` says so.
    """
    if given.lon is not None and given.lat is not None:
        lon, lat = to_wgs84(given.lon, given.lat, given.crs)
        place = locator(now).locate(lon, lat)
        return Found(
            place.area_id, Incident.Found.POINT, round(lon, 6), round(lat, 6), 0 if place.exact else place.metres
        )
    if given.area_id:
        if not Area.objects.filter(pk=given.area_id, level__in=_CHOOSABLE, valid_to__isnull=True).exists():
            raise Invalid(fields={"area": _("Choose a community from the list.")})
        return Found(given.area_id, Incident.Found.LIST)
    community = community_in_words(given.words)
    if community is None:
        raise Invalid(fields={"area": _("Tell us where: use the map, or choose the community from the list.")})
    return Found(community, Incident.Found.WORDS)


_CHOOSABLE = (Level.COMMUNITY, Level.GRID, Level.SUBGRID)
_TAILS = ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会", "社区", "村")


def short_name(name: str) -> str:
    """A community's name as people say it: without 社区居委会."""
    for tail in _TAILS:
        if name.endswith(tail) and len(name) > len(tail):
            return name[: -len(tail)]
    return name


def community_in_words(words: str) -> str | None:
    """The one community whose name stands in the words of an address; None when none or more than one does."""
    if len(words) < 2:
        return None
    rows = Area.objects.filter(level=Level.COMMUNITY, valid_to__isnull=True).values_list("pk", "name")
    hits = [(short_name(name), pk) for pk, name in rows if short_name(name) in words]
    longest = max((len(name) for name, pk in hits), default=0)
    found = {pk for name, pk in hits if len(name) == longest}
    return found.pop() if len(found) == 1 else None
