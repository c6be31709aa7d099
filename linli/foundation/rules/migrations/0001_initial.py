from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('holiday', 'holiday'), ('make_up', 'make-up workday')], max_length=10)),
                ('name', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_code', models.CharField(blank=True, help_text='Empty: everywhere.', max_length=18, verbose_name='area code')),
                ('domain', models.CharField(max_length=60, verbose_name='domain')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('effective_from', models.DateField(verbose_name='valid from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('params', models.JSONField(verbose_name='parameters')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('domain', 'area_code', 'version'), name='rules_one_version'), models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='rules_ends_after_start')],
            },
        ),
    ]
