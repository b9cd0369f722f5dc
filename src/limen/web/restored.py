"""What a restore did and what it could not, in words: for the terminal and for the bench."""

from django.utils.translation import gettext as _

from limen.storage.replay import Restoring


def done(run: Restoring) -> list[str]:
    """What was taken since the backup and is taken again, one line for each kind with its number."""
    words = {
        "grants_ended": _("Access that had ended, ended again: %(count)s"),
        "grants_narrowed": _("Access that had been narrowed, narrowed again: %(count)s"),
        "groups_narrowed": _("Groups that had been narrowed, narrowed again: %(count)s"),
        "guests_ended": _("Guests who had lost a door, ended again: %(count)s"),
        "people_paused": _("People paused again: %(count)s"),
        "pauses_ended": _("Pauses ended again: %(count)s"),
        "phones_removed": _("Phones removed again: %(count)s"),
        "cards_off": _("Cards turned off again: %(count)s"),
        "codes_reset": _("Codes reset again: %(count)s"),
        "floors_raised": _("Code floors raised again: %(count)s"),
        "codes_kept": _("Temporary codes that live on, with whoever made them: %(count)s"),
        "doors_narrowed": _("Doors where something had been switched off, switched off again: %(count)s"),
        "devices_ended": _("Locks that had left their door, gone again: %(count)s"),
        "signs_ended": _("Signs that had been replaced, ended again: %(count)s"),
        "signs_off": _("Signs whose calls had been switched off, switched off again: %(count)s"),
        "people_forgotten": _("People deleted again: %(count)s"),
        "accounts_deleted": _("Accounts deleted again: %(count)s"),
        "homes_ended": _("Homes ended again: %(count)s"),
        "roles_ended": _("Roles ended again: %(count)s"),
        "passwords_ended": _("Old passwords that open nothing any more: %(count)s"),
        "factors_removed": _("Passkeys and authenticators removed again: %(count)s"),
    }
    return [sentence % {"count": run.counts[what]} for what, sentence in words.items() if what in run.counts]


def missing(run: Restoring) -> list[str]:
    """What was given since the backup and is not here, each with what to do."""
    return list(run.missing)


def next_steps() -> list[str]:
    """What is true after every restore."""
    return [
        _("Every door waits for an update. Until then its lock decides by the list it has."),
        _("Phones renew their access by themselves as soon as they have signal."),
        _("Entries that locks had handed in after the backup are not here; codes and cards made since then are made again."),
    ]
