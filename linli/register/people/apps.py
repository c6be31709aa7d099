from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "linli.register.people"
    label = "people"

    def ready(self) -> None:
        """Say how sheets come in; after each `migrate`, keep the ids taken that SQLite's table rebuilds forgot."""
        from linli.register.people.importing import kind

        kind.ready()
        post_migrate.connect(_keep_ids_taken, sender=self)


def _keep_ids_taken(*, using: str, **kwargs: Any) -> None:
    from linli.register.people.models.removed import Removed, keep_taken

    if using == "default" and Removed._meta.db_table in connections[using].introspection.table_names():
        keep_taken()
