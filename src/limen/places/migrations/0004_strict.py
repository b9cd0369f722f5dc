from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0003_floor_of_a_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="door",
            name="strict",
            field=models.BooleanField(default=False),
        ),
    ]
