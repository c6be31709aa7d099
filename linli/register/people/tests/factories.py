"""People of the tests: made up, with numbers that belong to nobody (their sequence is that of no office)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from linli.foundation.accounts.actors import Actor
from linli.lib.citizen_id import check_digit
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.actions import events
from linli.register.people.actions.events import Arrival, Home
from linli.register.people.models import Person

CHINA = ZoneInfo("Asia/Shanghai")
COMMUNITY = "320105001001"


def citizen_number(born: date = date(1958, 3, 2), sex: str = "2", sequence: int = 1, division: str = "320105") -> str:
    """A number with a valid check digit."""
    odd = (sequence * 2 + (1 if sex == "1" else 0)) % 1000
    first17 = f"{division}{born:%Y%m%d}{odd:03d}"
    return first17 + check_digit(first17)


def grid_of(community: str = COMMUNITY) -> str:
    """The first sub-grid of a community of the demo district."""
    from linli.foundation.areas.models import Area, Level

    return Area.objects.filter(pk__startswith=community, level=Level.SUBGRID).order_by("pk")[0].pk


def dwelling(
    room: str = "301",
    entrance: str = "2单元",
    building: str = "3幢",
    estate: str = "莫愁新寓",
    community: str = COMMUNITY,
) -> Dwelling:
    """A dwelling, with its building and estate."""
    area_id = grid_of(community)
    place, _made = Estate.objects.get_or_create(area_id=community, name=estate)
    house = Building.objects.filter(estate=place, name=building).first()
    if house is None:
        number = Building.objects.filter(code__startswith=community).count() + 1
        house = Building.objects.create(
            area_id=area_id, estate=place, code=f"{community}{number:05d}", name=building, address=f"{estate}{building}"
        )
    found, _made = Dwelling.objects.get_or_create(
        building=house,
        entrance=entrance,
        room=room,
        defaults={"area_id": area_id, "address": f"{estate}{building}{entrance}{room}室"},
    )
    return found


def person(
    *,
    by: Actor,
    name: str = "张秀兰",
    now: datetime,
    born: date | None = date(1958, 3, 2),
    sex: str = "2",
    sequence: int = 1,
    with_identity: bool = True,
    home: Home | None = None,
    relation: str = "02",
    event: str = "entry",
    happened_on: date | None = None,
    kind: str = "registered",
    **given: object,
) -> Person:
    """Somebody entered in the ordinary way."""
    fields: dict[str, object] = {"name": name, "born": born, "sex": sex, **given}
    if with_identity and born is not None:
        fields |= {"identity_kind": "111", "identity": citizen_number(born, sex, sequence)}
    arrival = Arrival(
        given=fields,
        home=home or Home(dwelling_id=dwelling().pk),
        relation=relation,
        event=event,
        happened_on=happened_on,
        kind=kind,
        marital="10",
    )
    return events.enter(by=by, arrival=arrival, now=now)


def switch_restricted_on(district: str) -> None:
    """What a district does that works with restricted groups: a rule set of its own."""
    from linli.foundation.rules import queries as rules
    from linli.foundation.rules.models import RuleSet

    RuleSet.objects.create(
        domain="tags.restricted",
        area_code=district,
        version=1,
        effective_from="2020-01-01",
        source="test",
        params={"enabled": True, "least_counted": 5},
    )
    rules.forget()
