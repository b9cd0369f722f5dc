"""Headers and sealed records are kept until a receipt leads to them; what waited before is dropped, and locks send it again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="Waiting"),
        migrations.DeleteModel(name="LogEpoch"),
        migrations.RemoveField(model_name="record", name="first_seq"),
        migrations.CreateModel(
            name="LogEpoch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logepoch", models.PositiveBigIntegerField()),
                ("prevtag", models.BinaryField(max_length=16)),
                ("envelope", models.BinaryField(max_length=128)),
                ("seq0", models.PositiveBigIntegerField()),
                ("vouched", models.BooleanField(default=False)),
                ("record", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="epochs", to="history.record")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record", "logepoch", "envelope"), name="history_header_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("vouched", True)), fields=("record", "logepoch"), name="history_logepoch_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logepoch", models.PositiveBigIntegerField()),
                ("i", models.PositiveIntegerField()),
                ("sealed", models.BinaryField(max_length=272)),
                ("prevtag", models.BinaryField(max_length=16, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="waiting", to="history.logepoch"
                    ),
                ),
                ("record", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="waiting", to="history.record")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("record", "logepoch", "i", "sealed"), name="history_waiting_once")],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logepoch", models.PositiveBigIntegerField(null=True)),
                ("seqnext", models.PositiveBigIntegerField(null=True)),
                ("tag", models.BinaryField(max_length=16, null=True)),
                ("hidden", models.BinaryField(max_length=8, null=True)),
                ("probe", models.BinaryField(max_length=8, null=True)),
                ("record", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="heads", to="history.record")),
            ],
        ),
    ]
