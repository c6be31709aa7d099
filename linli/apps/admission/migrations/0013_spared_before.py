"""What never reached a community is counted for what was handed down before, too."""

from collections import Counter

from django.db import migrations
from django.utils import timezone

STOPPED = ("refused", "correcting", "answered", "corrected")


def fill(apps, schema_editor):
    """Add up by community, district, month and sender; rows that forms without a task need are made."""
    Tally = apps.get_model("admission", "TaskTally")
    sums = Counter()

    def count(facet, area_id, at, unit_id, minutes):
        month = timezone.localdate(at).replace(day=1)
        for code in (area_id[:12], area_id[:6]):
            sums[(code, month, unit_id, facet)] += 1
            sums[(code, month, unit_id, f"{facet}_minutes")] += minutes

    fields = ("case__state", "case__area_id", "case__opened_at", "handing__unit_id", "handing__asked_minutes")
    tasks = apps.get_model("admission", "Task").objects.filter(spent_minutes=None)
    for state, *said in tasks.filter(case__state__in=(*STOPPED, "recalled")).values_list(*fields).iterator():
        count("recalled" if state == "recalled" else "stopped", *said)
    for handing in apps.get_model("admission", "Handing").objects.exclude(answered=[]).iterator():
        for area_id in handing.answered:
            count("answered", area_id, handing.at, handing.unit_id, handing.asked_minutes)
    keys = {}
    for (code, month, unit_id, facet), n in sums.items():
        keys.setdefault((code, month, unit_id), {})[facet] = n
    for (code, month, unit_id), counts in keys.items():
        row, _made = Tally.objects.get_or_create(
            area_code=code, month=month, unit_id=unit_id, defaults={"digits": len(code)}
        )
        for facet, n in counts.items():
            setattr(row, facet, n)
        row.save(update_fields=list(counts))


class Migration(migrations.Migration):

    dependencies = [("admission", "0012_spared")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
