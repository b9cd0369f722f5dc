"""Neighbours name records by digest: a record of years is not read whole to find them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0006_neighbours'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['record', 'digest'], name='history_event_digest'),
        ),
    ]
