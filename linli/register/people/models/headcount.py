"""How the population of each grid grew and shrank, day by day."""

from django.db import models


class Headcount(models.Model):
    """On `day`, `n` more (or fewer) people of a kind lived in an area; the sum up to a day is its population.

    Kept in the transaction of each event (`actions.spells`); `linli recount` proves it. No personal data.
    """

    area_id = models.CharField(max_length=18)
    kind = models.CharField(max_length=10)
    day = models.DateField()
    n = models.IntegerField()

    class Meta:
        # Answers the sum from the index alone.
        indexes = [models.Index(fields=["area_id", "day", "kind", "n"], name="people_headcount_sum")]
        constraints = [models.UniqueConstraint(fields=["area_id", "kind", "day"], name="people_headcount_once")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.kind} {self.day}"
