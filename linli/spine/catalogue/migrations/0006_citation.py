import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('areas', '0001_initial'),
        ('catalogue', '0005_ended_by'),
    ]

    operations = [
        # Empty for now: one default for all rows would make them all the same item.
        migrations.AddField(
            model_name='matter',
            name='identity',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='matter',
            name='carries',
            field=models.JSONField(blank=True, default=list, verbose_name='what it carries'),
        ),
        migrations.AddField(
            model_name='matter',
            name='area',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='where it holds'),
        ),
        migrations.AddField(
            model_name='matter',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit', verbose_name='who may ask for it'),
        ),
        migrations.AddField(
            model_name='matter',
            name='overridden',
            field=models.JSONField(blank=True, default=list, verbose_name='rules that were set aside'),
        ),
        migrations.AddField(
            model_name='matter',
            name='conditions',
            field=models.CharField(blank=True, max_length=500, verbose_name='conditions of its admission'),
        ),
        migrations.AddField(
            model_name='basis',
            name='suspended_since',
            field=models.DateField(blank=True, null=True, verbose_name='suspended since'),
        ),
    ]
