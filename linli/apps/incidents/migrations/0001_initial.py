import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='incident', serialize=False, to='cases.case')),
                ('text', models.TextField()),
                ('found_by', models.CharField(choices=[('point', 'a point on the map'), ('words', 'the words of the address'), ('list', 'chosen from the list'), ('post', "the reporter's post")], max_length=10)),
                ('metres_off', models.PositiveIntegerField(default=0, help_text='How far the point lay from the nearest community, when it lay outside every one.')),
            ],
        ),
        migrations.CreateModel(
            name='ReportCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80)),
                ('hour', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'hour'), name='incidents_one_count')],
            },
        ),
    ]
