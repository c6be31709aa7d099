"""The values in the trace of changes may be erased or sealed with another key; everything else in it stays."""

from django.db import migrations

from linli.foundation.audit import append_only


class Migration(migrations.Migration):
    dependencies = [("people", "0002_register")]

    operations = [append_only.operations("people_change")]
