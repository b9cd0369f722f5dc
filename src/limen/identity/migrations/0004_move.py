from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_language"),
    ]

    operations = [
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person_id", models.UUIDField(unique=True)),
                ("property_id", models.UUIDField()),
                ("address", models.BinaryField()),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
    ]
