from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0005_restored'),
    ]

    operations = [
        migrations.AddField(
            model_name='running',
            name='said_root',
            field=models.PositiveBigIntegerField(default=0),
        ),
    ]
