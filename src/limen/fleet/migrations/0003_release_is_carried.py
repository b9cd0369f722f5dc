"""The RELEASE of a device stays here until its lock has signed that it is empty; an activation may take over a door (LOCK-10)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns only."""

    dependencies = [("fleet", "0002_proven_at")]

    operations = [
        migrations.AddField("device", "release", models.BinaryField(default=b"")),
        migrations.AddField("device", "wiped_at", models.DateTimeField(null=True)),
        migrations.AddField("device", "wiped_lost", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("beginning", "swap", models.BooleanField(default=False)),
    ]
