"""Some 600 made-up cases of the last 90 days, each walked through the real actions at moments of the past.

The same seed gives the same stories. How far a story has come follows from the clock: what would happen after `now`
has not happened yet, so the newest cases stand in every state of the flow, and some are late.
"""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

import shapely
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from shapely.geometry import shape

from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.areas.demo import DISTRICT
from linli.foundation.areas.models import Boundary, Level
from linli.foundation.files.actions import store_photos
from linli.foundation.notifications.models import Message
from linli.foundation.rules import queries as rules
from linli.lib.prefix import within
from linli.project.demo.people import Cast
from linli.project.demo.pictures import SCENES, picture
from linli.project.demo.reports import Reports, Spot
from linli.project.demo.story import Story, World
from linli.spine.catalogue import queries as catalogue

SEED: Final = "linli-demo-1"
COUNT: Final = 600
FRESH: Final = 14
# What the demo accounts find on their desks, whatever the dice and the day of the week say: a state, and how many
# minutes the offices have worked since the report (a day has 420).
POSED: Final = (
    ("reported", 5),
    ("reported", 90),
    ("reported", 300),
    ("accepted", 150),
    ("accepted", 200),
    ("dispatched", 300),
    ("dispatched", 350),
    ("handling", 500),
    ("handling", 900),
    ("extension_asked", 1000),
    ("extension_asked", 1200),
    ("paused", 1000),
    ("checking", 1000),
    ("checking", 1300),
    ("handled", 1300),
    ("handled", 1700),
    ("disputed", 4800),
    ("disputed", 5600),
)
DAYS: Final = 90
HOME: Final = f"{DISTRICT}001001"
HOURS: Final = (7, 8, 8, 9, 9, 9, 10, 10, 11, 12, 13, 14, 14, 15, 15, 16, 17, 18, 18, 19, 19, 20, 21)
NEWS_UNREAD_FOR: Final = timedelta(days=2)


@transaction.atomic
def load(*, now: datetime, tell: Callable[[int, int], None]) -> None:
    """Make the cases, all or none. `tell` hears (done, in all)."""
    rng = random.Random(SEED)  # noqa: S311 - stories, not secrets
    world = _world(now)
    reports = Reports(world, _spots(rng, now))
    told = [(moment, "") for moment in _openings(rng, now)]
    told += [(_worked_ago(world, minutes), state) for state, minutes in POSED]
    for number, (opened, state) in enumerate(sorted(told), start=1):
        own = random.Random(f"{SEED}-{number}")  # noqa: S311
        case = reports.make(number, opened, own, posed=bool(state))
        Story(world, case, own, stop_in=state).live()
        tell(number, len(told))
    _settle_news(now)


def words() -> dict[str, Any]:
    """What people say, by occasion."""
    path = resources.files("linli.project.demo") / "words.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _world(now: datetime) -> World:
    stored = store_photos(
        uploads=[ContentFile(picture(scene), name=f"{scene}.jpg") for scene in SCENES],
        by=SYSTEM,
        now=now - timedelta(days=DAYS + 1),
    )
    return World(
        words=words(),
        photos=dict(zip(SCENES, stored, strict=True)),
        cast=Cast(DISTRICT, now),
        matters=tuple(catalogue.offered(DISTRICT, timezone.localdate(now))),
        calendar=rules.calendar(DISTRICT, timezone.localdate(now)),
        home=HOME,
        now=now,
    )


def _openings(rng: random.Random, now: datetime) -> list[datetime]:
    """When the reports come in: more on workdays, at the hours when people are up, and a few in the last hours."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in range(DAYS)]
    weights = [0.55 if day.weekday() >= 5 else 1.0 for day in days]
    moments = [
        day.replace(hour=rng.choice(HOURS), minute=rng.randrange(60), second=rng.randrange(60))
        for day in rng.choices(days, weights, k=COUNT - FRESH - len(POSED))
    ]
    moments += [now - timedelta(minutes=rng.randrange(5, 30 * 60)) for _ in range(FRESH)]
    # What would lie in the future happened as much earlier.
    return sorted(moment if moment < now else now - (moment - now) - timedelta(minutes=5) for moment in moments)


def _worked_ago(world: World, minutes: int) -> datetime:
    """A moment since which the offices have worked so long (to the quarter of an hour)."""
    at = world.now
    while world.calendar.working_minutes_between(at, world.now) < minutes:
        at -= timedelta(minutes=15)
    return at


def _spots(rng: random.Random, now: datetime) -> list[Spot]:
    """Every finest area with its ground and how often something is reported there."""
    rows = Boundary.objects.current(timezone.localdate(now)).filter(**within("area_id", DISTRICT))
    grounds = {code: shape(geometry) for code, geometry in rows.values_list("area_id", "geometry").order_by("area_id")}
    covered = {code[: Level.COMMUNITY.digits] for code in grounds if len(code) == Level.GRID.digits}
    busy = {
        code: rng.uniform(0.5, 1.6) if code in covered else 0.04
        for code in grounds
        if len(code) == Level.COMMUNITY.digits
    }
    busy[HOME] = 6.0  # where the demo accounts work
    spots = []
    for code, ground in grounds.items():
        community = code[: Level.COMMUNITY.digits]
        is_leaf = len(code) == Level.SUBGRID.digits or (len(code) == Level.COMMUNITY.digits and code not in covered)
        if is_leaf:
            shapely.prepare(ground)
            spots.append(Spot(area_id=code, ground=ground, weight=busy[community] / (6 if community in covered else 1)))
    return spots


def _settle_news(now: datetime) -> None:
    """Put the messages of all stories in order of time; send none of the past, leave only the newest unread."""
    told = sorted(Message.objects.all(), key=lambda message: (message.created_at, message.pk))
    for message in told:
        message.pk = None
        if message.state == Message.State.QUEUED:
            message.state, message.sent_at, message.next_try_at = Message.State.SENT, message.created_at, None
        if message.channel == Message.Channel.INBOX and message.created_at < now - NEWS_UNREAD_FOR:
            message.state, message.read_at = Message.State.READ, message.created_at
    Message.objects.all().delete()
    Message.objects.bulk_create(told, batch_size=500)
