import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.CharField(max_length=18, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('level', models.CharField(choices=[('province', 'Province'), ('city', 'City'), ('district', 'District'), ('street', 'Street'), ('community', 'Community'), ('grid', 'Grid'), ('subgrid', 'Sub-grid')], max_length=12)),
                ('kind', models.CharField(blank=True, choices=[('basic', 'Basic grid'), ('dedicated', 'Dedicated grid')], default='', max_length=12)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='areas.area')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Boundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('geometry', models.JSONField()),
                ('area_m2', models.PositiveBigIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='areas.area')),
            ],
            options={
                'ordering': ['area_id', 'valid_from'],
            },
        ),
        migrations.CreateModel(
            name='BoundaryVersion',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('stamp', models.CharField(max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='boundary_version_single_row')],
            },
        ),
        migrations.CreateModel(
            name='Lineage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('kind', models.CharField(choices=[('split', 'Split'), ('merge', 'Merge')], max_length=12)),
                ('after', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='areas.area')),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='areas.area')),
            ],
            options={
                'ordering': ['on', 'before_id', 'after_id'],
            },
        ),
        migrations.AddIndex(
            model_name='area',
            index=models.Index(fields=['level', 'id'], name='area_level'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'province'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 2), _connector='OR'), name='area_province_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'city'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 4), _connector='OR'), name='area_city_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'district'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 6), _connector='OR'), name='area_district_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'street'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 9), _connector='OR'), name='area_street_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'community'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 12), _connector='OR'), name='area_community_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'grid'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 15), _connector='OR'), name='area_grid_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'subgrid'), _negated=True), django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 18), _connector='OR'), name='area_subgrid_code_length'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['province', 'city', 'district', 'street', 'community', 'grid', 'subgrid'])), name='area_level_known'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'province'), ('parent__isnull', True)), models.Q(models.Q(('level', 'province'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='area_parent_unless_province'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), django.db.models.lookups.Exact(django.db.models.functions.text.Left('id', django.db.models.functions.text.Length('parent_id')), models.F('parent_id')), _connector='OR'), name='area_code_begins_with_parent'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['basic', 'dedicated']), ('level__in', ('grid', 'subgrid'))), models.Q(models.Q(('level__in', ('grid', 'subgrid')), _negated=True), ('kind', '')), _connector='OR'), name='area_kind_for_grids_only'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='area_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='boundary',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('area',), name='boundary_one_open_per_area'),
        ),
        migrations.AddConstraint(
            model_name='boundary',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='boundary_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='lineage',
            constraint=models.UniqueConstraint(fields=('before', 'after'), name='lineage_once'),
        ),
        migrations.AddConstraint(
            model_name='lineage',
            constraint=models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='lineage_between_two'),
        ),
    ]
