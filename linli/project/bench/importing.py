"""Import of residents: every step of a real batch, beside a bare COPY of the same people with the same indexes."""

import csv
import itertools
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.areas.models import Area, Level
from linli.foundation.imports import actions as batches
from linli.foundation.imports import store
from linli.foundation.imports.kinds import Run
from linli.foundation.imports.models import Batch
from linli.lib.citizen_id import check_digit
from linli.lib.prefix import within
from linli.lib.sheets import open_sheet
from linli.register.people.headings import signature
from linli.register.people.importing import applying, checking
from linli.register.people.importing.columns import proposed
from linli.register.people.importing.kind import CODE
from linli.register.people.importing.reading import LIMITS
from linli.register.people.models import Person

ROWS = 1_000_000
DISTRICT = "320105"
NAMES = (
    "姓名", "身份证号", "与户主关系", "民族", "联系电话", "现住址", "所属网格", "婚姻状况", "文化程度", "政治面貌",
    "工作单位", "户籍地址", "人户一致", "人口类型", "备注",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文玉红梅志海云峰春雪飞龙佳欣宇浩然子涵梓萱一诺"
RELATIONS = ("户主", "配偶", "子", "女", "父亲", "母亲")


@dataclass
class Measured:
    """Seconds of each stage and of the bare COPY; the highest resident memory in MB (children apart)."""

    rows: int
    stages: dict[str, float] = field(default_factory=dict)
    raw: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    memory: int = 0
    memory_of_child: int = 0

    @property
    def ours(self) -> float:
        """Everything between the uploaded file and the applied batch.

        `groups`, the computed groups of those who came, follows afterwards, while everybody can work with them already.
        """
        return sum(took for stage, took in self.stages.items() if stage != "groups")

    @property
    def ratio(self) -> float:
        """How many times as long as the bare COPY; the promise is 10 at most."""
        return self.ours / self.raw


def rows_of(count: int, grids: list[str], seed: int = 320105) -> Iterator[list[str]]:
    """Made-up residents in households of one to five, each with a number that belongs to nobody; always the same."""
    dice = random.Random(seed)
    first, done = date(1932, 1, 1), 0
    for home in itertools.count():
        grid = grids[home % len(grids)]
        nth = home // len(grids)
        # One door for each household: buildings of ten entrances, six floors and four doors on each.
        building = int(grid[-3:]) * 100 + nth // 240 % 100
        address = f"{grid[9:12]}号院{building}幢{nth // 24 % 10 + 1}单元{nth // 4 % 6 + 1}0{nth % 4 + 1}室"
        for member in range(dice.choice((1, 2, 2, 3, 3, 3, 4, 5))):
            if done >= count:
                return
            born = first + timedelta(days=done * 7919 % 34_000)
            # Office 000 does not exist; the sequence makes the number unique.
            body = f"320{done // 34_000 % 900 + 100:03d}"[:6] + f"{born:%Y%m%d}{done // 34_000 % 1000:03d}"
            name = dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)
            yield [
                name, body + check_digit(body), RELATIONS[min(member, 5)], "汉族", f"139{done:08d}", address, grid,
                "已婚" if member < 2 else "未婚", dice.choice(("本科", "高中", "初中", "小学")),
                dice.choice(("群众", "群众", "群众", "团员")), "建邺区某公司", "江苏省南京市建邺区", "一致", "户籍", "",
            ]  # fmt: skip
            done += 1


def grids() -> list[str]:
    """The codes of the sub-grids of the district."""
    rows = Area.objects.filter(**within("id", DISTRICT), level=Level.SUBGRID)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def measure(count: int = ROWS, say: Callable[[str], None] = print) -> Measured:
    """Import `count` people into the district, step by step, then COPY the same rows into a copy of the table."""
    found = Measured(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "residents.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(NAMES)
            out.writerows(rows_of(count, grids()))
        batch = received(path)
    batch = started(batch)
    worker = "bench"
    held = batches.take(batch_id=batch.pk, worker=worker, states=[Batch.State.CHECKING], now=timezone.now())
    assert held is not None
    clock = _Clock(found, say)
    checking.check(Run(held, worker, clock.turn, lambda: None))
    clock.end()
    batches.approve(by=SYSTEM, batch_id=batch.pk, now=timezone.now())
    held = batches.take(batch_id=batch.pk, worker=worker, states=[Batch.State.APPROVED], now=timezone.now())
    assert held is not None
    clock.turn("begin")
    applying.apply(Run(held, worker, clock.turn, lambda: None))
    clock.end()
    batch.refresh_from_db()
    found.counts = batch.counts.get("applied", {})
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found.memory_of_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    found.raw = raw_copy(batch)
    return found


class _Clock:
    """Seconds between two words of what is being done."""

    def __init__(self, found: Measured, say: Callable[[str], None]) -> None:
        self.found, self.say, self.doing, self.since = found, say, "", time.perf_counter()

    def turn(self, doing: str) -> None:
        """What was done until now is over; `doing` begins."""
        self.end()
        self.doing = doing

    def end(self) -> None:
        """Note how long the last thing took."""
        now = time.perf_counter()
        if self.doing:
            took = now - self.since
            self.found.stages[self.doing] = self.found.stages.get(self.doing, 0.0) + took
            self.say(f"{self.doing}: {took:.1f} s")
        self.doing, self.since = "", now


def received(path: Path) -> Batch:
    """A batch whose file was just uploaded."""
    with path.open("rb") as file:
        stored = store.keep(iter(lambda: file.read(1 << 20), b""), path.name, most=1 << 40)
    return Batch.objects.create(
        kind=CODE,
        area_id=DISTRICT,
        original_name=path.name,
        path=stored.name,
        sha256=stored.sha256,
        bytes=stored.bytes,
        made_at=timezone.now(),
    )


def started(batch: Batch) -> Batch:
    """The batch with its columns matched, ready to be checked."""
    book = open_sheet(store.path_of(batch.path), original_name=batch.original_name, limits=LIMITS)
    return batches.start_check(
        by=SYSTEM,
        batch_id=batch.pk,
        sheet=book.sheets[0].name,
        header=(1, 2),
        columns=list(NAMES),
        mapping={str(at): found.key for at, found in proposed(NAMES, []).items()},
        options={"event": "entry", "create": True},
        signature=signature(NAMES),
        now=timezone.now(),
    )


def raw_copy(batch: Batch) -> float:
    """Seconds of PostgreSQL's COPY of the batch's people into an empty table with the same columns and indexes."""
    table = Person._meta.db_table
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute("DROP TABLE IF EXISTS linli_raw_copy")
        cursor.execute(f'CREATE TABLE linli_raw_copy (LIKE "{table}" INCLUDING ALL)')
        with cursor.copy(f'COPY (SELECT * FROM "{table}" WHERE batch_id = {batch.pk} ORDER BY id) TO STDOUT') as out:
            for block in out:
                file.write(block)
        file.seek(0)
        began = time.perf_counter()
        with cursor.copy("COPY linli_raw_copy FROM STDIN") as into:
            while block := file.read(1 << 20):
                into.write(block)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE linli_raw_copy")
    return took
