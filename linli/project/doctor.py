"""What is wrong with this installation, in sentences that say what to do (`linli doctor`). Looks, never changes."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from linli.foundation.accounts.demo import DEMO_USERS
from linli.foundation.accounts.models import User
from linli.foundation.accounts.passwords import DEMO_PASSWORD
from linli.foundation.areas import checks as areas
from linli.foundation.audit import append_only
from linli.foundation.jobs.queries import worker_alive
from linli.foundation.notifications.gateways import FileGateway, NoGateway
from linli.foundation.rules import queries as rules
from linli.lib.letters import chinese_fonts
from linli.lib.sealing import Keyring, KeyringBroken
from linli.register.people.models import Party
from linli.spine.catalogue.models import MatterList

OLDEST_POSTGRESQL: Final = 15
OLDEST_SQLITE: Final = (3, 35)  # RETURNING
LEAST_FREE: Final = 500 * 1024 * 1024
# The State Council announces the next year's days off in November.
NEXT_YEAR_FROM_MONTH: Final = 12


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: all well, worth knowing, or wrong."""

    level: Level
    text: str

    @property
    def is_error(self) -> bool:
        """Whether the installation does not work because of it."""
        return self.level is Level.ERROR

    def __str__(self) -> str:
        signs = {Level.GOOD: "[ ok ]", Level.WARNING: "[ !! ]", Level.ERROR: "[FAIL]"}
        return f"{signs[self.level]} {self.text}"


Findings = Iterator[Finding]


def examine(*, now: datetime) -> list[Finding]:
    """Look at everything. Without a database the questions that need one are left out."""
    found = [*_settings(), *_gateway(), *_home(), *_keyring(), *_fonts()]
    reached = list(_database())
    found += reached
    if any(finding.is_error for finding in reached):
        return found
    for look in (_sealed, _triggers, _calendar, _areas, _matters, _worker, _accounts):
        found += look(now)
    return found


def good(text: str) -> Finding:
    """Something that is as it should be."""
    return Finding(Level.GOOD, text)


def warning(text: str) -> Finding:
    """Something worth knowing; the installation works."""
    return Finding(Level.WARNING, text)


def error(text: str) -> Finding:
    """Something that keeps the installation from working."""
    return Finding(Level.ERROR, text)


def _settings() -> Findings:
    if settings.LINLI_DEMO:
        yield warning(_("Demo mode is on (LINLI_DEMO): everybody knows the password of its accounts."))
    if settings.DEBUG:
        yield warning(_("Debug mode is on (LINLI_DEBUG): error pages show the inside of the program. Switch it off."))
    if "*" in settings.ALLOWED_HOSTS and not settings.LINLI_DEMO:
        yield warning(_("LINLI_HOSTS allows every host name. Name the ones that people use."))
    if settings.LINLI_HTTPS:
        yield good(_("HTTPS: cookies are sent over encrypted connections only."))
    elif not settings.LINLI_DEMO:
        yield warning(
            _("LINLI_HTTPS is off: passwords travel unprotected unless nobody outside this machine connects.")
        )
    if settings.LINLI_HTTPS and not settings.CSRF_TRUSTED_ORIGINS:
        yield warning(_("LINLI_ORIGINS is empty. Behind a proxy, name the address, for example https://example.cn."))


def _gateway() -> Findings:
    try:
        gateway = import_string(settings.LINLI_SMS_GATEWAY)
    except ImportError as trouble:
        text = _("LINLI_SMS_GATEWAY names nothing that can be loaded (%(reason)s). No text message leaves.")
        yield error(text % {"reason": trouble})
        return
    if gateway is NoGateway:
        yield warning(
            _("LINLI_SMS_GATEWAY is not set: no text message leaves, so residents cannot sign in. Name a gateway.")
        )
    elif gateway is FileGateway and not settings.LINLI_DEMO:
        yield warning(
            _("Text messages with their codes go to a file (LINLI_SMS_GATEWAY) and to nobody's phone. Name a gateway.")
        )


def _home() -> Findings:
    home = settings.LINLI_HOME
    if not home.is_dir():
        yield error(_("The folder %(path)s (LINLI_HOME) is missing. Create it.") % {"path": home})
        return
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        text = _("Others can look into %(path)s (LINLI_HOME), where personal data lies. Run: chmod -R go= %(path)s")
        yield warning(text % {"path": home})
    probe = home / ".doctor"
    try:
        probe.write_bytes(b"linli")
        probe.unlink()
    except OSError as trouble:
        text = _("Nothing can be written to %(path)s (LINLI_HOME): %(reason)s. Correct its owner or rights.")
        yield error(text % {"path": home, "reason": trouble.strerror})
        return
    free = shutil.disk_usage(home).free
    words = {"path": home, "free": f"{free / 1024**3:.1f}"}
    if free < LEAST_FREE:
        yield warning(_("Only %(free)s GB are free in %(path)s. Photos will soon be refused; make room.") % words)
    else:
        yield good(_("Files are kept in %(path)s; %(free)s GB are free.") % words)


def _keyring() -> Findings:
    path = settings.LINLI_KEYRING
    if not path.exists():
        yield good(_("There is no keyring yet. The first phone number makes it (%(path)s).") % {"path": path})
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield error(_("Others can read the keyring %(path)s. Run: chmod 600 %(path)s") % {"path": path})
    try:
        Keyring.load(path)
    except (OSError, KeyringBroken) as trouble:
        text = _(
            "The keyring %(path)s cannot be read: %(reason)s. Bring it back from the backup; do not make a new one."
        )
        yield error(text % {"path": path, "reason": trouble})
        return
    yield good(_("The keyring is there. Keep a copy of it apart from the database."))


def _database() -> Findings:
    try:
        connection.ensure_connection()
    except (DatabaseError, InterfaceError) as trouble:
        text = _("The database does not answer: %(reason)s. Start it, or correct DATABASE_URL.")
        yield error(text % {"reason": str(trouble).strip().splitlines()[0]})
        return
    name = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    version = connection.get_database_version()
    words = {"name": name, "version": ".".join(map(str, version))}
    oldest = OLDEST_SQLITE if name == "SQLite" else (OLDEST_POSTGRESQL,)
    if version < oldest:
        yield error(
            _("%(name)s %(version)s is too old; Linli needs %(oldest)s or newer.")
            % {**words, "oldest": ".".join(map(str, oldest))}
        )
    else:
        yield good(_("The database answers: %(name)s %(version)s.") % words)
    waiting = waiting_migrations()
    if waiting:
        text = _("The database is not up to date: %(count)s steps are missing. Run: linli manage migrate")
        yield error(text % {"count": len(waiting)})


def waiting_migrations() -> list[str]:
    """The migrations that have not been applied."""
    executor = MigrationExecutor(connection)
    return [
        f"{step.app_label}.{step.name}" for step, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]


def _sealed(now: datetime) -> Findings:
    if not settings.LINLI_KEYRING.exists() and Party.objects.exclude(phone_sealed="").exists():
        text = _("The keyring %(path)s is gone, and phone numbers are sealed with it. Bring it back from the backup.")
        yield error(text % {"path": settings.LINLI_KEYRING})


def _fonts() -> Findings:
    found = chinese_fonts(settings.LINLI_FONTS)
    if found:
        yield good(_("PDF is set in %(font)s.") % {"font": found[0]})
    else:
        yield warning(
            _("No Chinese font is installed, so no PDF can be made. Install one, for example fonts-noto-cjk.")
        )


def _triggers(now: datetime) -> Findings:
    bare = append_only.missing(connection)
    if bare:
        text = _("These tables can be edited, but must only grow: %(tables)s. Run: linli manage migrate")
        yield error(text % {"tables": ", ".join(bare)})
    else:
        yield good(_("The histories are protected by the database itself."))


def _calendar(now: datetime) -> Findings:
    today = timezone.localdate(now)
    calendar = rules.calendar("", today)
    years = [today.year] + ([today.year + 1] if today.month >= NEXT_YEAR_FROM_MONTH else [])
    for year in years:
        if not calendar.knows(today.replace(year=year, month=1, day=1)):
            text = _(
                "The official days off of %(year)s are not known. Until they are, only those fixed by law are counted. "
                "Enter them when they are announced."
            )
            yield warning(text % {"year": year})
    yield good(_("The working calendar is known until %(day)s.") % {"day": calendar.known_until.isoformat()})


def _areas(now: datetime) -> Findings:
    problems = areas.problems(timezone.localdate(now))
    yield from map(warning, problems)
    if not problems:
        yield good(_("Areas and grids are complete."))


def _matters(now: datetime) -> Findings:
    today = timezone.localdate(now)
    lists = MatterList.objects.published().filter(kind=MatterList.Kind.INCIDENT, valid_from__lte=today)
    count = lists.exclude(valid_to__lt=today).count()
    if count:
        yield good(_("Published lists of matters in force: %(count)s.") % {"count": count})
    else:
        yield warning(_("No list of matters is published, so nothing can be reported. Publish one."))


def _worker(now: datetime) -> Findings:
    if worker_alive(now):
        yield good(_("The background worker is alive."))
    else:
        yield warning(
            _("The background worker is not running: deadlines and messages stand still. Start: linli worker")
        )


def _accounts(now: datetime) -> Findings:
    if not User.objects.filter(kind=User.Kind.STAFF, is_active=True).exists():
        yield warning(_("Nobody can sign in yet. Make the first account: linli manage account --help"))
    if settings.LINLI_DEMO:
        return
    names = [user.username for user in DEMO_USERS]
    known = [user.username for user in User.objects.filter(username__in=names) if user.check_password(DEMO_PASSWORD)]
    if known:
        text = _("Demo accounts are in this database; outside demo mode they cannot sign in. Close them: %(names)s.")
        yield warning(text % {"names": ", ".join(known)})
