import os
import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from linli.foundation.files import actions, contents, tasks
from linli.foundation.files.models import Content, StoredFile
from linli.foundation.files.tests.factories import make_actor, make_upload

DAY = timedelta(days=1, seconds=1)


def nothing(ids):
    return set()


@pytest.mark.django_db
def test_an_upload_that_nothing_links_goes_after_a_day(kept, now):
    actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    assert actions.sweep_orphans(now=now + timedelta(hours=23), linked=nothing) == actions.Swept(0, 0)
    assert actions.sweep_orphans(now=now + DAY, linked=nothing) == actions.Swept(1, 1)
    assert kept() == []
    assert not Content.objects.exists()


@pytest.mark.django_db
def test_a_linked_upload_stays_and_is_not_asked_about_again(kept, now):
    stored = actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    asked = []

    def linked(ids):
        asked.append(set(ids))
        return {stored.pk}

    assert actions.sweep_orphans(now=now + DAY, linked=linked) == actions.Swept(0, 0)
    assert actions.sweep_orphans(now=now + DAY, linked=linked) == actions.Swept(0, 0)
    assert asked == [{stored.pk}]
    assert len(kept()) == 2


@pytest.mark.django_db
def test_a_content_that_another_upload_shares_stays(kept, now):
    actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    actions.store_photo(upload=make_upload(), by=make_actor(), now=now + timedelta(hours=5))
    assert actions.sweep_orphans(now=now + DAY, linked=nothing) == actions.Swept(1, 0)
    assert len(kept()) == 2
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_more_uploads_than_one_batch_are_all_swept(kept, now, monkeypatch):
    monkeypatch.setattr(actions, "SWEEP_BATCH", 2)
    for colour in ("red", "green", "blue", "white", "black"):
        actions.store_photo(upload=make_upload(colour), by=make_actor(), now=now)
    assert actions.sweep_orphans(now=now + DAY, linked=nothing) == actions.Swept(5, 5)


@pytest.mark.django_db
def test_contents_of_an_undone_transaction_are_swept_when_a_day_old(storage, kept, now):
    with transaction.atomic():
        lost = actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
        transaction.set_rollback(True)
    good = actions.store_photo(upload=make_upload("blue"), by=make_actor(), now=now)
    draft = storage / lost.sha256[:2] / lost.sha256[2:4] / ".draft-0000"
    draft.write_bytes(b"half")
    shelves = {lost.sha256[:2], good.sha256[:2]}
    assert sum(actions.sweep_untracked(now=now, shelf=shelf) for shelf in shelves) == 0
    old = (now - DAY).timestamp()
    for path in storage.rglob("*.*"):
        os.utime(path, (old, old))
    os.utime(draft, (old, old))
    assert sum(actions.sweep_untracked(now=now, shelf=shelf) for shelf in shelves) == 1
    assert kept() == sorted(contents.name_of(good.sha256, size) for size in ("full", "small"))


@pytest.mark.django_db
def test_a_missing_shelf_is_empty(storage, now):
    assert actions.sweep_untracked(now=now, shelf="00") == 0


@pytest.mark.django_db
def test_every_shelf_has_its_hour(storage, now, monkeypatch):
    seen = set()
    monkeypatch.setattr(actions, "sweep_untracked", lambda *, now, shelf: seen.add(shelf) or 0)
    for hour in range(256):
        tasks.sweep_untracked(now + timedelta(hours=hour))
    assert seen == {f"{shelf:02x}" for shelf in range(256)}


@pytest.mark.django_db
def test_a_content_swept_between_writing_and_locking_is_written_again(kept, now, monkeypatch):
    real = actions._hold

    def swept_just_before(hashes, at):
        for sha256 in hashes:
            contents.remove(sha256)
        real(hashes, at)

    monkeypatch.setattr(actions, "_hold", swept_just_before)
    actions.store_photo(upload=make_upload(), by=make_actor(), now=now)
    assert len(kept()) == 2


def run_threads(*jobs):
    """Run these at the same time, each with its own connection; returns what they raised."""
    failures = []

    def guarded(job):
        try:
            job()
        except Exception as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failures


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_uploads_racing_with_sweeps_never_lose_a_content(storage, now):
    by, end = make_actor(), threading.Event()

    def sweep():
        while not end.is_set():
            actions.sweep_orphans(now=now + DAY, linked=nothing)
            for path in storage.glob("*/*/[!.]*"):
                actions._remove_untracked(path.name[:64], now)

    def upload():
        try:
            for turn in range(20):
                uploads = [make_upload(("red", "blue")[turn % 2]), make_upload("green")]
                # Not yet a day old for the sweep, so it must be there …
                stored = actions.store_photos(uploads=uploads, by=by, now=now + timedelta(days=2))
                assert all(contents.complete(one.sha256) for one in stored)
                # … and now it is.
                StoredFile.objects.filter(pk__in=[one.pk for one in stored]).update(uploaded_at=now)
        finally:
            end.set()

    assert run_threads(sweep, upload, upload) == []
