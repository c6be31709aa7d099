from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from linli.foundation.audit import append_only


class AuditConfig(AppConfig):
    name = "linli.foundation.audit"
    label = "audit"

    def ready(self) -> None:
        """After each `migrate`, protect again what SQLite's table rebuilds left bare."""
        post_migrate.connect(_protect_again, sender=self)


def _protect_again(*, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    for table in append_only.missing(connection):
        append_only.install(connection, table)
