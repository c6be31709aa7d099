"""A new key for everything: while people work, stopped and started again, on a table that only grows."""

import os
import shutil
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from linli.foundation import vault
from linli.foundation.accounts.models import User
from linli.foundation.audit.models import AccessRecord
from linli.foundation.notifications.actions import SMS_TEXT
from linli.foundation.notifications.models import Message
from linli.foundation.vault import rotation
from linli.foundation.vault.columns import Column
from linli.register.people.actions import fields
from linli.register.people.models import Change, Person
from linli.register.people.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_ring(settings, tmp_path):
    """A copy of the ring, because the people of the district are sealed with it."""
    vault.keyring()
    shutil.copy(settings.LINLI_KEYRING, tmp_path / "ring.json")
    settings.LINLI_KEYRING = tmp_path / "ring.json"
    return tmp_path / "ring.json"


@pytest.fixture
def people(actor_of, now):
    worker = actor_of("community-worker")
    made = [
        person(by=worker, name=f"张{n}", now=now, sequence=n, phone=f"1990000{n:04d}", other_phone="025-8660 0001")
        for n in range(1, 8)
    ]
    fields.apply(person=made[0], given={"phone": "19900007777"}, by=worker, reason="换号", now=now)
    return made


def numbers() -> list[str]:
    return [fields.plain(one, "phone") for one in Person.objects.order_by("pk")]


def keys_of(field: str) -> set[str]:
    return {value.partition(".")[0] for value in Person.objects.values_list(field, flat=True)}


def run(*line: str) -> str:
    out = StringIO()
    call_command("keys", *line, stdout=out, stderr=out)
    return out.getvalue()


def test_everything_is_sealed_with_the_new_key_and_opens(people, now):
    Message.objects.create(
        to_phone_sealed=vault.seal("19900001234", vault.PHONE),
        channel="sms",
        text=vault.seal("您的验证码 123456", SMS_TEXT),
        state="sent",
        created_at=now,
    )
    Message.objects.create(
        to_user=User.objects.first(), channel="inbox", text="not.sealed", state="sent", created_at=now
    )
    before, old = numbers(), vault.keyring().current
    said = run("rotate")
    new = vault.keyring().current
    assert new != old
    assert new in said
    for column, found in rotation.status().items():
        assert set(found) <= {new}, str(column)
    assert numbers() == before
    assert vault.unseal(Message.objects.get(channel="sms").text, SMS_TEXT).endswith("123456")
    assert Message.objects.get(channel="inbox").text == "not.sealed"
    assert AccessRecord.objects.filter(action="keys.rotated", subject_id=new).count() == 1


def test_the_trace_of_changes_moves_too_and_stays_what_it_was(people):
    change = Change.objects.get(field="phone")
    run("rotate")
    moved = Change.objects.get(pk=change.pk)
    assert moved.new_sealed != change.new_sealed
    assert vault.unseal(moved.new_sealed, vault.CHANGE) == "19900007777"
    assert vault.unseal(moved.old_sealed, vault.CHANGE) == "19900000001"


def test_the_database_lets_a_value_of_the_trace_be_erased_or_moved_and_nothing_else(people):
    change = Change.objects.get(field="phone")
    rows = Change.objects.filter(pk=change.pk)
    forged = vault.seal("19911112222", vault.CHANGE)
    for attempt in (
        {"new_sealed": forged},
        {"new_sealed": "nonsense"},
        {"new_sealed": "", "reason": "other"},
        {"field": "name"},
        {"by": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**attempt)
    rows.update(old_sealed="")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(old_sealed="ab." + forged.partition(".")[2])
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    assert Change.objects.get(pk=change.pk).old_sealed == ""


def test_stopped_in_the_middle_it_goes_on(people, monkeypatch):
    before = numbers()
    monkeypatch.setattr(rotation, "BATCH", 3)
    batches = []

    def break_off(column: Column, count: int) -> None:
        batches.append(str(column))
        if batches.count("people_person.phone_sealed") == 2:
            raise KeyboardInterrupt

    rotation.begin()
    with pytest.raises(KeyboardInterrupt):
        rotation.reseal(break_off)
    assert len(keys_of("phone_sealed")) == 2
    assert numbers() == before
    current = vault.keyring().current
    run("rotate", "--resume")
    assert vault.keyring().current == current
    assert keys_of("phone_sealed") == {current}
    assert numbers() == before
    assert rotation.waiting() == 0


def test_a_second_run_touches_nothing(people):
    run("rotate")
    assert rotation.reseal().moved == 0


def test_a_value_that_does_not_open_is_left_and_told(people):
    Person.objects.filter(pk=people[0].pk).update(phone_sealed="feedbeef.AAAA")
    with pytest.raises(CommandError, match="older keys"):
        run("rotate")
    assert Person.objects.get(pk=people[0].pk).phone_sealed == "feedbeef.AAAA"
    assert "feedbeef not on the ring" in run("status")


def test_a_writer_who_was_faster_is_not_overwritten(people, monkeypatch):
    """The value changes after it was read: the guard leaves the new one alone, and the next round moves it."""
    rotation.begin()
    target = people[3].pk
    original = rotation._write
    done = []

    def write(column, moves):
        if str(column) == "people_person.phone_sealed" and not done:
            done.append(True)
            Person.objects.filter(pk=target).update(phone_sealed=vault.seal("19900009999", vault.PHONE))
        return original(column, moves)

    monkeypatch.setattr(rotation, "_write", write)
    rotation.reseal()
    assert fields.plain(Person.objects.get(pk=target), "phone") == "19900009999"
    assert rotation.waiting() == 0


def test_a_process_with_the_old_ring_opens_what_the_new_key_sealed(settings):
    old = vault.keyring()
    fresh = old.rotated()
    fresh.save(settings.LINLI_KEYRING, replace=True)
    # Within the same second it does not look, until a key is unknown.
    from linli.lib import sealing

    sealed = sealing.seal("19900001234", fresh, vault.PHONE)
    assert vault.unseal(sealed, vault.PHONE) == "19900001234"
    assert vault.seal("x", vault.PHONE).startswith(f"{fresh.current}.")


def test_a_process_seals_with_the_new_key_a_second_later(settings, monkeypatch):
    fresh = vault.keyring().rotated()
    fresh.save(settings.LINLI_KEYRING, replace=True)
    later = time.monotonic() + 2
    monkeypatch.setattr(vault.time, "monotonic", lambda: later)
    assert vault.keyring().current == fresh.current


def test_a_lost_file_makes_no_new_keys_while_the_old_are_known(settings):
    ring = vault.keyring()
    settings.LINLI_KEYRING.unlink()
    assert vault.keyring(look=True) == ring
    assert not settings.LINLI_KEYRING.exists()


def test_keys_retire_when_nothing_needs_them_and_a_day_has_passed(people, own_ring):
    assert "no old keys" in run("retire")
    rotation.begin()
    with pytest.raises(CommandError, match="less than a day"):
        run("retire")
    with pytest.raises(CommandError, match="still sealed with older keys"):
        run("retire", "--at-once")
    run("rotate", "--resume")
    yesterday = time.time() - 25 * 3600
    os.utime(own_ring, (yesterday, yesterday))
    said = run("retire")
    assert "Taken off the ring" in said
    assert set(vault.keyring().keys) == {vault.keyring().current}
    assert numbers()[1] == "19900000002"
    assert AccessRecord.objects.filter(action="keys.retired").exists()


def test_status_changes_nothing(people):
    current = vault.keyring().current
    said = run("rotate", "--status")
    assert f"people_person.phone_sealed: {current} 7" in said
    assert vault.keyring().current == current


def test_the_blind_index_stays(people):
    before = vault.index("19900000002", vault.PHONE)
    run("rotate")
    assert vault.index("19900000002", vault.PHONE) == before
    assert Person.objects.filter(phone_index=before).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_rotation_beside_writers_loses_nothing(people, actor_of, monkeypatch):
    """Writers change phones all the while; a row that one holds is passed over and moved in a later round."""
    monkeypatch.setattr(rotation, "BATCH", 2)
    stop, wrong, written = threading.Event(), [], {}

    def write(pk: int) -> None:
        n = 0
        try:
            while not stop.is_set():
                n += 1
                number = f"199{pk % 10000:04d}{n % 10000:04d}"
                with transaction.atomic():
                    row = Person.objects.select_for_update().get(pk=pk)
                    fields.set_plain(row, "phone", number)
                    row.save()
                written[pk] = number
        except Exception as trouble:  # noqa: BLE001 - told below, in the thread of the test
            wrong.append(trouble)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(one.pk,)) for one in people[:3]]
    for writer in writers:
        writer.start()
    try:
        for _time in range(3):
            rotation.begin()
            rotation.reseal()
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    rotation.reseal()
    assert wrong == []
    assert rotation.waiting() == 0
    for pk, number in written.items():
        assert fields.plain(Person.objects.get(pk=pk), "phone") == number


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_for_the_next_run(people):
    rotation.begin()
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Person.objects.select_for_update().get(pk=people[0].pk)
                held.set()
                release.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    try:
        done = rotation.reseal()
        assert done.left == 3  # identity, phone, other phone
    finally:
        release.set()
        holder.join(30)
    assert rotation.reseal().left == 0
