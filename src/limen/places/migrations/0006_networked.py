from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0005_holidays"),
    ]

    operations = [
        migrations.AddField(
            model_name="door",
            name="networked",
            field=models.BooleanField(null=True),
        ),
    ]
