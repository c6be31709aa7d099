"""The brake on floods: how many reports or code tries one address may make in an hour (rule data)."""

from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.rules import queries as rules
from linli.lib.errors import TooMany


def count(*, key: str, limit: str, area_id: str, now: datetime) -> None:
    """Count one try under `key` against the limit named in the rules. One statement. Raises TooMany."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_reportcount (key, hour, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (key, hour) DO UPDATE SET count = incidents_reportcount.count + 1 RETURNING count",
            [key[:80], hour],
        )
        row = cursor.fetchone()
    assert row is not None
    if row[0] > rules.params("incident.limits", area_id, timezone.localdate(now))[limit]:
        wait = 3600 - int((now - hour).total_seconds())
        text = _("Too many tries from this connection. Please wait an hour, or call the community.")
        raise TooMany(text, retry_after=wait)
