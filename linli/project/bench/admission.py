"""Tasks of a whole city: the check of a basis, handing one task down to every community, the page of the burden.

A made-up city (division code 99…, which no real place has) with a list of 5,000 items, an agreement with every
community, and two years of counts by fifteen senders. Nothing of it resembles a real place.
"""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from linli.apps.admission.actions import tasks
from linli.apps.admission.actions.tasks import HandingGiven
from linli.apps.admission.models import Agreement, Clause, TaskTally
from linli.apps.admission.models.burden import FACETS
from linli.apps.admission.queries import citing
from linli.apps.admission.queries.citing import Cited
from linli.apps.admission.queries.tasks import citable
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.middleware import POST_KEY
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.accounts.roles import CIVIL_AFFAIRS, COMMUNITY_SECRETARY, DEPARTMENT_STAFF
from linli.foundation.areas.models import Area, Level
from linli.foundation.notifications.models import Message
from linli.lib.months import months_later
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Basis, Matter, MatterList

CITY: Final = "9901"
ITEMS: Final = 5_000
SENDERS: Final = 15
MONTHS: Final = 24
IN_DISTRICT: Final = 100
IN_STREET: Final = 10
ROUNDS: Final = 7
TITLE: Final = "公共卫生讲座通知"
Say = Callable[[str], None]


def run(communities: int, say: Say) -> dict[str, Any]:
    """Make the city and measure; answers every figure, in milliseconds unless it says otherwise."""
    now = timezone.now()
    city = _City(communities, now)
    city.make()
    counted = TaskTally.objects.count()
    say(f"{connection.vendor}, {communities:,} communities, {ITEMS:,} items, {counted:,} rows of counts")
    found = {
        "communities": communities,
        "citation": _middle(city.cite),
        "look-up": _middle(city.look_up),
        **city.hand_down(),
        "burden of the city": _middle(city.burden_page),
        "burden of a district": _middle(lambda: city.burden_page(city.districts[0])),
        "raw sum": _middle(city.raw_sum),
        "over": TaskTally.objects.count(),
    }
    for name, value in found.items():
        say(f"{name:28}{value:12,.1f}" if isinstance(value, float) else f"{name:28}{value:12,}")
    return found


def _middle(ask: Callable[[], object]) -> float:
    ask()
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


class _City:
    """The made-up city and the questions asked of it."""

    def __init__(self, communities: int, now: datetime) -> None:
        self.now, self.today = now, timezone.localdate(now)
        self.since = self.today - timedelta(days=900)
        self.ids = [
            f"{CITY}{n // IN_DISTRICT + 1:02d}{n % IN_DISTRICT // IN_STREET + 1:03d}{n % IN_STREET + 1:03d}"
            for n in range(communities)
        ]
        self.districts = sorted({one[:6] for one in self.ids})

    def make(self) -> None:
        """Everything, in bulk."""
        with transaction.atomic():
            self._areas()
            self._units()
            self._list()
            self._agreements()
            self._counts()

    def _areas(self) -> None:
        levels = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}
        codes = sorted({one[:size] for one in self.ids for size in levels}, key=lambda code: (len(code), code))
        Area.objects.bulk_create(
            [
                Area(
                    pk=code,
                    name=f"测试{code}",
                    level=levels[len(code)],
                    parent_id={2: None, 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)],
                    valid_from=self.since,
                )
                for code in codes
            ],
            batch_size=500,
        )

    def _units(self) -> None:
        departments = [
            Unit(code=f"bench-{n}", name=f"测试部门{n}", kind=Unit.Kind.DEPARTMENT, area_id=CITY)
            for n in range(SENDERS)
        ]
        offices = [
            Unit(code=f"bench-{one}", name=f"测试{one}", kind=Unit.Kind.COMMUNITY_OFFICE, area_id=one)
            for one in self.ids
        ]
        Unit.objects.bulk_create([*departments, *offices], batch_size=500)
        self.departments = departments
        people = [("bench-sender", DEPARTMENT_STAFF.code, CITY, departments[0])]
        people.append(("bench-watcher", CIVIL_AFFAIRS.code, CITY, departments[1]))
        people += [
            (f"bench-{one}", COMMUNITY_SECRETARY.code, one, office)
            for one, office in zip(self.ids, offices, strict=True)
        ]
        users = User.objects.bulk_create(
            [
                User(username=name, name="测试", password="!", created_at=self.now, password_changed_at=self.now)
                for name, *_rest in people
            ],
            batch_size=500,
        )
        posts = Post.objects.bulk_create(
            [
                Post(user=user, role=role, area_id=area_id, unit=unit, starts_on=self.since)
                for user, (_name, role, area_id, unit) in zip(users, people, strict=True)
            ],
            batch_size=500,
        )
        self.sender: Actor = actor_for(users[0], posts[0])
        self.watcher = Client()
        self.watcher.force_login(users[1])
        session = self.watcher.session
        session[POST_KEY] = posts[1].pk
        session.save()

    def _list(self) -> None:
        made = MatterList.objects.create(
            area_id=CITY,
            code="bench",
            kind="assist",
            name="测试清单",
            status="published",
            valid_from=self.since,
            source="linli bench",
            is_example=True,
        )
        self.items = Matter.objects.bulk_create(
            [
                Matter(
                    matter_list=made,
                    code=f"{n}",
                    position=n,
                    name=f"协助公共卫生宣传{n}",
                    lead="department",
                    lead_unit=self.departments[n % SENDERS],
                )
                for n in range(ITEMS)
            ],
            batch_size=500,
        )
        Basis.objects.bulk_create(
            [
                Basis(matter=one, form="document", issuer="department", level="city", title="测试文件")
                for one in self.items
            ],
            batch_size=500,
        )

    def _agreements(self) -> None:
        made = Agreement.objects.bulk_create(
            [
                Agreement(
                    unit=self.departments[0],
                    area_id=one,
                    year=self.today.year,
                    status="signed",
                    digest="bench",
                    made_at=self.now,
                    signed_by_id=self.sender.user_id,
                    signed_at=self.now,
                )
                for one in self.ids
            ],
            batch_size=500,
        )
        Clause.objects.bulk_create(
            [
                Clause(agreement=one, position=0, matter=self.items[0], what="测试", waived_because="测试")
                for one in made
            ],
            batch_size=500,
        )

    def _counts(self) -> None:
        this = self.today.replace(day=1)
        months = [months_later(this, -back) for back in range(MONTHS)]
        rows = []
        for places, digits in ((self.ids, 12), (self.districts, 6)):
            for month in months:
                for place in places:
                    for at, unit in enumerate(self.departments):
                        rows.append(self._row(month, place, digits, unit, at))
                if len(rows) > 50_000:
                    TaskTally.objects.bulk_create(rows, batch_size=2000)
                    rows = []
        TaskTally.objects.bulk_create(rows, batch_size=2000)

    def _row(self, month: date, place: str, digits: int, unit: Unit, at: int) -> TaskTally:
        times = 1 if digits == 12 else IN_DISTRICT
        counts = dict.fromkeys(FACETS, times)
        return TaskTally(
            month=month, area_code=place, digits=digits, unit=unit, **(counts | {"off_list": times * (at % 3)})
        )

    # --- the questions

    def cite(self) -> object:
        """The check of one task for one community: citation, agreement, wording, form."""
        cited = Cited(
            matter=citing.loaded().get(pk=self.items[0].pk),
            unit=self.departments[0],
            role=self.sender.role,
            form="task",
            title=TITLE,
            text="请通知居民参加活动，张贴海报",
        )
        return citing.objections(cited, self.ids[:1], self.today)

    def look_up(self) -> object:
        """The items that this sender may cite, out of all."""
        return citable(self.sender, self.today)

    def hand_down(self) -> dict[str, float]:
        """One task for every community, in seconds, and how many notices it wrote; rolled back."""
        taken = []
        notices = 0
        for _round in range(3):
            with transaction.atomic():
                before = Message.objects.count()
                began = time.perf_counter()
                given = HandingGiven(
                    title=TITLE,
                    text="请通知居民参加活动",
                    form="task",
                    area_ids=self.ids,
                    due_on=self.today + timedelta(days=10),
                    asked_minutes=30,
                    key=uuid4().hex,
                    matter=self.items[0],
                )
                done = tasks.hand_down(by=self.sender, given=given, now=self.now)
                taken.append(time.perf_counter() - began)
                assert done.on_list == len(self.ids)
                notices = Message.objects.count() - before
                raw = self._raw_rows()
                transaction.set_rollback(True)
        return {"handed down, seconds": median(taken), "notices": float(notices), "raw rows, seconds": raw}

    def _raw_rows(self) -> float:
        """The same number of bare rows, in one table."""
        row = Case.objects.values().latest("pk")
        rows = [Case(**{**row, "id": None, "number": f"B{n}"}) for n in range(len(self.ids))]
        began = time.perf_counter()
        Case.objects.bulk_create(rows, batch_size=500)
        return time.perf_counter() - began

    def burden_page(self, area_id: str = CITY) -> object:
        """The whole page, over two years."""
        first = months_later(self.today.replace(day=1), 1 - MONTHS)
        answer = self.watcher.get("/burden/", {"area": area_id, "from": f"{first:%Y-%m}"})
        assert answer.status_code == 200
        return answer

    def raw_sum(self) -> object:
        """One sum over the rows that the page of the city reads."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT sum(on_list) FROM {TaskTally._meta.db_table} WHERE digits = 6")
            return cursor.fetchone()
