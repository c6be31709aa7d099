import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_identities'),
    ]

    operations = [
        migrations.AlterField(
            model_name='matter',
            name='identity',
            field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('matter_list', 'identity'), name='catalogue_one_identity'),
        ),
    ]
