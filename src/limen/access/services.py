"""The verbs of access: groups, giving, ending, pausing, moving out, guests.

Each says `door.touched` for the doors it changes, in the same transaction; what takes something away names its revocation.
Whether the asker may do it is asked before, by the surface, through `queries`.
"""

from limen.access.ending import move_out, preview_move_out, preview_revoke, preview_suspend, resume, revoke, suspend
from limen.access.giving import give, preview_give, set_sharing
from limen.access.groups import create_group, edit_group, preview_edit_group
from limen.access.guests import invite_guest, revoke_all_guests, revoke_guest
from limen.access.overrides import allow_override

__all__ = [
    "allow_override",
    "create_group",
    "edit_group",
    "give",
    "invite_guest",
    "move_out",
    "preview_edit_group",
    "preview_give",
    "preview_move_out",
    "preview_revoke",
    "preview_suspend",
    "resume",
    "revoke",
    "revoke_all_guests",
    "revoke_guest",
    "set_sharing",
    "suspend",
]
