import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0006_roots_in_steps'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rollout',
            fields=[
                ('model', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('wave', models.PositiveSmallIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('starts', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='fleet.firmwareimage')),
            ],
        ),
    ]
