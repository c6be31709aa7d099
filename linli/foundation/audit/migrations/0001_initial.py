from django.db import migrations, models

from linli.foundation.audit import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='at')),
                ('user_id', models.BigIntegerField(blank=True, null=True, verbose_name='user')),
                ('post_id', models.BigIntegerField(blank=True, null=True, verbose_name='post')),
                ('action', models.CharField(max_length=60, verbose_name='action')),
                ('subject_kind', models.CharField(blank=True, max_length=60, verbose_name='kind of subject')),
                ('subject_id', models.CharField(blank=True, max_length=64, verbose_name='subject')),
                ('area_id', models.CharField(blank=True, help_text="Where the actor's post lies.", max_length=18, verbose_name='area')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('ip', models.CharField(blank=True, max_length=45, verbose_name='IP address')),
                ('data', models.JSONField(blank=True, default=dict, verbose_name='data')),
            ],
            options={
                'verbose_name': 'access record',
                'indexes': [models.Index(fields=['user_id', '-id'], name='audit_by_user'), models.Index(fields=['action', '-id'], name='audit_by_action'), models.Index(fields=['subject_kind', 'subject_id', '-id'], name='audit_by_subject')],
            },
        ),
        append_only.operations('audit_accessrecord'),
    ]
