"""Seals at the same moment, on PostgreSQL: no number twice, none left out, nothing sealed twice."""

import pytest

from linli.apps.certificates import actions
from linli.apps.certificates.models import Certificate, CertificateSeries
from linli.apps.certificates.tests.factories import asked, given, item
from linli.lib.errors import Refusal
from linli.spine.cases import chain
from linli.spine.cases.tests.test_races import AT_ONCE, race

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_numbers_have_no_gap_and_no_twin(actor_of, now):
    worker, keeper = actor_of("community-worker"), actor_of("community-secretary")
    rows = [asked(worker, now) for _n in range(AT_ONCE)]
    race(lambda i: actions.act(case_id=rows[i].pk, name="seal", by=keeper, now=now))
    serials = sorted(Certificate.objects.values_list("serial", flat=True))
    assert serials == list(range(1, AT_ONCE + 1))
    assert CertificateSeries.objects.get().last == AT_ONCE
    assert list(chain.verify()) == []


def test_one_certificate_is_sealed_once(actor_of, now):
    keeper = actor_of("community-secretary")
    row = asked(actor_of("community-worker"), now)
    results = race(lambda _i: actions.act(case_id=row.pk, name="seal", by=keeper, now=now))
    assert sum(isinstance(result, Certificate) for result in results) == 1
    assert all(isinstance(result, Certificate | Refusal) for result in results)
    assert CertificateSeries.objects.get().last == 1


def test_sealed_or_corrected_but_never_other_words_than_were_shown(actor_of, now):
    worker, keeper = actor_of("community-worker"), actor_of("community-secretary")
    row = asked(worker, now)

    def both(i):
        if i % 2:
            return actions.act(case_id=row.pk, name="seal", by=keeper, now=now, expected_seq=1)
        return actions.correct(by=worker, case_id=row.pk, given=given(facts=f"共{i}小时"), now=now, expected_seq=1)

    results = race(both)
    assert sum(isinstance(result, Certificate) for result in results) == 1
    row.refresh_from_db()
    assert bool(row.serial) != row.facts.startswith("共")


def test_one_form_sent_many_times_at_once_is_written_once(actor_of, now):
    worker = actor_of("community-worker")
    one = item()
    results = race(lambda _i: actions.ask(by=worker, item=one, given=given(), key="once", now=now))
    assert sum(isinstance(result, Certificate) for result in results) == 1
    assert all(isinstance(result, Certificate | actions.AlreadyAsked) for result in results)
    assert Certificate.objects.count() == 1
