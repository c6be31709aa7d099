import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to_phone_sealed', models.TextField(blank=True)),
                ('channel', models.CharField(choices=[('inbox', 'Inbox'), ('sms', 'Text message')], max_length=10)),
                ('subject_kind', models.CharField(blank=True, max_length=30)),
                ('subject_id', models.CharField(blank=True, max_length=64)),
                ('text', models.TextField()),
                ('link_path', models.CharField(blank=True, max_length=200)),
                ('collision_key', models.CharField(max_length=200, null=True, unique=True)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed'), ('read', 'Read')], max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('to_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('channel', 'inbox')), fields=['to_user', '-id'], name='notif_inbox'), models.Index(condition=models.Q(('channel', 'inbox'), ('state', 'sent')), fields=['to_user'], name='notif_unread'), models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at', 'id'], name='notif_queue'), models.Index(fields=['subject_kind', 'subject_id'], name='notif_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('channel', 'inbox'), ('to_phone_sealed', ''), ('to_user__isnull', False)), models.Q(('channel', 'sms'), models.Q(('to_phone_sealed', ''), _negated=True)), _connector='OR'), name='notif_has_addressee'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'queued'), _negated=True), models.Q(('channel', 'sms'), ('next_try_at__isnull', False)), _connector='OR'), name='notif_queue_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('read_at__isnull', False), ('state', 'read')), models.Q(models.Q(('state', 'read'), _negated=True), ('read_at__isnull', True)), _connector='OR'), name='notif_read_paired')],
            },
        ),
    ]
