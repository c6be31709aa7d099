"""A district with many cases, for benches: whole histories with true hashes, written in bulk.

The number of open cases does not follow the total: a district works on some thousands at a time, however many
years lie behind it. So the pages that show open work can be compared at 10,000 and at 1,000,000 cases.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from linli.apps.incidents.flow import INCIDENT
from linli.apps.incidents.models import Incident
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.areas.models import Area, Level
from linli.lib.chain import GENESIS
from linli.project.bench import bulk
from linli.spine.cases import tally
from linli.spine.cases.chain import digest
from linli.spine.cases.models import Assignment, Case, Event, NumberSeries, Tally
from linli.spine.catalogue.models import Matter

OPEN_AT_ONCE = 5000
YEARS = 3
BATCH = 10_000
WORDS = ("楼道堆放杂物", "路灯不亮", "垃圾桶满溢", "电梯故障", "路面积水", "邻居夜间噪声", "树枝遮挡窗户", "井盖松动")

# What happened to closed cases, with how often: the moves after the first, and the state they end in.
HISTORIES: tuple[tuple[int, str, tuple[str, ...], str], ...] = (
    (62, "report", ("accept", "dispatch", "sign", "finish", "verify", "confirm"), "solved"),
    (12, "report", ("accept", "dispatch", "sign", "finish", "verify", "close_unanswered"), "unanswered"),
    (10, "report", ("refuse",), "refused"),
    (16, "report_solved", ("file",), "closed"),
)
OPEN_HISTORIES: tuple[tuple[int, str, tuple[str, ...], str], ...] = (
    (25, "report", (), "reported"),
    (15, "report", ("accept",), "accepted"),
    (10, "report", ("accept", "dispatch"), "dispatched"),
    (25, "report", ("accept", "dispatch", "sign"), "handling"),
    (10, "report", ("accept", "dispatch", "sign", "finish"), "checking"),
    (15, "report", ("accept", "dispatch", "sign", "finish", "verify"), "handled"),
)
PARTS = {"confirm": "reporter", "close_unanswered": "system", "file": "system", "report_solved": "grid"}
UNIT_MOVES = ("sign", "finish")


class Seeder:
    """Makes cases in order of time, so that their numbers are those the engine would have given."""

    def __init__(self, total: int, now: datetime, seed: int = 320105) -> None:
        self.total, self.now, self.chance = total, now, random.Random(seed)
        self.open_at_once = min(OPEN_AT_ONCE, total // 2)
        self.areas = list(Area.objects.filter(level=Level.SUBGRID).order_by("pk").values_list("pk", flat=True))
        self.matters = list(Matter.objects.order_by("pk"))
        self.unit = Unit.objects.get(code="dept-urban")
        self.worker = self._post("community-worker")
        self.department = self._post("department-staff")
        self.numbers: Counter[date] = Counter()
        self.tallies: dict[tally.Key, Counter[str]] = {}
        self.pk, self.event_pk = bulk.next_pk(Case), bulk.next_pk(Event)

    def _post(self, username: str) -> Post:
        return Post.objects.filter(user__username=username).order_by("pk")[0]

    def run(self, progress: Callable[[int], None]) -> None:
        """Write everything, batch by batch, each batch whole or not at all."""
        made = self._cases()
        done = 0
        while done < self.total:
            batch = [next(made) for _number in range(min(BATCH, self.total - done))]
            with transaction.atomic():
                bulk.write(Case, (bulk.values_of(case) for case, _events in batch))
                bulk.write(Event, (bulk.values_of(event) for _case, events in batch for event in events))
                bulk.write(Incident, (bulk.values_of(self._facts(case)) for case, _events in batch))
                # Made first: it asks for the next key, and a connection that copies answers no questions.
                bulk.write(Assignment, list(self._assignments(batch)))
            done += len(batch)
            progress(len(batch))
        self._finish()

    def _finish(self) -> None:
        with transaction.atomic():
            NumberSeries.objects.bulk_create(
                [NumberSeries(day=day, last=last) for day, last in self.numbers.items()],
                update_conflicts=True,
                unique_fields=["day"],
                update_fields=["last"],
            )
            Tally.objects.all().delete()
            rows = [
                Tally(month=month, area_code=area, event_class=event_class, **counts)
                for (month, area, event_class), counts in self.tallies.items()
            ]
            Tally.objects.bulk_create(rows, batch_size=500)
            for model in (Case, Event, Assignment):
                bulk.settle(model)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _cases(self) -> Iterator[tuple[Case, list[Event]]]:
        closed = self.total - self.open_at_once
        span = timedelta(days=365 * YEARS)
        begin = self.now - span - timedelta(days=14)
        for index in range(closed):
            yield self._case(begin + span * (index / closed), HISTORIES)
        for index in range(self.open_at_once):
            opened = self.now - timedelta(days=14) + timedelta(days=14) * (index / self.open_at_once)
            yield self._case(opened, OPEN_HISTORIES)

    def _case(
        self, opened: datetime, histories: tuple[tuple[int, str, tuple[str, ...], str], ...]
    ) -> tuple[Case, list[Event]]:
        chance = self.chance
        _weight, opening, moves, state = chance.choices(histories, [weight for weight, *_rest in histories])[0]
        matter, day = chance.choice(self.matters), timezone.localtime(opened).date()
        self.numbers[day] += 1
        case = Case(
            pk=self.pk,
            number=f"{day:%Y%m%d}{self.numbers[day]:05d}",
            kind=INCIDENT.kind,
            matter=matter,
            event_class=matter.event_class,
            area_id=chance.choice(self.areas),
            source="grid" if opening == "report_solved" else "anonymous",
            title=f"{chance.choice(WORDS)}{self.pk}",
            place=f"{chance.randint(1, 40)}栋{chance.randint(1, 4)}单元",
            lon=118.68 + chance.random() * 0.09,
            lat=31.98 + chance.random() * 0.07,
            opened_at=opened,
            state=INCIDENT.move[opening].target or state,
        )
        self.pk += 1
        self._dates(case, opened, state)
        events = self._events(case, opening, moves, opened)
        case.state = state
        case.seq, case.head_hash = len(events), events[-1].hash
        self._count(case)
        return case, events

    def _dates(self, case: Case, opened: datetime, state: str) -> None:
        """Plain spans instead of the working calendar: a bench asks how fast rows are read, not when they are due."""
        hours = self.chance.random() * 48
        final = INCIDENT.state[state].final
        case.is_open = not final
        case.respond_due, case.term_due = opened + timedelta(days=1), opened + timedelta(days=5)
        case.statutory_due = opened + timedelta(days=60)
        case.state_since = opened + timedelta(hours=hours)
        case.due_at = None if final else case.term_due + timedelta(minutes=self.chance.randint(0, 600))
        case.closed_at = case.state_since if final else None
        if state != "reported":
            case.responded_at = opened + timedelta(hours=hours / 2)
        if state in ("solved", "unanswered", "closed", "handled"):
            case.handled_at = opened + timedelta(hours=hours * 3)
            case.on_spot = state == "closed"
        if state == "solved":
            case.solved, case.satisfaction = True, self.chance.choice((1, 2, 3, 3))
            case.answered_at = case.closed_at
        if state in ("dispatched", "handling", "checking", "handled", "solved", "unanswered"):
            case.unit = self.unit

    def _events(self, case: Case, opening: str, moves: tuple[str, ...], opened: datetime) -> list[Event]:
        events: list[Event] = []
        before, head = "", GENESIS
        for seq, name in enumerate((opening, *moves), start=1):
            after = INCIDENT.move[name].target or before
            post = self.department if name in UNIT_MOVES else self.worker
            system = PARTS.get(name) in ("system", "reporter") or name == "report"
            event = Event(
                pk=self.event_pk,
                case=case,
                seq=seq,
                at=opened + timedelta(minutes=30 * (seq - 1)),
                actor_id=None if system else post.user_id,
                post_id=None if system else post.pk,
                part=PARTS.get(name, "unit" if name in UNIT_MOVES else "community"),
                move=name,
                from_state=before,
                to_state=after,
                note="",
                public_note="已处理" if name == "verify" else "",
                data={},
                prev_hash=head,
            )
            event.hash = head = digest(event, case.number)
            before = after
            self.event_pk += 1
            events.append(event)
        return events

    def _count(self, case: Case) -> None:
        row = self.tallies.setdefault(tally.key_of(case), Counter())
        row.update(tally.facets_of(case))

    def _facts(self, case: Case) -> Incident:
        return Incident(case=case, text=f"{case.title}，{case.place}，请尽快处理。", found_by=Incident.Found.POINT)

    def _assignments(self, batch: list[tuple[Case, list[Event]]]) -> Iterator[list[object]]:
        pk = bulk.next_pk(Assignment)
        for case, _events in batch:
            if case.unit_id is not None:
                ended = case.handled_at
                yield bulk.values_of(
                    Assignment(
                        pk=pk,
                        case=case,
                        unit_id=case.unit_id,
                        at=case.opened_at,
                        signed_at=case.opened_at,
                        ended_at=ended,
                        outcome="finished" if ended else "",
                    )
                )
                pk += 1
