from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0007_rollout'),
    ]

    operations = [
        migrations.AddField(
            model_name='rollout',
            name='looks_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='rollout',
            name='silent',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='rollout',
            name='why',
            field=models.CharField(default='', max_length=8),
        ),
    ]
