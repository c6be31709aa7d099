import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('areas', '0001_initial'),
        ('files', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('part', models.CharField(max_length=12)),
                ('move', models.CharField(max_length=20)),
                ('from_state', models.CharField(blank=True, max_length=20)),
                ('to_state', models.CharField(max_length=20)),
                ('note', models.TextField(blank=True)),
                ('public_note', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('prev_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['case_id', 'seq'],
            },
        ),
        migrations.CreateModel(
            name='Follower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('area_code', models.CharField(max_length=12)),
                ('event_class', models.CharField(max_length=20)),
                ('opened', models.IntegerField(default=0)),
                ('responded', models.IntegerField(default=0)),
                ('responded_in_time', models.IntegerField(default=0)),
                ('handled', models.IntegerField(default=0)),
                ('handled_in_time', models.IntegerField(default=0)),
                ('answered', models.IntegerField(default=0)),
                ('solved', models.IntegerField(default=0)),
                ('satisfied', models.IntegerField(default=0)),
                ('unanswered', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
                ('reopened', models.IntegerField(default=0)),
                ('on_spot', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'has it'), ('finished', 'finished'), ('returned', 'returned')], default='', max_length=10)),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True, verbose_name='number')),
                ('kind', models.CharField(max_length=20)),
                ('event_class', models.CharField(choices=[('dispute', 'Disputes'), ('hazard', 'Safety hazards'), ('livelihood', 'Daily life'), ('special_groups', 'People who need care'), ('environment', 'Streets and environment'), ('property', 'Property management'), ('policy', 'Policy questions'), ('emergency', 'Emergencies'), ('opinion', 'Opinions and ideas')], max_length=20)),
                ('source', models.CharField(choices=[('resident', 'resident'), ('anonymous', 'anonymous'), ('grid', 'grid patrol'), ('community', 'community office')], max_length=10)),
                ('title', models.CharField(max_length=80)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('state', models.CharField(max_length=20)),
                ('is_open', models.BooleanField(default=True)),
                ('opened_at', models.DateTimeField()),
                ('state_since', models.DateTimeField()),
                ('respond_due', models.DateTimeField()),
                ('responded_at', models.DateTimeField(blank=True, null=True)),
                ('step_due', models.DateTimeField(blank=True, null=True)),
                ('term_due', models.DateTimeField()),
                ('statutory_due', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, help_text='The next deadline; NEVER while paused, none once closed.', null=True)),
                ('extension_days', models.PositiveSmallIntegerField(default=0)),
                ('asked_days', models.PositiveSmallIntegerField(default=0)),
                ('handled_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('solved', models.BooleanField(blank=True, null=True)),
                ('satisfaction', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('reopens', models.PositiveSmallIntegerField(default=0)),
                ('on_spot', models.BooleanField(default=False)),
                ('level', models.PositiveSmallIntegerField(default=0, help_text='0 community, 1 street, 2 district.')),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('seq', models.PositiveIntegerField(default=0)),
                ('head_hash', models.CharField(default='', max_length=64)),
                ('submission_key', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('tracking_index', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
                ('handler', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
