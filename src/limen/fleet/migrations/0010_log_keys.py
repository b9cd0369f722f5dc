"""To which of its building's log keys a lock seals its record, and which keys there are after the first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0009_leases_past_the_bolt'),
    ]

    operations = [
        migrations.AddField(
            model_name='doorlist',
            name='log_key',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='doorlist',
            name='log_key_version',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='LogKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('property_id', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('since', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('property_id', 'number'), name='fleet_log_key_once')],
            },
        ),
    ]
