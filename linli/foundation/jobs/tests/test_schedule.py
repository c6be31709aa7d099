import threading
from datetime import timedelta

import pytest
from django.db import connections

from linli.foundation.jobs import actions, queries, schedule
from linli.foundation.jobs.models import Heartbeat, Schedule

EVERY = timedelta(minutes=5)


@pytest.fixture
def job(db):
    actions.list_jobs(names=["a.job"])


def claim(now, worker="one"):
    return actions.claim(name="a.job", every=EVERY, worker=worker, now=now)


def test_a_job_is_registered_once_under_its_name(register):
    def work(now):
        return ""

    schedule.periodic(every=EVERY, name="b.work")(work)
    schedule.periodic(every=EVERY, name="b.work")(work)
    schedule.periodic(every=EVERY, name="a.work")(lambda now: "")
    assert [job.name for job in schedule.jobs()] == ["a.work", "b.work"]
    with pytest.raises(ValueError, match="two periodic jobs"):
        schedule.periodic(every=EVERY, name="b.work")(lambda now: "")
    with pytest.raises(ValueError, match="positive"):
        schedule.periodic(every=timedelta(0), name="c.work")


def test_the_jobs_of_installed_apps_are_found():
    schedule.discover()
    names = {job.name for job in schedule.jobs()}
    assert {"jobs.rescue", "jobs.prune", "notifications.deliver", "files.untracked"} <= names


def test_listing_jobs_twice_keeps_their_history(job, now):
    assert claim(now)
    actions.list_jobs(names=["a.job", "b.job"])
    assert queries.schedule().count() == 2
    assert Schedule.objects.get(name="a.job").last_started_at == now


def test_a_job_runs_again_when_its_time_has_passed_since_the_last_start(job, now):
    assert claim(now)
    actions.finish(name="a.job", worker="one", now=now, summary="done")
    assert not claim(now + EVERY - timedelta(seconds=1))
    assert claim(now + EVERY)


def test_a_job_that_a_living_worker_holds_is_left_to_it_however_long(job, now):
    assert claim(now)
    later = now + timedelta(hours=1)
    actions.beat(name="one", now=later)
    assert not claim(later, "two")


def test_a_job_of_a_dead_worker_is_taken_over(job, now):
    actions.beat(name="one", now=now)
    assert claim(now)
    assert not claim(now + EVERY - timedelta(seconds=1), "two")
    assert claim(now + EVERY, "two")


def test_a_job_of_a_worker_that_ended_well_is_free(job, now):
    actions.beat(name="one", now=now + EVERY)
    assert claim(now)
    actions.retire(name="one")
    assert claim(now + EVERY, "two")


def test_a_worker_takes_up_its_own_claim_that_it_could_not_release(job, now):
    assert claim(now)
    actions.beat(name="one", now=now + EVERY)
    assert claim(now + EVERY, "one")


def test_a_worker_that_lost_its_claim_notes_nothing(job, now):
    assert claim(now)
    assert claim(now + EVERY, "two")
    actions.finish(name="a.job", worker="one", now=now + EVERY, summary="late")
    row = Schedule.objects.get()
    assert (row.claimed_by, row.last_summary) == ("two", "")


def test_a_clock_that_was_set_back_does_not_stop_the_jobs(job, now):
    assert claim(now + timedelta(days=30))
    actions.finish(name="a.job", worker="one", now=now)
    assert claim(now)


def test_an_error_is_noted_and_gone_after_a_good_run(job, now):
    assert claim(now)
    actions.finish(name="a.job", worker="one", now=now, error="ValueError: " + "x" * 9000)
    assert Schedule.objects.get().last_error.startswith("ValueError: xxx")
    assert claim(now + EVERY)
    actions.finish(name="a.job", worker="one", now=now + EVERY, summary="3 sent")
    row = Schedule.objects.get()
    assert (row.last_error, row.last_summary, row.claimed_by) == ("", "3 sent", "")


@pytest.mark.django_db
def test_a_worker_is_alive_for_a_minute_after_its_sign(now, django_assert_num_queries):
    assert not queries.worker_alive(now)
    actions.beat(name="one", now=now, detail="x" * 5000)
    actions.beat(name="one", now=now)
    with django_assert_num_queries(1):
        assert queries.worker_alive(now + timedelta(seconds=59))
    assert not queries.worker_alive(now + timedelta(seconds=60))


@pytest.mark.django_db
def test_workers_silent_for_a_day_are_forgotten(now):
    actions.beat(name="old", now=now - timedelta(days=2))
    actions.beat(name="new", now=now)
    assert actions.forget_gone(now=now) == 1
    assert Heartbeat.objects.get().name == "new"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_exactly_one_gets_the_job(now):
    actions.list_jobs(names=["a.job"])
    rounds, workers = 20, 4
    start, won = threading.Barrier(workers), []

    def work(name):
        try:
            for turn in range(rounds):
                start.wait(10)
                if claim(now + EVERY * turn, name):
                    won.append(turn)
                    start.wait(10)
                    actions.finish(name="a.job", worker=name, now=now)
                else:
                    start.wait(10)
                start.wait(10)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[f"worker-{number}"]) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won) == list(range(rounds))
