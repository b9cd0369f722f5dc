"""Until when a lease opens although the bolt is thrown: one without the right, or with another, is not given again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0008_rollout_by_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='lease',
            name='past_bolt',
            field=models.DateTimeField(null=True),
        ),
    ]
