from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_move"),
    ]

    operations = [
        migrations.AddField(model_name="phone", name="left_at", field=models.DateTimeField(null=True)),
    ]
