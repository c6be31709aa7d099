import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('areas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatterList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('kind', models.CharField(choices=[('duty', 'duties of the community by law'), ('assist', 'assistance to government'), ('entrusted', 'entrusted work'), ('incident', 'incidents')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('retired', 'retired')], default='draft', max_length=10, verbose_name='status')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
            ],
        ),
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('event_class', models.CharField(choices=[('dispute', 'Disputes'), ('hazard', 'Safety hazards'), ('livelihood', 'Daily life'), ('special_groups', 'People who need care'), ('environment', 'Streets and environment'), ('property', 'Property management'), ('policy', 'Policy questions'), ('emergency', 'Emergencies'), ('opinion', 'Opinions and ideas')], max_length=20, verbose_name='class')),
                ('told', models.CharField(max_length=400, verbose_name='what residents read')),
                ('keywords', models.JSONField(default=list, verbose_name='words that suggest it')),
                ('lead', models.CharField(choices=[('community_office', 'the community'), ('street_office', 'the street office'), ('department', 'a department')], max_length=20, verbose_name='who leads')),
                ('promised_amount', models.PositiveSmallIntegerField(verbose_name='promised term')),
                ('promised_unit', models.CharField(choices=[('hours', 'hours'), ('working_hours', 'working hours'), ('working_days', 'working days'), ('calendar_days', 'calendar days')], max_length=15)),
                ('statutory_amount', models.PositiveSmallIntegerField(verbose_name='statutory term')),
                ('statutory_unit', models.CharField(choices=[('hours', 'hours'), ('working_hours', 'working hours'), ('working_days', 'working days'), ('calendar_days', 'calendar days')], max_length=15)),
                ('basis', models.CharField(max_length=300, verbose_name='basis')),
                ('urgent_call', models.CharField(blank=True, max_length=20, verbose_name='number to call when urgent')),
                ('lead_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('matter_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='catalogue.matterlist')),
            ],
            options={
                'ordering': ['matter_list_id', 'position', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='matterlist',
            constraint=models.UniqueConstraint(fields=('area', 'code', 'version'), name='catalogue_one_version'),
        ),
        migrations.AddConstraint(
            model_name='matterlist',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='catalogue_list_dates'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('matter_list', 'code'), name='catalogue_one_item'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lead', 'department'), _negated=True), ('lead_unit__isnull', False), _connector='OR'), name='catalogue_department_named'),
        ),
    ]
