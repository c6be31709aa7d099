"""Rule sets of places learn the terms in which a street answers, as they ship; a place may change them."""

from django.db import migrations

TERMS = {
    "at_street": {"amount": 2, "unit": "working_days"},
    "on_hold": {"amount": 5, "unit": "working_days"},
}


def fill(apps, schema_editor):
    for row in apps.get_model("rules", "RuleSet").objects.filter(domain="task.steps"):
        row.params = TERMS | row.params
        row.save(update_fields=["params"])


class Migration(migrations.Migration):

    dependencies = [
        ("admission", "0014_street"),
        ("rules", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
