"""What doctor finds: each kind of trouble made, and named with what to do."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import translation

from linli.foundation import vault
from linli.foundation.audit import append_only
from linli.foundation.jobs.actions import beat
from linli.lib.sealing import Keyring
from linli.project import doctor
from linli.project.doctor import Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def findings(district, settings, tmp_path, now):
    """What doctor says of the demo district in a home of its own, in English."""
    settings.LINLI_HOME = tmp_path
    settings.LINLI_KEYRING = tmp_path / "keyring.json"
    settings.ALLOWED_HOSTS = ["linli.example.cn"]

    def look(level: Level | None = None, at: datetime = now) -> str:
        with translation.override("en"):
            found = doctor.examine(now=at)
        return "\n".join(finding.text for finding in found if level in (None, finding.level))

    return look


def test_an_installation_that_works_has_no_errors(findings, now):
    beat(name="worker", now=now, detail="")
    assert findings(Level.ERROR) == ""
    assert "The background worker is alive." in findings(Level.GOOD)
    assert "The histories are protected" in findings(Level.GOOD)


def test_the_coverage_gap_is_told(findings):
    assert "9 communities have no grid" in findings(Level.WARNING)


def test_a_worker_that_is_silent_is_told(findings):
    assert "The background worker is not running" in findings(Level.WARNING)


def test_demo_mode_and_demo_accounts_are_told(findings, settings):
    assert "Demo accounts are in this database" in findings(Level.WARNING)
    settings.LINLI_DEMO = True
    assert "Demo mode is on" in findings(Level.WARNING)


def test_open_doors_are_told(findings, settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    told = findings(Level.WARNING)
    assert "Debug mode is on" in told
    assert "LINLI_HOSTS allows every host name" in told
    assert "LINLI_HTTPS is off" in told


def test_that_no_text_message_leaves_is_told(findings, settings):
    gateways = "linli.foundation.notifications.gateways"
    settings.LINLI_SMS_GATEWAY = f"{gateways}.NoGateway"
    assert "residents cannot sign in" in findings(Level.WARNING)
    settings.LINLI_SMS_GATEWAY = f"{gateways}.FileGateway"
    assert "to nobody's phone" in findings(Level.WARNING)
    settings.LINLI_SMS_GATEWAY = f"{gateways}.ConsoleGateway"
    assert "names nothing that can be loaded" in findings(Level.ERROR)


def test_a_home_that_others_can_look_into_is_told(findings, settings):
    settings.LINLI_HOME.chmod(0o700)
    assert "Others can look into" not in findings()
    settings.LINLI_HOME.chmod(0o750)
    assert "Others can look into" in findings(Level.WARNING)


def test_a_keyring_that_others_can_read_is_an_error(findings, settings):
    Keyring.load_or_create(settings.LINLI_KEYRING)
    assert findings(Level.ERROR) == ""
    settings.LINLI_KEYRING.chmod(0o644)
    assert "Run: chmod 600" in findings(Level.ERROR)


def test_a_keyring_that_is_broken_is_an_error(findings, settings):
    settings.LINLI_KEYRING.write_text("{}")
    settings.LINLI_KEYRING.chmod(0o600)
    assert "cannot be read" in findings(Level.ERROR)


def test_a_keyring_that_is_lost_is_an_error_once_phones_are_sealed(findings, settings, now):
    from linli.register.people.actions import party_for_phone

    party_for_phone(phone="19900001234", name="", now=now)
    assert settings.LINLI_KEYRING.exists()
    settings.LINLI_KEYRING.unlink()
    assert "is gone" in findings(Level.ERROR)
    vault._held.clear()


def test_a_home_that_cannot_be_written_is_an_error(findings, settings, tmp_path):
    settings.LINLI_HOME = tmp_path / "file"
    settings.LINLI_HOME.write_text("not a folder")
    assert "is missing" in findings(Level.ERROR)


def test_a_disk_that_is_nearly_full_is_told(findings, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1024**2}))
    assert "make room" in findings(Level.WARNING)


def test_tables_that_lost_their_protection_are_an_error(findings):
    append_only.remove(connection, "cases_event")
    assert "cases_event" in findings(Level.ERROR)
    append_only.install(connection, "cases_event")


def test_a_year_whose_days_off_are_unknown_is_told(findings):
    late = datetime(2031, 5, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert "The official days off of 2031 are not known" in findings(Level.WARNING, late)


def test_missing_migrations_are_an_error(findings, monkeypatch):
    monkeypatch.setattr(doctor, "waiting_migrations", lambda: ["cases.0009_more"])
    told = findings()
    assert "Run: linli manage migrate" in told
    assert "worker" not in told, "what needs the database is not asked"


def test_an_empty_installation_is_told_what_comes_first(db, settings, tmp_path, now):
    settings.LINLI_HOME = tmp_path
    with translation.override("en"):
        told = "\n".join(finding.text for finding in doctor.examine(now=now))
    assert "There are no areas yet" in told
    assert "No list of matters is published" in told
    assert "Nobody can sign in yet" in told
