import pytest
from django.db import DatabaseError, connection, transaction

from linli.foundation.audit import append_only
from linli.foundation.audit.actions import record
from linli.foundation.audit.apps import _protect_again
from linli.foundation.audit.models import AccessRecord

pytestmark = pytest.mark.django_db
TABLE = "audit_accessrecord"


class Somebody:
    user_id, post_id, area_id = 7, 8, "320105"


@pytest.fixture
def row(now):
    return record(by=Somebody(), action="test.done", subject_kind="case", subject_id=3, now=now)


def refuses(work):
    with pytest.raises(DatabaseError), transaction.atomic():
        work()


def test_a_record_can_be_added_and_read(row):
    found = AccessRecord.objects.get()
    assert (found.user_id, found.post_id, found.area_id, found.subject_id) == (7, 8, "320105", "3")


def test_a_record_cannot_be_changed(row):
    refuses(lambda: AccessRecord.objects.update(action="nothing"))
    refuses(lambda: row.save())
    assert AccessRecord.objects.get().action == "test.done"


def test_a_record_cannot_be_deleted_one_by_one_or_all_at_once(row):
    refuses(lambda: row.delete())
    refuses(lambda: connection.cursor().execute(f"DELETE FROM {TABLE}"))
    assert AccessRecord.objects.count() == 1


def test_a_record_cannot_be_replaced_by_another_with_its_number(row):
    if connection.vendor == "sqlite":
        sql = (
            f"INSERT OR REPLACE INTO {TABLE} (id, at, action, subject_kind, subject_id, area_id, reason, ip, data)"
            f" VALUES ({row.pk}, '2026-01-01', 'forged', '', '', '', '', '', '{{}}')"
        )
    else:
        sql = (
            f"INSERT INTO {TABLE} (id, at, action, subject_kind, subject_id, area_id, reason, ip, data)"
            f" VALUES ({row.pk}, '2026-01-01', 'forged', '', '', '', '', '', '{{}}')"
            " ON CONFLICT (id) DO UPDATE SET action = 'forged'"
        )
    refuses(lambda: connection.cursor().execute(sql))
    assert AccessRecord.objects.get().action == "test.done"


@pytest.mark.postgresql  # SQLite has no TRUNCATE
def test_truncate_is_refused_on_postgresql(row):
    refuses(lambda: connection.cursor().execute(f"TRUNCATE {TABLE}"))
    assert AccessRecord.objects.count() == 1


def test_every_table_marked_append_only_is_protected():
    assert TABLE in append_only.tables()
    assert TABLE in append_only.installed(connection)
    assert append_only.missing(connection) == []


def test_protection_lost_to_a_rebuilt_table_comes_back_after_migrate(row):
    append_only.remove(connection, TABLE)
    assert append_only.missing(connection) == [TABLE]
    _protect_again(using="default")
    assert append_only.missing(connection) == []
    refuses(lambda: AccessRecord.objects.update(action="nothing"))


def test_installing_twice_is_harmless(row):
    append_only.install(connection, TABLE)
    refuses(lambda: row.delete())


def test_suspension_ends_with_its_block_even_after_an_error(row):
    with pytest.raises(ZeroDivisionError), append_only.suspended(connection):
        _deleted = AccessRecord.objects.all().delete()[0] / 0
    assert AccessRecord.objects.count() == 0
    assert append_only.missing(connection) == []
