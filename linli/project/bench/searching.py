"""Search while typing: the whole answer of the box, beside one bare look-up in the same index."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.utils.crypto import get_random_string

from linli.project.bench.importing import GIVEN, SURNAMES
from linli.project.bench.runs import HOST, cookie_of
from linli.register.people.models import Person

ADDRESS = "/register/search/suggest/"
#: Who searches, by the account of the demo: a whole district, a street, a community.
SEARCHERS = (("district", "auditor"), ("street", "street-staff"), ("community", "community-worker"))
QUESTIONS = 400


@dataclass(frozen=True)
class Timed:
    """Milliseconds of many questions: the middle one, the slowest but one in a hundred, and the slowest."""

    name: str
    p50: float
    p99: float
    most: float
    raw_p50: float = 0.0


def measure(port: int, count: int = QUESTIONS) -> list[Timed]:
    """Two letters of initials, two of pinyin, a surname, a first name and an address, each asked by the three."""
    found = []
    for place, username in SEARCHERS:
        ask = _asking(HTTPConnection(HOST, port), cookie_of(username))
        for name, typed in _questions(count).items():
            ask(typed[0])
            took = _times(ask, typed)
            raw = _times(_bare, typed) if name == "initials" else []
            found.append(_timed(f"{name}, {place}", took, raw))
    return found


def _questions(count: int) -> dict[str, list[str]]:
    """What is typed: every kind of beginning that there is, over and over; common ones and such as nobody has."""
    letters = "abcdefghjklmnopqrstwxyz"
    pairs = ["".join(pair) for pair in itertools.product(letters, repeat=2)]
    rows = Person.objects.order_by("pk").filter(dwelling__isnull=False)
    homes = list(rows.values_list("dwelling__address", flat=True)[: count * 50 : 50])
    asked = {
        "initials": pairs,
        "pinyin": ["zh", "li", "wa", "ch", "xi", "hu", "ya", "we", "ma", "su"],
        "surname": list(SURNAMES),
        "first name": ["".join(pair) for pair in itertools.pairwise(GIVEN)],
        "address": homes,
    }
    return {
        name: [one for one, _n in zip(itertools.cycle(typed), range(count), strict=False)]
        for name, typed in asked.items()
    }


def _asking(connection: HTTPConnection, cookie: str) -> Callable[[str], None]:
    """Type into the box, as a browser sends it: over a connection that stays open, with the token of the form."""
    token = get_random_string(32)
    headers = {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Language": "zh-hans",
    }

    def ask(typed: str) -> None:
        connection.request("POST", ADDRESS, urlencode({"q": typed}), headers)
        response = connection.getresponse()
        response.read()
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"the search box answered {response.status}")

    return ask


def _bare(typed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM people_person WHERE initials LIKE %s LIMIT 8", [f"{typed}%"])
        cursor.fetchall()


def _times(ask: Callable[[str], None], typed: Sequence[str]) -> list[float]:
    taken = []
    for one in typed:
        began = time.perf_counter()
        ask(one)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def _timed(name: str, took: list[float], raw: list[float]) -> Timed:
    middle = raw[len(raw) // 2] if raw else 0.0
    return Timed(name, took[len(took) // 2], took[int(len(took) * 0.99)], took[-1], middle)
