"""When the receipt of the proven version reached us: a held-back answer cannot contradict it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]

    operations = [
        migrations.AddField(model_name="doorlist", name="proven_at", field=models.DateTimeField(null=True)),
    ]
