"""Two people at the same moment, on PostgreSQL: one wins, the other is told; no number twice, no count lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from linli.apps.incidents import actions
from linli.apps.incidents.actions import Reporter
from linli.apps.incidents.tests.factories import report
from linli.foundation.accounts.actors import ANONYMOUS
from linli.lib.errors import Refusal
from linli.register.people.models import Party
from linli.spine.cases import chain, tally
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case, Follower

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8


def race(work, times=AT_ONCE):
    """Run `work(i)` in threads that start together; returns results and refusals in order."""
    gate = Barrier(times)

    def one(i):
        gate.wait()
        try:
            return work(i)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_one_of_many_wins_the_same_move(district, actor_of, now):
    case = report(now=now).case
    worker = actor_of("community-worker")
    results = race(lambda i: actions.act(case_id=case.pk, name="accept", by=worker, inputs=Inputs(), now=now))
    assert sum(isinstance(result, Case) for result in results) == 1
    assert sum(isinstance(result, Refusal) for result in results) == AT_ONCE - 1
    case.refresh_from_db()
    assert (case.state, case.seq) == ("accepted", 2)
    assert list(chain.verify()) == []
    assert tally.kept() == tally.recount()


def test_numbers_are_given_once_and_without_gaps(district, now):
    receipts = race(lambda i: report(now=now, phone=f"1990000{i:04d}"))
    numbers = sorted(receipt.case.number for receipt in receipts)
    assert numbers == [f"{now:%Y%m%d}{n:05d}" for n in range(1, AT_ONCE + 1)]
    assert tally.kept() == tally.recount()


def test_the_same_report_from_many_sides_at_once_is_one_case(district, now):
    receipts = race(lambda i: report(now=now, key="same"))
    assert Case.objects.count() == 1
    assert {receipt.case.number for receipt in receipts} == {Case.objects.get().number}
    assert list(chain.verify()) == []


def test_one_phone_at_once_is_one_party(district, now):
    race(lambda i: report(now=now, phone="19900005555"))
    assert Party.objects.count() == 1
    assert Case.objects.count() == AT_ONCE


def test_joining_at_once_counts_every_party_once(district, now):
    case = report(now=now).case
    for known in range(2):
        report(now=now, phone=f"199000088{known:02d}")

    def join(i):
        reporter = Reporter(phone=f"199000088{i % 4:02d}")
        return actions.join(case=case, by=ANONYMOUS, reporter=reporter, inputs=Inputs(), now=now)

    race(join)
    assert Follower.objects.count() == 4
    assert case.events.filter(move="join").count() == 4  # one thumb counts once, and is told once
    assert list(chain.verify()) == []
