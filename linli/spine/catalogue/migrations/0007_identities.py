from uuid import uuid4

from django.db import migrations


def identities(rows):
    """Row → its item: one that kept its code and its name over the versions of its list; every other is its own."""
    known = {}
    return {pk: known.setdefault(chain, uuid4()) for pk, *others in rows if (chain := tuple(others))}


def name_items(apps, schema_editor):
    Matter = apps.get_model('catalogue', 'Matter')
    rows = Matter.objects.filter(identity=None).order_by('matter_list__version', 'pk')
    chains = rows.values_list('pk', 'matter_list__area_id', 'matter_list__code', 'code', 'name')
    for pk, identity in identities(chains).items():
        Matter.objects.filter(pk=pk).update(identity=identity)


def say_what_they_carry(apps, schema_editor):
    """Until now items of these lists carried tasks and forms; inspections and the like had rules of their own."""
    Matter = apps.get_model('catalogue', 'Matter')
    Matter.objects.filter(matter_list__kind__in=('assist', 'entrusted')).update(carries=['task', 'form'])


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_citation'),
    ]

    operations = [
        migrations.RunPython(name_items, migrations.RunPython.noop),
        migrations.RunPython(say_what_they_carry, migrations.RunPython.noop),
    ]
