"""Accounts get names instead of addresses (decision 0170). The address of everybody who signs in stands sealed in `people` already: accounts
were made from it and nothing changed either since. Sessions held the address, and where somebody sat, in clear: they end, and everybody signs
in once more with what they know."""

from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HOST = "person.invalid"


def _name(account: int, person_id: UUID | None) -> str:
    return f"{person_id.hex if person_id else f'nobody-{account}'}@{HOST}"


def give_names(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every account keeps its password and factors. Of allauth's rows of addresses one remains for each, proven if one of them was."""
    users, addresses = apps.get_model("identity", "User"), apps.get_model("account", "EmailAddress")
    proven = set(addresses.objects.filter(verified=True).values_list("user_id", flat=True))
    listed = set(addresses.objects.values_list("user_id", flat=True))
    addresses.objects.all().delete()
    for account, person_id in users.objects.values_list("pk", "person_id").order_by("pk"):
        users.objects.filter(pk=account).update(email=_name(account, person_id))
        if account in listed:
            addresses.objects.create(user_id=account, email=_name(account, person_id), verified=account in proven, primary=True)
    apps.get_model("socialaccount", "SocialAccount").objects.update(extra_data={})
    apps.get_model("usersessions", "UserSession").objects.all().delete()
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(give_names)]
