"""In which language somebody is written to (decision 0176). Whoever has not signed in since is written to in English, as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_names_for_addresses")]

    operations = [migrations.AddField(model_name="user", name="language", field=models.CharField(default="", max_length=2))]
