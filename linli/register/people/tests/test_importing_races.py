"""Batches at the same moment, and a check by two processes: what only real commits and real processes can show."""

import threading
from datetime import date

import pytest
from django.db import connections
from django.utils import timezone

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.people.importing import checking
from linli.register.people.models import Household, Person, Spell, Staged
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import checked, csv_of, mapped, uploaded

ROWS = [
    {
        "姓名": f"张{n}",
        "身份证号": citizen_number(date(1950 + n, 3, 2), "1", 40 + n),
        "现住址": f"莫愁新寓3幢1单元{n}01",
    }
    for n in range(1, 7)
]


def at_once(*ids: int) -> None:
    barrier = threading.Barrier(len(ids))

    def work(batch_id: int) -> None:
        try:
            barrier.wait(timeout=10)
            tasks.run(batch_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(batch_id,)) for batch_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["community-worker", "cw-320105001004"])
def test_two_batches_with_the_same_new_people_are_applied_once(actor_of, other):
    """In one community and in two of the same district: one is applied whole, the other refused whole."""
    actors, made = (actor_of("community-worker"), actor_of(other)), []
    for by in actors:
        batch = checked(by, ROWS, timezone.now())
        assert batch.counts["new"] == len(ROWS), batch.counts
        batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
        made.append(batch.pk)
    at_once(*made)
    found = {batch.pk: batch for batch in Batch.objects.filter(pk__in=made)}
    assert sorted(batch.state for batch in found.values()) == ["applied", "checked"]
    refused = next(batch for batch in found.values() if batch.state == "checked")
    assert refused.message
    assert Person.objects.count() == Spell.objects.count() == len(ROWS)
    assert not Person.objects.filter(batch=refused).exists()
    assert not Household.objects.filter(batch=refused).exists()
    # Matched again, the refused one sees them: as its own people, or as those of the other community.
    by = actors[made.index(refused.pk)]
    batches.check_again(by=by, batch_id=refused.pk, now=timezone.now())
    tasks.run(refused.pk)
    refused.refresh_from_db()
    assert refused.counts["unchanged" if other == "community-worker" else "conflict"] == len(ROWS)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_batch_is_applied_by_one_of_two_workers(actor_of):
    by = actor_of("community-worker")
    batch = checked(by, ROWS, timezone.now())
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    at_once(batch.pk, batch.pk)
    assert Batch.objects.get(pk=batch.pk).state == "applied"
    assert Person.objects.filter(batch=batch).count() == len(ROWS)


@pytest.mark.django_db
def test_two_processes_check_as_one_does(actor_of, monkeypatch):
    by, now = actor_of("community-worker"), timezone.now()
    alone = checked(by, ROWS, now)
    monkeypatch.setattr(checking, "LARGE", 1)
    monkeypatch.setattr(checking, "CHUNK", 2)
    batch = mapped(by, uploaded(by, csv_of(ROWS), now), ROWS, now)
    assert tasks.run(batch.pk) == "done"
    names = ("row", "name", "identity_index", "household_key", "pinyin", "born", "room", "state", "area_id")
    same = [list(Staged.objects.filter(batch=one).order_by("row").values_list(*names)) for one in (alone, batch)]
    assert same[0] == same[1]
