import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0004_strict"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("name", models.CharField(max_length=60)),
                (
                    "property",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holidays", to="places.property"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(models.F("property"), models.F("day"), name="holiday_once")],
            },
        ),
    ]
