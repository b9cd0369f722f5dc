"""Records that the lock held side by side: what it had no more, by its own word."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0005_told'),
    ]

    operations = [
        migrations.CreateModel(
            name='Neighbours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.BinaryField(max_length=32)),
                ('after', models.BinaryField(max_length=32)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='neighbours', to='history.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'before', 'after'), name='history_neighbours_once')],
            },
        ),
    ]
