"""Forms that were handed down before releases began: what is still open waits for its community, the rest is history."""

from django.db import migrations
from django.utils import timezone

BATCH = 500
STATES = {"doing", "handed_in", "arrived", "off_list", "asked"}


def open_earlier(apps, schema_editor):
    """One form for every community; nothing that is past can be fetched again."""
    handing_model, task_model = apps.get_model("admission", "Handing"), apps.get_model("admission", "Task")
    asked_model, form_model = apps.get_model("forms", "AskedForm"), apps.get_model("forms", "CommunityForm")
    submission_model = apps.get_model("forms", "Submission")
    now = timezone.now()
    today = timezone.localdate(now)
    for handing in handing_model.objects.filter(form="form").order_by("pk").iterator(chunk_size=BATCH):
        tasks = {
            area_id: (pk, state)
            for area_id, pk, state in task_model.objects.filter(handing=handing, columns__gt=0).values_list(
                "case__area_id", "pk", "case__state"
            )
        }
        areas = sorted({*tasks, *handing.answered})
        if not areas:
            continue
        asked = asked_model.objects.create(handing=handing)
        for area_id in areas:
            task_id, state = tasks.get(area_id, (None, ""))
            is_open = state in STATES if task_id is not None else handing.due_on >= today
            kept = "waiting" if is_open else "before"
            form = form_model.objects.create(
                asked=asked, area_id=area_id, task_id=task_id, due_on=handing.due_on, state=kept
            )
            submission_model.objects.create(
                form=form, due_on=handing.due_on, roster=handing.roster, opened_at=handing.at, state=kept
            )


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_releases")]

    operations = [migrations.RunPython(open_earlier, migrations.RunPython.noop, elidable=True)]
