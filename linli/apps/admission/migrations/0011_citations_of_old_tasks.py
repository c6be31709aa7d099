"""What came on a list before was cited; rule sets of places learn the terms of the states that are new."""

from django.db import migrations
from django.db.models import F

#: As they ship; a place may change them.
TERMS = {
    "contested": {"amount": 5, "unit": "working_days"},
    "returned": {"amount": 3, "unit": "working_days"},
}


def fill(apps, schema_editor):
    """Nothing was ever taken off a list after it came: what is on one now came on one."""
    apps.get_model("admission", "Task").objects.filter(off_list=False).update(cited=True)
    apps.get_model("admission", "TaskTally").objects.update(cited=F("on_list"))
    for row in apps.get_model("rules", "RuleSet").objects.filter(domain="task.steps"):
        row.params = TERMS | row.params
        row.save(update_fields=["params"])


class Migration(migrations.Migration):

    dependencies = [
        ("admission", "0010_contested"),
        ("rules", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
