"""What a restore forgot, and which log epochs nobody but the lock can have made. Of those believed before, none counts as such: the next are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0007_found_by_digest'),
    ]

    operations = [
        migrations.AddField(
            model_name='logepoch',
            name='chained',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='record',
            name='forgotten_upto',
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='record',
            name='restored_at',
            field=models.DateTimeField(null=True),
        ),
    ]
