"""Notices about doors left open or forced get a table of their own: they say nothing against the record."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DOORWAY = ["door_ajar", "door_forced"]


def move(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    """What was kept among the alarms was told, or was not news any more when it came: neither is told again."""
    Alarm, Told = apps.get_model("history", "Alarm"), apps.get_model("history", "Told")
    rows = Alarm.objects.filter(kind__in=DOORWAY)
    Told.objects.bulk_create(
        Told(record_id=row.record_id, kind=row.kind, logepoch=row.logepoch, i=row.i, at=row.at) for row in rows if row.i is not None
    )
    rows.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0004_sums'),
    ]

    operations = [
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('logepoch', models.PositiveBigIntegerField()),
                ('i', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='told', to='history.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'kind', 'logepoch', 'i'), name='history_told_once')],
            },
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
