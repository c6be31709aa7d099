"""Signs of life of the workers, and when each periodic job last ran."""

from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of one process; rows of workers that are long gone are removed. No personal data."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField(db_index=True)
    detail = models.CharField(max_length=200, blank=True)


class Schedule(models.Model):
    """One periodic job: claimed by a guarded update, so that two workers never run it at the same time.

    No personal data.
    """

    name = models.CharField(max_length=100, primary_key=True)
    # The heartbeat name of the worker that runs it now; empty when nobody does.
    claimed_by = models.CharField(max_length=100, blank=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_summary = models.CharField(max_length=500, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
