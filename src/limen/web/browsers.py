"""What a person recognises a browser by, instead of what it says about itself to programs."""

from typing import Final

from django.utils.translation import gettext as _

# The first name found holds: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
NAMES: Final = (("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Chrom", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
PLACES: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "Mac"), ("Windows", "Windows"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip


def say_browser(agent: str) -> str:
    """ "Chrome on Android"; where neither is known, "A browser"."""
    name = next((said for mark, said in NAMES if mark in agent), _("A browser"))
    place = next((said for mark, said in PLACES if mark in agent), "")
    return _("%(browser)s on %(system)s") % {"browser": name, "system": place} if place else name
