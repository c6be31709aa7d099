"""Fixtures for all tests: two databases that come back as they were, the demo district, its people, and the time.

Tests without `district` see an empty database; tests that ask for it see the demo district with its areas, accounts
and matters, but no cases. Both are made once for each test process. An ordinary test is rolled back; after one
that really commits (`transaction=True`, `live_server`), the database is put back from a copy, because tables that
only grow cannot be emptied.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def now() -> datetime:
    """A Monday morning within office hours."""
    return datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)


class Databases:
    """The databases of this process: one empty, one with the district; both can be put back as they were."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.db import connection

        self.on_sqlite = settings.LINLI_SQLITE
        self.empty = str(connection.settings_dict["NAME"])
        self.district = f"{self.empty}_district"
        self.in_use = self.empty
        self.dirty = False
        self.keep()

    def use(self, name: str) -> None:
        """Let every new connection of this process go to `name`."""
        from django.db import connections

        if name != self.in_use:
            connections.close_all()
            connections["default"].settings_dict["NAME"] = self.in_use = name
            forget_caches()

    def make_district(self) -> None:
        """Make the second database out of the empty one, and load the district into it."""
        from django.db import connections

        connections.close_all()
        if self.on_sqlite:
            shutil.copyfile(self.empty, self.district)
        else:
            self._drop(self.district)
            self._on_server(f'CREATE DATABASE "{self.district}" TEMPLATE "{self.empty}"')
        self.use(self.district)
        load_district()
        self.keep()

    def keep(self) -> None:
        """Remember the database in use as it is now."""
        from django.db import connection, connections

        if self.on_sqlite:
            connections.close_all()  # folds the write-ahead log into the file
            shutil.copyfile(self.in_use, f"{self.in_use}-kept")
            return
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
            for table in connection.introspection.table_names():
                cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')

    def put_back(self) -> None:
        """Undo what the last test committed."""
        from django.db import connection, connections, transaction

        from linli.foundation.audit import append_only

        connections.close_all()
        if self.on_sqlite:
            # Page by page, as another writer would: a thread of the live server may still hold the file open.
            with (
                closing(sqlite3.connect(f"{self.in_use}-kept")) as kept,
                closing(sqlite3.connect(self.in_use)) as used,
            ):
                kept.backup(used)
        else:
            grown = append_only.installed(connection)
            tables = connection.introspection.table_names()
            steps = [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in grown]
            steps += [f'DELETE FROM "{table}"' for table in tables]
            steps += [f'INSERT INTO "{table}" SELECT * FROM kept."{table}"' for table in tables]
            # Foreign keys are asked at the end, and a table with open questions cannot be altered.
            steps += ["SET CONSTRAINTS ALL IMMEDIATE"]
            steps += [f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in grown]
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(";".join(steps))
        self.dirty = False
        forget_caches()

    def end(self) -> None:
        """Go back to the empty database, which its maker removes, and remove the other."""
        self.use(self.empty)
        if not self.on_sqlite:
            self._drop(self.district)

    def _drop(self, name: str) -> None:
        self._on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        from django.db import connection

        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def databases(django_db_setup, django_db_blocker) -> Iterator[Databases]:
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        made = Databases()

    def instead_of_emptying(self) -> None:
        made.dirty = True

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = instead_of_emptying
    yield made
    TransactionTestCase._fixture_teardown = original
    with django_db_blocker.unblock():
        made.end()


@pytest.fixture(scope="session")
def district_database(databases: Databases, django_db_blocker) -> str:
    """The database with the demo district, made at the first test that asks for it."""
    with django_db_blocker.unblock():
        databases.make_district()
    return databases.district


def load_district() -> None:
    """Areas, accounts and matters of the demo, the day before the time of the tests."""
    from django.utils import timezone

    from linli.foundation.accounts.models import User
    from linli.project.demo import load_district

    load_district(now=datetime(2026, 11, 22, 8, 0, tzinfo=CHINA))
    # Pages ask the real clock how old a password is.
    User.objects.update(password_changed_at=timezone.now())


@pytest.fixture
def _database_in_place(request: pytest.FixtureRequest, databases: Databases, django_db_blocker) -> Iterator[None]:
    """Before a test opens its transaction: the database it wants. After it: put back what it committed."""
    wants_district = "district" in request.fixturenames
    name = request.getfixturevalue("district_database") if wants_district else databases.empty
    with django_db_blocker.unblock():
        databases.use(name)
    yield
    if databases.dirty:
        with django_db_blocker.unblock():
            databases.put_back()


@pytest.fixture
def _django_db_helper(_database_in_place: None, _django_db_helper: None) -> None:
    """pytest-django's own fixture behind every kind of database test, with the right database put there first."""


@pytest.fixture
def district(db: None, now: datetime) -> str:
    """The demo district: 6 streets, 64 communities, 55 grids, its staff and matters. Its code. Caches are warm."""
    from linli.foundation.areas.locator import locator
    from linli.foundation.rules import queries as rules
    from linli.spine.catalogue import queries as catalogue

    rules.calendar("320105", now.date())
    catalogue.offered("320105", now.date())
    locator(now)
    return "320105"


@pytest.fixture
def actor_of(district: str) -> Callable[..., object]:
    """`actor_of("community-worker")`: the actor of a demo user, under the first post or the one with this role."""
    from linli.foundation.accounts.actors import actor_for
    from linli.foundation.accounts.models import User

    def find(username: str, role: str = ""):
        user = User.objects.get(username=username)
        return actor_for(user, _post(user, role))

    return find


@pytest.fixture
def client_for(district: str) -> Callable[..., object]:
    """`client_for("street-staff")`: a client signed in as a demo user, acting under the first post or this role."""
    from django.test import Client

    from linli.foundation.accounts.middleware import POST_KEY
    from linli.foundation.accounts.models import User

    def sign_in(username: str, role: str = "", **options):
        user = User.objects.get(username=username)
        client = Client(**options)
        client.force_login(user)
        session = client.session
        session[POST_KEY] = _post(user, role).pk
        session.save()
        return client

    return sign_in


@pytest.fixture
def resident_client(district: str) -> Callable[..., object]:
    """`resident_client("19900001234")`: a client signed in as the resident with this phone, made if new."""
    from django.test import Client
    from django.utils import timezone

    from linli.foundation import vault
    from linli.foundation.accounts.models import User

    def sign_in(phone: str = "19900001234", name: str = "", **options):
        index = vault.index(phone, vault.PHONE)
        user, _made = User.objects.get_or_create(
            kind=User.Kind.RESIDENT,
            phone_index=index,
            defaults={
                "username": f"r-{index[:32]}",
                "name": name,
                "phone_sealed": vault.seal(phone, vault.PHONE),
                "created_at": timezone.now(),
            },
        )
        client = Client(**options)
        client.force_login(user)
        return client

    return sign_in


def _post(user, role: str):
    posts = user.posts.order_by("pk")
    return (posts.filter(role=role) if role else posts).select_related("area", "unit")[0]


def forget_caches() -> None:
    """What the process remembers of a database that is gone."""
    from django.apps import apps
    from django.core.cache import cache

    cache.clear()
    if apps.is_installed("linli.foundation.rules"):
        from linli.foundation.rules import queries as rules

        rules.forget()
    if apps.is_installed("linli.spine.catalogue"):
        from linli.spine.catalogue import queries as catalogue

        catalogue.forget()
    if apps.is_installed("linli.foundation.areas"):
        from linli.foundation.areas import locator

        locator.look_again()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No test sees the caches or the language of the one before it."""
    yield
    from django.conf import settings

    if not settings.configured:
        return
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)
    forget_caches()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what asks the database: `-m database` leaves out what says the same on every one.

    Races that only PostgreSQL can have are left out elsewhere; the closing line counts them as deselected.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or "db" in fixtures or "transactional_db" in fixtures:
            item.add_marker("database")
    if "postgres" in os.environ.get("DATABASE_URL", ""):
        return
    kept, left = [], []
    for item in items:
        (left if item.get_closest_marker("postgresql") else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept
