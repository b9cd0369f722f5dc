"""Does again, after a restore, what ended for accounts since the backup: phones, passwords, passkeys, whole accounts (OPS-2, PEOPLE-7)."""

from collections.abc import Callable
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils.translation import gettext as _

from limen.identity import services
from limen.identity.forgetting import forget_account
from limen.identity.models import Phone, User
from limen.kernel.actors import SYSTEM
from limen.storage import replay
from limen.storage.ledger import Line
from limen.storage.replay import Restoring


@replay.keeps
def sessions() -> Callable[[], None]:
    """Sessions are in no backup: those that live go on, as long as their account is the same person's afterwards."""
    owners = dict(User.objects.values_list("pk", "person_id"))
    rows = list(UserSession.objects.all())
    UserSession.objects.all().delete()

    def put_back() -> None:
        same = {pk for pk, person_id in User.objects.values_list("pk", "person_id") if owners.get(pk) == person_id}
        UserSession.objects.bulk_create([row for row in rows if row.user_id in same])
        for row in rows:
            if row.user_id not in same:
                SessionStore(session_key=row.session_key).delete()

    return put_back


@replay.again
def end_again(run: Restoring) -> None:
    """Removed phones stay removed, an old password or a removed passkey opens nothing, a deleted account is gone."""
    for line in run.of("phone_removed"):
        _remove_phone(UUID(line.facts["phone"]), run)
    for line in run.of("sign_in_changed"):
        _change(line, run)
    run.did("accounts_deleted", sum(forget_account(UUID(line.facts["person"]), run.now) for line in run.of("deletion")))
    if run.of("sign_in_changed"):
        run.misses(_("Passwords that were changed after the backup are not here: their owners ask for a new one where they sign in."))


def _remove_phone(phone_id: UUID, run: Restoring) -> None:
    if Phone.objects.filter(id=phone_id, removed_at=None).exists():
        services.remove_phone(phone_id=phone_id, by=SYSTEM, now=run.now)
        run.did("phones_removed")


def _change(line: Line, run: Restoring) -> None:
    user = User.objects.filter(person_id=line.facts["person"]).first()
    if user is None:
        return
    if line.facts["what"] == "password":
        if user.has_usable_password():
            user.set_unusable_password()
            user.save(update_fields=["password"])
            run.did("passwords_ended")
        return
    for factor in Authenticator.objects.filter(user=user, type=line.facts["type"]):
        if int(factor.created_at.timestamp()) == int(line.facts["made"]):
            factor.delete()
            run.did("factors_removed")
