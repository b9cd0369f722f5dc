"""The verbs of credentials: codes, cards, epoch secrets, signed grants.

Digits leave by five of them only: `show_code`, to the owner, `write_letter` and `mail_codes`, for the owner without a phone, `make_temporary`, once
(and to the same asker again when the answer was lost), and `hand_over`, in the guest's mail.
`permanent_digits` and `permanent_digits_at` are for sealed bundles.
"""

from limen.credentials.cards import activate_card, allow_weak_cards, deactivate_card
from limen.credentials.choices import set_one_code, set_second_code
from limen.credentials.codes import (
    ensure_permanent,
    note_proven,
    permanent_digits,
    permanent_digits_at,
    reset_code,
    settle_codes,
    show_code,
)
from limen.credentials.epochs import close_epoch, note_clock, open_epoch
from limen.credentials.handing import hand_over
from limen.credentials.leases import mint_gateway_grant, mint_grant
from limen.credentials.lengths import choose_length
from limen.credentials.letters import Written, mail_codes, write_letter
from limen.credentials.temporary import forget_maker, make_temporary, raise_floor, revoke_temporary

__all__ = [
    "Written",
    "activate_card",
    "allow_weak_cards",
    "choose_length",
    "close_epoch",
    "deactivate_card",
    "ensure_permanent",
    "forget_maker",
    "hand_over",
    "mail_codes",
    "make_temporary",
    "mint_gateway_grant",
    "mint_grant",
    "note_clock",
    "note_proven",
    "open_epoch",
    "permanent_digits",
    "permanent_digits_at",
    "raise_floor",
    "reset_code",
    "revoke_temporary",
    "set_one_code",
    "set_second_code",
    "settle_codes",
    "show_code",
    "write_letter",
]
