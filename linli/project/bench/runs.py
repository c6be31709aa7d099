"""The measurements: each of ours beside its raw limit, one after the other on the same server, as a ratio."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from uuid import uuid4

import shapely
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from shapely.geometry import shape

from linli.foundation.accounts.middleware import POST_KEY
from linli.foundation.accounts.models import Post, User
from linli.foundation.areas.locator import build
from linli.foundation.areas.models import Boundary, Level
from linli.foundation.rules.models import RuleSet
from linli.foundation.rules.queries import params
from linli.lib.prefix import within
from linli.project.bench import load
from linli.project.bench.load import Load, Make
from linli.register.people.models import Person
from linli.spine.cases.models import Case

HOST = "127.0.0.1"
DISTRICT = "320105"


@dataclass(frozen=True)
class Result:
    """One line of the report. `ratio`: ours by the raw limit (for times: theirs by ours), 1 is the limit itself."""

    name: str
    ours: Load
    raw: Load | None

    @property
    def ratio(self) -> float | None:
        return self.ours.per_second / self.raw.per_second if self.raw and self.raw.per_second else None


def without_brake(now: datetime) -> None:
    """A bench sends more reports in an hour than any person may: a rule set for this database alone says so."""
    limits = dict(params("incident.limits", DISTRICT, now.date())) | {"reports_per_hour_ip": 10**9}
    RuleSet.objects.get_or_create(
        domain="incident.limits",
        area_code="",
        version=1,
        defaults={"effective_from": now.date(), "source": "linli bench", "params": limits},
    )


@contextmanager
def server() -> Iterator[int]:
    """A server of its own on a free port, without the background worker; stopped at the end."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "linli.project.cli", "serve", "--no-worker", "--port", str(port)]
    child = subprocess.Popen(command, env=os.environ | {"LINLI_BENCH": "1"}, stdout=subprocess.DEVNULL)
    try:
        _wait(child, port)
        yield port
    finally:
        child.terminate()
        child.wait(20)


def _wait(child: "subprocess.Popen[bytes]", port: int) -> None:
    for _try in range(600):
        if child.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            connection = HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def cookie_of(username: str) -> str:
    """A session of a demo user, as its browser would send it."""
    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[POST_KEY] = Post.objects.filter(user=user).order_by("pk")[0].pk
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Bench:
    """Runs against one server; every pair is measured back to back, so that a slow minute slows both."""

    def __init__(self, port: int, *, connections: int, seconds: float) -> None:
        self.port, self.connections, self.seconds = port, connections, seconds
        self.host = f"{HOST}:{port}"
        self.results: list[Result] = []

    def _load(self, make: Make, expect: int = 200) -> Load:
        return load.run(
            make, host=HOST, port=self.port, connections=self.connections, seconds=self.seconds, expect=expect
        )

    def _pair(self, name: str, ours: Make, raw: Make | None, *, expect: int = 200, raw_expect: int = 200) -> None:
        bare = self._load(raw, raw_expect) if raw else None
        self.results.append(Result(name, self._load(ours, expect), bare))

    def all(self) -> list[Result]:
        """Every HTTP measurement."""
        rows = load.get("/bench/rows", self.host)
        self._pair("intake", self._reports(), self._inserts(), expect=201, raw_expect=201)
        secretary, bureau = cookie_of("community-secretary"), cookie_of("civil-affairs")
        self._pair("queue of a community", load.get("/desk/cases/?view=open", self.host, secretary), rows)
        self._pair("queue of the district", load.get("/desk/cases/?view=open", self.host, bureau), rows)
        self._pair("all cases of the district", load.get("/desk/cases/?view=all", self.host, bureau), rows)
        self._pair("case page", self._case_pages(bureau), rows)
        self._pair("board of the district", load.get("/dashboards/", self.host, bureau), rows)
        return self.results

    def register(self) -> list[Result]:
        """The pages of the register."""
        rows = load.get("/bench/rows", self.host)
        worker, auditor = cookie_of("community-worker"), cookie_of("auditor")
        self._pair("people of a community", load.get("/register/people/", self.host, worker), rows)
        self._pair("people of the district", load.get("/register/people/", self.host, auditor), rows)
        self._pair("aged 80 in the district", load.get("/register/people/?tag=aged", self.host, auditor), rows)
        self._pair("page of a person", self._people(worker), rows)
        return self.results

    def _people(self, cookie: str) -> Make:
        here = Person.objects.filter(**within("area_id", Post.objects.get(user__username="community-worker").area_id))
        ids = list(here.order_by("pk").values_list("pk", flat=True)[:200])
        pages = [load.get(f"/register/people/{pk}/", self.host, cookie)(0) for pk in ids]
        return lambda number: pages[number % len(pages)]

    def _reports(self) -> Make:
        chance = random.Random(1)

        def body(number: int) -> bytes:
            return json.dumps(
                {
                    "text": f"楼道堆放杂物，消防通道走不通，第{number}次",
                    "matter": "hazard.fire",
                    "point": {"lon": 118.70 + chance.random() * 0.05, "lat": 31.99 + chance.random() * 0.04},
                    "place": "3栋2单元",
                    "phone": f"199{chance.randrange(10**8):08d}",
                    "submission_key": str(uuid4()),
                }
            ).encode()

        return load.post("/api/v1/reports", self.host, body)

    def _inserts(self) -> Make:
        return load.post("/bench/insert", self.host, lambda number: b"{}")

    def _case_pages(self, cookie: str) -> Make:
        numbers = list(Case.objects.filter(is_open=True).order_by("pk").values_list("number", flat=True)[:200])
        pages = [load.get(f"/desk/cases/{number}/", self.host, cookie)(0) for number in numbers]
        return lambda number: pages[number % len(pages)]


def point_to_grid(seconds: float = 2.0) -> Result:
    """Point to grid in this process, against shapely alone doing the same look-up in one layer of the same grids."""
    today = timezone.localdate()
    rows = Boundary.objects.current(today).filter(area__level=Level.SUBGRID).values_list("geometry", flat=True)
    shapes = [shape(geometry) for geometry in rows]
    for one in shapes:
        shapely.prepare(one)
    tree, locator = shapely.STRtree(shapes), build(today)
    inside = shapely.union_all(shapes).representative_point()
    chance = random.Random(2)
    points = [(inside.x + chance.uniform(-0.01, 0.01), inside.y + chance.uniform(-0.01, 0.01)) for _n in range(5000)]

    def raw(lon: float, lat: float) -> None:
        tree.query(shapely.points(lon, lat), predicate="within")

    bare = _calls(raw, points, seconds)
    return Result("point to grid", _calls(locator.locate, points, seconds), bare)


def _calls(function: object, points: list[tuple[float, float]], seconds: float) -> Load:
    times: list[float] = []
    assert callable(function)
    for lon, lat in points[:500]:
        function(lon, lat)
    end = time.perf_counter() + seconds
    number = 0
    while time.perf_counter() < end:
        lon, lat = points[number % len(points)]
        begin = time.perf_counter()
        function(lon, lat)
        times.append((time.perf_counter() - begin) * 1000)
        number += 1
    total = sum(times) / 1000
    times.sort()
    return Load(len(times) / total, times[len(times) // 2], times[int(len(times) * 0.99)], len(times), 0)
