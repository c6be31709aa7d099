"""Visits of the demo: who looks after whom in the home community, and three months of calls, by the real actions."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from linli.apps.visits import actions
from linli.apps.visits.actions import Report, Target
from linli.apps.visits.care import Risk
from linli.apps.visits.models import Outcome, Way
from linli.apps.visits.queries import plan
from linli.apps.visits.queries.assigned import roster
from linli.apps.visits.queries.plan import Due
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_WORKER, GRID_HEAD, GRID_WORKER, Role
from linli.foundation.areas.models import Area, Level
from linli.lib.prefix import within
from linli.register.homes.models import Building
from linli.register.people.models import Person

#: A record is taken for three months; the first visits of the demo lie just inside.
BEGAN: Final = timedelta(days=88)
#: Of the home community's sub-grids the worker looks after so many; the head after so many buildings of the next.
OF_WORKER, OF_HEAD = 2, 3
#: How far into its term the next visit is, at most: what is above 1 is due.
FURTHEST: Final = 1.08
FOUND: Final = (
    "精神不错，午饭自己做的。",
    "刚从菜场回来，说腿比上月好些。",
    "在家看电视，家里整洁，药够吃到月底。",
    "子女周末来过，没有别的需要。",
    "提醒了用燃气注意通风，老人表示知道。",
    "聊了一会儿，想参加社区的合唱活动。",
    "感冒刚好，已去社区医院看过。",
    "电话里声音清楚，说一切都好。",
)
#: Needs that were found at the door lately: the words, and their matter of the list.
NEEDS: Final = (
    ("卫生间地面滑，想装一个扶手", "special_groups.elder"),
    ("楼道的灯坏了，晚上下楼看不见", "property.service"),
)


@dataclass(frozen=True)
class _Call:
    """One visit to record: when, by whom, to whom, and what is said of it."""

    at: datetime
    by: Actor
    person: Person
    outcome: str
    way: str
    text: str
    need: tuple[str, str] = ("", "")


def fill_visits(*, home: str, now: datetime, seed: int) -> int:
    """Assign most of the community `home`, and record the visits of the last three months; returns how many."""
    worker, head, office = (_holder(home, role) for role in (GRID_WORKER, GRID_HEAD, COMMUNITY_WORKER))
    if worker is None or office is None:
        return 0
    _assign(home, office, worker, head, now - BEGAN)
    today = timezone.localdate(now)
    everybody = plan.due(Q(**within("area_id", home)), roster(home, today), home, today, ahead_days=400)
    holders = {actor.post_id: actor for actor in (worker, head) if actor is not None}
    rng = random.Random(f"{seed}-visits")  # noqa: S311 - dice of a demo
    calls: list[_Call] = []
    for line in sorted(everybody, key=lambda one: one.person.pk):
        by = holders.get(line.assignment.post_id) if line.assignment else None
        if by is not None:
            calls += _calls(line, by, now, rng)
    calls.sort(key=lambda call: (call.at, call.person.pk))
    for need, call in zip(NEEDS, reversed(calls), strict=False):
        calls[calls.index(call)] = replace(call, need=need, outcome=Outcome.MET)
    for number, call in enumerate(calls):
        given = Report(
            way=call.way,
            outcome=call.outcome,
            submission_key=f"demo-{number}",
            visited_at=call.at,
            text=call.text,
            need=call.need[0],
            matter=call.need[1],
        )
        actions.record(by=call.by, person_id=call.person.pk, given=given, now=call.at)
    return len(calls)


def _holder(area_id: str, role: Role) -> Actor | None:
    """Who holds this role in the community or in a grid of it."""
    rows = Post.objects.filter(**within("area_id", area_id), role=role.code).select_related("user", "area", "unit")
    post = rows.order_by("pk").first()
    return actor_for(post.user, post) if post else None


def _assign(home: str, office: Actor, worker: Actor, head: Actor | None, at: datetime) -> None:
    grids = Area.objects.filter(**within("id", worker.area_id), level=Level.SUBGRID).order_by("pk")
    codes = [area.pk for area in grids if Building.objects.filter(area_id=area.pk).exists()]
    actions.assign(by=office, target=Target(areas=codes[:OF_WORKER]), post_id=worker.post_id, now=at)
    rest = Building.objects.filter(area_id__in=codes[OF_WORKER:], **within("area_id", home)).order_by("code")
    buildings = list(rest.values_list("pk", flat=True)[:OF_HEAD])
    if head is not None and buildings:
        actions.assign(by=office, target=Target(buildings=buildings), post_id=head.post_id, now=at)


def _calls(line: Due, by: Actor, now: datetime, rng: random.Random) -> Iterator[_Call]:
    """The visits to one person, from the last one backwards, about as often as the rule asks."""
    if line.care is None:
        return
    ago = rng.uniform(0, FURTHEST) * line.care.days
    while ago < BEGAN.days and line.care.since < timezone.localdate(now) - timedelta(days=ago + 1):
        at = _working_hour(now - timedelta(days=ago), now, rng)
        by_phone = line.care.risk == Risk.GENERAL and rng.random() < 0.5
        away = rng.random() < 0.04
        yield _Call(
            at=at,
            by=by,
            person=line.person,
            outcome=Outcome.NOBODY_HOME if away and not by_phone else Outcome.MET,
            way=Way.PHONE if by_phone else Way.HOME,
            text="" if away else rng.choice(FOUND),
        )
        ago += line.care.days * rng.uniform(0.85, 1.1)


def _working_hour(at: datetime, now: datetime, rng: random.Random) -> datetime:
    """The same day between nine and five; the day before where that has not come yet."""
    local = timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0)
    hour = local + timedelta(minutes=rng.randrange(8 * 60))
    return hour if hour < now else hour - timedelta(days=1)
