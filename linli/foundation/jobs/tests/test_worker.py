import signal
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django_tasks_db.models import DBTaskResult

from linli.foundation.jobs import actions, queries, tasks, worker
from linli.foundation.jobs.models import Heartbeat, Schedule
from linli.foundation.jobs.schedule import periodic
from linli.foundation.jobs.tests import sample_tasks

MINUTE = timedelta(minutes=1)


def run_once():
    worker.run(stop=threading.Event(), once=True)


@pytest.fixture(autouse=True)
def keep_the_connection(monkeypatch):
    """The worker renews its connections; a test must keep the one its transaction is on."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)


@pytest.mark.django_db
def test_one_round_runs_what_is_due_and_drains_the_queue(register):
    calls = []
    periodic(every=MINUTE, name="test.job")(lambda now: calls.append(now) or "3 done")
    sample_tasks.note.enqueue("one")
    sample_tasks.note.enqueue("two")
    run_once()
    assert len(calls) == 1
    assert sample_tasks.ran == ["one", "two"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    row = Schedule.objects.get()
    assert (row.last_summary, row.last_error, row.claimed_by) == ("3 done", "", "")
    run_once()
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_job_that_fails_is_noted_and_stops_nobody(register, caplog):
    calls = []

    @periodic(every=MINUTE, name="a.bad")
    def bad(now):
        raise ValueError("no such thing")

    periodic(every=MINUTE, name="b.good")(lambda now: calls.append(now) or "")
    run_once()
    assert len(calls) == 1
    assert Schedule.objects.get(name="a.bad").last_error == "ValueError: no such thing"
    assert "The periodic job a.bad failed." in caplog.text


@pytest.mark.django_db
def test_a_task_that_fails_is_marked_and_the_next_one_runs(register, caplog):
    sample_tasks.fail.enqueue()
    sample_tasks.note.enqueue("after")
    run_once()
    assert sample_tasks.ran == ["after"]
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "SUCCESSFUL"]


@pytest.mark.django_db
def test_a_long_queue_is_drained_in_portions_with_jobs_between(register, monkeypatch):
    monkeypatch.setattr(worker, "TASKS_A_TURN", 2)
    order = []
    periodic(every=timedelta(microseconds=1), name="test.job")(lambda now: order.append(len(sample_tasks.ran)) or "")
    for number in range(5):
        sample_tasks.note.enqueue(str(number))
    worker.run(stop=threading.Event(), once=True)
    assert sample_tasks.ran == ["0", "1", "2", "3", "4"]
    assert order == [0, 2, 4]


@pytest.mark.django_db
def test_a_worker_shows_signs_of_life_and_takes_leave(register):
    seen = []
    periodic(every=MINUTE, name="test.job")(lambda now: seen.append(queries.worker_alive(now)) or "")
    run_once()
    assert seen == [True]
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db
def test_a_worker_told_to_stop_finishes_the_task_in_hand_and_begins_no_other(register, monkeypatch):
    stop = threading.Event()
    periodic(every=MINUTE, name="test.job")(lambda now: "")
    real = worker.Worker.run_task

    def run_task(self, result):
        stop.set()
        real(self, result)

    monkeypatch.setattr(worker.Worker, "run_task", run_task)
    sample_tasks.note.enqueue("one")
    sample_tasks.note.enqueue("two")
    worker.run(stop=stop)
    assert sample_tasks.ran == ["one"]
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


@pytest.mark.django_db
def test_the_database_may_go_away_and_come_back(register, monkeypatch, caplog):
    stop, turns, waits = threading.Event(), iter([1, 0, 0, 0, 1, 2]), []

    def turn(queue, pulse, event):
        match next(turns):
            case 0:
                raise OperationalError("server closed the connection")
            case 2:
                event.set()
        return False

    monkeypatch.setattr(worker, "_turn", turn)
    monkeypatch.setattr(stop, "wait", lambda seconds: waits.append(seconds))
    worker.run(stop=stop)
    assert waits == [2, 4, 8, 16, 2, 2]
    assert caplog.text.count("does not answer") == 1
    assert caplog.text.count("answers again") == 1


@pytest.mark.django_db
def test_a_single_round_without_a_database_says_so(register, monkeypatch):
    def away(*args):
        raise OperationalError("no database")

    monkeypatch.setattr(worker, "_turn", away)
    with pytest.raises(OperationalError):
        run_once()


@pytest.mark.django_db
def test_the_command_does_one_round(register):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    sample_tasks.note.enqueue("by command")
    try:
        call_command("worker", "--once")
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert sample_tasks.ran == ["by command"]


def running_task(now, workers):
    return DBTaskResult.objects.create(
        status="RUNNING",
        started_at=now,
        worker_ids=workers,
        args_kwargs={"args": ["rescued"], "kwargs": {}},
        task_path="linli.foundation.jobs.tests.sample_tasks.note",
        backend_name="default",
        run_after=now,
        exception_class_path="",
        traceback="",
    )


@pytest.mark.django_db
def test_a_task_whose_worker_died_is_queued_again_and_a_deadly_one_given_up(register, now):
    later = now + timedelta(minutes=10)
    actions.beat(name="alive", now=later)
    kept, lost = running_task(now, ["dead", "alive"]), running_task(now, ["dead"])
    deadly, fresh = running_task(now, ["a", "b", "c"]), running_task(later, ["unknown"])
    assert tasks.rescue(later) == "1 queued again, 1 given up"
    status = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert status == {kept.pk: "RUNNING", lost.pk: "READY", deadly.pk: "FAILED", fresh.pk: "RUNNING"}
    run_once()
    assert sample_tasks.ran == ["rescued"]
    assert tasks.rescue(later) == ""


@pytest.mark.django_db
def test_old_results_are_pruned_failures_later(now):
    for status in ("SUCCESSFUL", "FAILED", "RUNNING"):
        for days in (13, 15, 91):
            task = running_task(now, [])
            DBTaskResult.objects.filter(pk=task.pk).update(status=status, finished_at=now - timedelta(days=days))
    assert tasks.prune(now) == "3 results, 0 workers forgotten"


@pytest.mark.django_db
def test_a_pulse_beats_while_the_loop_is_busy_and_stops_when_it_is_stuck(monkeypatch):
    monkeypatch.setattr(worker, "BEAT_EVERY", 0.01)
    beats = []
    pulse = worker.Pulse("one")
    monkeypatch.setattr(pulse, "beat", lambda: beats.append(1))
    with pulse.beating():
        deadline = time.monotonic() + 10
        while len(beats) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(beats) >= 3
        monkeypatch.setattr(worker, "STUCK_AFTER", -1)
        time.sleep(0.05)
        count = len(beats)
        time.sleep(0.05)
        assert len(beats) == count


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_jobs_and_tasks_without_doing_anything_twice(register):
    calls = []
    for number in range(10):
        periodic(every=MINUTE, name=f"test.{number}")(lambda now, number=number: calls.append(number) or "")
    for number in range(30):
        sample_tasks.note.enqueue(str(number))

    def work():
        try:
            run_once()
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(calls) == list(range(10))
    assert sorted(sample_tasks.ran, key=int) == [str(number) for number in range(30)]
