"""What an undone batch took out of the register: ids that stay taken, and that can still be explained (撤销留痕)."""

from collections.abc import Collection, Iterable

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from linli.foundation.imports.models import Batch


class RemovedQuerySet(models.QuerySet["Removed"]):
    def of(self, what: str, ids: Collection[int]) -> "dict[int, Removed]":
        """Id → where it went, for those of these ids that an undone batch removed. One statement."""
        if not ids:
            return {}
        rows = self.filter(what=what, first_id__lte=max(ids), last_id__gte=min(ids)).select_related("batch")
        return {pk: row for row in rows for pk in ids if row.first_id <= pk <= row.last_id}


class Removed(models.Model):
    """撤销留痕: the ids `first_id` … `last_id` stood for people (or homes) of a batch that was undone.

    The access log, exports and moves that were answered keep their numbers for good; this row says of whom they tell.
    No id of it is ever given again: PostgreSQL's sequences and SQLite's AUTOINCREMENT see to that, and on SQLite
    `keep_taken` restores the mark when a migration has rebuilt a table. No personal data.
    """

    class What(models.TextChoices):
        PERSON = "person", _("person")
        EVENT = "event", _("population event")
        HOUSEHOLD = "household", _("household")
        DWELLING = "dwelling", _("dwelling")
        BUILDING = "building", _("building")
        ESTATE = "estate", _("estate")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="removed")
    what = models.CharField(max_length=9, choices=What.choices)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()

    objects = RemovedQuerySet.as_manager()

    class Meta:
        verbose_name = _("what an undone import removed")
        indexes = [models.Index(fields=["what", "last_id"], name="people_removed_ids")]

    def __str__(self) -> str:
        return f"{self.what} {self.first_id}–{self.last_id}"


TABLES = {
    Removed.What.PERSON: "people_person",
    Removed.What.EVENT: "people_populationevent",
    Removed.What.HOUSEHOLD: "people_household",
    Removed.What.DWELLING: "homes_dwelling",
    Removed.What.BUILDING: "homes_building",
    Removed.What.ESTATE: "homes_estate",
}


def note_removed(batch: Batch, what: str, ids: Iterable[int]) -> None:
    """Keep these ids, as stretches, before their rows are deleted."""
    stretches: list[Removed] = []
    for pk in sorted(ids):
        if stretches and stretches[-1].last_id == pk - 1:
            stretches[-1].last_id = pk
        else:
            stretches.append(Removed(batch=batch, what=what, first_id=pk, last_id=pk))
    Removed.objects.bulk_create(stretches, batch_size=500)


def keep_taken() -> None:
    """On SQLite, after `migrate`: a table that was rebuilt counts on from the highest id that was ever given."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for what, table in TABLES.items():
            last = Removed.objects.filter(what=what).aggregate(last=models.Max("last_id"))["last"]
            if last is None:
                continue
            cursor.execute("UPDATE sqlite_sequence SET seq = MAX(seq, %s) WHERE name = %s", [last, table])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT %s, %s"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                [table, last, table],
            )
