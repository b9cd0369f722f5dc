"""What notices say (screens 1.7): a title that a stranger may read on a lock screen, and a text for the mail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Facts = Mapping[str, str]
LANGUAGES: Final = ("en", "es")


@dataclass(frozen=True, slots=True)
class Message:
    """One notice: the title is also the subject of the mail and never holds digits; `link` is a path of the service."""

    title: str
    text: str
    link: str


def invitation(facts: Facts) -> Message:
    """The first mail a person gets (PEOPLE-4)."""
    text = _("%(place)s invites you to use its doors. The link is for you alone and works for 30 days.") % {"place": facts["place"]}
    return Message(_("%(place)s invites you") % {"place": facts["place"]}, text, facts["path"])


def guest_invited(facts: Facts) -> Message:
    """A resident's guest, with an account or without one."""
    text = _("%(host)s invites you to doors of %(place)s.") % {"host": facts["host"], "place": facts["place"]}
    return Message(_("%(place)s invites you") % {"place": facts["place"]}, text, facts.get("path") or "/home/")


def access_given(facts: Facts) -> Message:
    """Somebody was given doors."""
    several = facts.get("several") == "yes"
    title = (_("You have new doors: %(doors)s") if several else _("You have a new door: %(doors)s")) % {"doors": facts["doors"]}
    return Message(title, _("The first opening with your phone sets it up."), "/home/")


def access_ended(facts: Facts) -> Message:
    """What ended, and when."""
    return Message(_("Your access to %(doors)s ended") % {"doors": facts["doors"]}, "", "/home/")


def code(facts: Facts) -> Message:
    """A code sent by mail, the only place where digits leave in writing (CODE-8)."""
    text = _("Your code for the %(door)s is %(digits)s. It works until %(until)s. It cannot be taken back.")
    return Message(_("Your code for the %(door)s") % {"door": facts["door"]}, text % dict(facts), "")


def code_made_at_unit(facts: Facts) -> Message:
    """Staff made a temporary code for a home: the household is told at once who and why (CODE-4)."""
    title = _("%(maker)s made a code for %(door)s") % {"maker": facts["maker"], "door": facts["door"]}
    return Message(title, _("Reason: %(why)s.") % {"why": facts.get("why", "")}, "/home/guests")


def override_given(facts: Facts) -> Message:
    """Staff may open a home's door although its bolt is thrown: the household is told at once who, by whom, for how long and why (LOCK-15)."""
    names = {"who": facts["who"], "door": facts["door"]}
    title = _("%(who)s may open %(door)s although the bolt is thrown") % names
    hours = int(facts["hours"])
    ends = ngettext("It ends by itself %(n)d hour after this notice.", "It ends by itself %(n)d hours after this notice.", hours)
    given = _("%(maker)s gave this right.") % {"maker": facts["maker"]} if facts.get("maker") else ""
    why = _("Reason: %(why)s.") % {"why": facts["why"]} if facts.get("why") else ""
    text = (given, why, ends % {"n": hours}, _("Each opening shows in your history."))
    return Message(title, " ".join(part for part in text if part), "/home/history")


def code_reset(facts: Facts) -> Message:
    """A permanent code is another one now (CODE-3)."""
    return Message(
        _("Your code for the %(door)s was reset") % {"door": facts["door"]},
        _("The new code works after this door is updated. Until then the old one works."),
        "/home/codes",
    )


def codes_ended(facts: Facts) -> Message:
    """Temporary codes end with the device they were made for; whoever gave one out hears it (LOCK-10)."""
    return Message(
        _("The codes you made for the %(door)s ended: it has another lock now") % {"door": facts["door"]},
        _("Make new ones for guests who still come."),
        "/home/guests",
    )


def codes_floored(facts: Facts) -> Message:
    """Somebody ends the temporary codes of a door early; whoever gave one out hears it (CODE-13)."""
    return Message(
        _("The codes you made for the %(door)s end early") % {"door": facts["door"]},
        _("They stop when that door is updated. Make new ones for guests who still come."),
        "/home/guests",
    )


def letter_printed(facts: Facts) -> Message:
    """Staff had a letter with permanent codes printed (CODE-8)."""
    title = (
        _("A letter with your codes was printed: %(doors)s")
        if facts.get("several") == "yes"
        else _("A letter with your code was printed: %(doors)s")
    )
    return Message(title % {"doors": facts["doors"]}, _("Do you not expect it? Have the code reset: ask the property team."), "")


def codes_mailed(facts: Facts) -> Message:
    """What is kept of a mail with somebody's own codes (PEOPLE-7)."""
    return Message(
        _("The property team mailed you your own codes"), _("Did you not ask for it? Have them reset: ask the property team."), ""
    )


def own_codes(facts: Facts, codes: Sequence[tuple[str, str, bool]]) -> Message:
    """The mail itself: each door, its digits in groups, and whether the code waits for an update there (PEOPLE-7 wants it said that they stay)."""
    lines = []
    for door, digits, waits in codes:
        line = _("%(door)s: %(digits)s") % {"door": door, "digits": digits}
        lines.append(line + " " + _("It works after this door is updated.") if waits else line)
    several = len(codes) > 1
    stays = (
        _("These are your own codes. They stay until they are reset.")
        if several
        else _("This is your own code. It stays until it is reset.")
    )
    told = _("Did you not ask for it? Have it reset: ask the property team.")
    title = (_("Your codes for %(place)s") if several else _("Your code for %(place)s")) % {"place": facts["place"]}
    return Message(title, "\n\n".join(["\n".join(lines), stays, told]), "")


def card_on(facts: Facts) -> Message:
    """The holder of a card is told either way (CARD-1)."""
    text = _("It opens what you may open, at some doors after their next update. Is it not your card? Tell the property team.")
    return Message(_("Your card is on"), text, "/home/")


def door_ajar(facts: Facts) -> Message:
    """A wired door stands open (LOCK-17)."""
    return Message(_("%(door)s was left open") % {"door": facts["door"]}, "", _where(facts))


def door_forced(facts: Facts) -> Message:
    """A wired door opened though its lock had let nobody through (LOCK-18)."""
    text = _("It opened though its lock let nobody through.")
    return Message(_("%(door)s was forced open") % {"door": facts["door"]}, text, _where(facts))


def _where(facts: Facts) -> str:
    """The history of a home is on its own screen."""
    return "/home/history" if facts.get("home") else "/c/history"


def card_off(facts: Facts) -> Message:
    """The holder of a card is told either way (CARD-1)."""
    return Message(_("Your card is off"), _("A door that is not connected still takes it until that door is updated."), "/home/")


def updates_due(facts: Facts) -> Message:
    """What staff must walk to today."""
    count = int(facts["count"])
    title = ngettext("%(count)d door needs an update today", "%(count)d doors need an update today", count) % {"count": count}
    return Message(title, _("Choose a door in the console to start."), "/c/")


def opened_unit(facts: Facts) -> Message:
    """Somebody who does not live here opened the unit (household only)."""
    title = _("%(who)s, %(what)s, opened %(door)s, %(at)s")
    return Message(title % {name: facts[name] for name in ("who", "what", "door", "at")}, "", "/home/history")


def call_ringing(facts: Facts) -> Message:
    """M23: a visitor calls from the sign of a door."""
    return Message(_("Visitor at the %(door)s") % {"door": facts["door"]}, "", f"/home/call/{facts['call']}")


def phone_removed(facts: Facts) -> Message:
    """A security notice: cannot be switched off."""
    text = _("%(name)s gets nothing new. Was it not you who removed it? Tell the property team.")
    return Message(
        _("A phone was removed from your account"), text % {"name": facts["name"]} if facts.get("name") else "", "/home/me/phones"
    )


def household_grew(facts: Facts) -> Message:
    """The property team added somebody to a home: they see its visits from now on, so the home is told."""
    text = _("%(who)s was added to %(unit)s by the property team and sees its visits. Is that wrong? Tell them.")
    return Message(_("Somebody was added to your home"), text % {"who": facts["joined"], "unit": facts["unit"]}, "/home/")


def new_sign_in(facts: Facts) -> Message:
    """A security notice: cannot be switched off."""
    text = _("Was it not you? End that sign-in on the page below, and choose a new password.")
    return Message(_("New sign-in to your account"), text, "/home/me/phones")


def address_asked(facts: Facts) -> Message:
    """A security notice to the address in force: cannot be switched off."""
    text = _("Nothing moves before it is confirmed there, by who signs in as you. Did you not ask for it? Tell the property team.")
    return Message(_("The property team entered another address for your account"), text, "")


def address_move(facts: Facts) -> Message:
    """The mail to the new address: its link moves nothing unless somebody signs in as the person."""
    text = _("Open the page below and sign in as before. Your access moves to this address then. The link works for 7 days.")
    return Message(_("%(place)s: confirm your new address") % {"place": facts["place"]}, text, facts["path"])


KINDS: Final[Mapping[str, Callable[[Facts], Message]]] = {
    "invitation": invitation,
    "guest_invited": guest_invited,
    "access_given": access_given,
    "access_ended": access_ended,
    "code": code,
    "code_made_at_unit": code_made_at_unit,
    "override_given": override_given,
    "code_reset": code_reset,
    "codes_ended": codes_ended,
    "codes_floored": codes_floored,
    "letter_printed": letter_printed,
    "codes_mailed": codes_mailed,
    "card_on": card_on,
    "card_off": card_off,
    "door_ajar": door_ajar,
    "door_forced": door_forced,
    "updates_due": updates_due,
    "opened_unit": opened_unit,
    "call_ringing": call_ringing,
    "phone_removed": phone_removed,
    "new_sign_in": new_sign_in,
    "household_grew": household_grew,
    "address_asked": address_asked,
}


def say(kind: str, facts: Facts) -> Message:
    """The message of a kind; an unknown kind is a defect of the room that put it (KeyError)."""
    return KINDS[kind](facts)


def then(message: Message, again: Message) -> Message:
    """The same notice in one language after the other, with its link once."""
    return Message(f"{message.title} / {again.title}", f"{message.text}\n\n{again.text}", message.link)


def body(message: Message, origin: str) -> str:
    """The mail's text: the thing first, the address of the screen, nothing else."""
    lines = [message.title + ".", message.text, f"{origin}{message.link}" if message.link else ""]
    return "\n\n".join(line for line in lines if line) + "\n"
