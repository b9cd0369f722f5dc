"""What locks may still hold of people who were deleted, and the words by which they may let go of their record."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0010_log_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Remnant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.UUIDField()),
                ('since', models.DateTimeField()),
                ('version', models.PositiveBigIntegerField(null=True)),
                ('list_gone_at', models.DateTimeField(null=True)),
                ('record_gone_at', models.DateTimeField(null=True)),
                ('unlinked_at', models.DateTimeField(null=True)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='fleet.device')),
            ],
            options={
                'indexes': [models.Index(fields=['person_id'], name='fleet_remnant_person')],
                'constraints': [models.UniqueConstraint(fields=('device', 'person_id'), name='fleet_remnant_once')],
            },
        ),
        migrations.CreateModel(
            name='Discard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upto', models.DateTimeField()),
                ('word', models.BinaryField()),
                ('ordered_at', models.DateTimeField()),
                ('version', models.PositiveBigIntegerField(null=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='fleet.device')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('over_at__isnull', True)), fields=('device',), name='fleet_one_discard')],
            },
        ),
    ]
