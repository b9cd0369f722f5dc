"""A right for one of the staff to open one unit door although its bolt is thrown from inside (LOCK-15)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_what_a_host_calls_a_guest'),
    ]

    operations = [
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('person_id', models.UUIDField(db_index=True)),
                ('door_id', models.UUIDField(db_index=True)),
                ('given_by', models.UUIDField(null=True)),
                ('given_at', models.DateTimeField()),
                ('ends', models.DateTimeField()),
            ],
        ),
    ]
