from django.db import migrations


def fill(apps, schema_editor):
    """Items that applications became carry what those were admitted for: kind, area, unit, and what was set aside."""
    Application = apps.get_model('admission', 'Application')
    Matter = apps.get_model('catalogue', 'Matter')
    rows = Application.objects.filter(matter__isnull=False).select_related('matter__matter_list', 'case')
    for row in rows:
        override = row.case.events.filter(move='override').order_by('seq').last() if row.overridden else None
        said = [override.data.get('basis', ''), override.note] if override is not None else []
        Matter.objects.filter(identity=row.matter.identity).update(
            carries=[row.form],
            area_id=row.area_id if row.area_id != row.matter.matter_list.area_id else None,
            asked_by_id=row.unit_id,
            overridden=override.data.get('rules', []) if override is not None else [],
            conditions='；'.join(one for one in said if one)[:500],
        )


class Migration(migrations.Migration):

    dependencies = [
        ('admission', '0008_what_was_admitted'),
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
