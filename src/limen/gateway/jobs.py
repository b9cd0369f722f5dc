"""What the gateway is told after a commit: a connected lock's list rose, or somebody pressed "open" (SYNC-7, B.10)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from limen.storage import live, outbox
from limen.wire import limits


@outbox.receives("list.raised")
def on_list_raised(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Tells the lock's socket to look again; told twice it looks twice."""
    live.tell(f"lock.{body['lock']}", {"type": "lock.look"})


@outbox.receives("remote.pressed")
def on_remote_pressed(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Passes an order on while it is fresh; an old one is dropped, never kept for later."""
    if now.timestamp() - int(body["utime"]) <= limits.REMOTE_AGE_S_MAX:
        order = {"type": "lock.remote", "utime": str(body["utime"]), "subj": str(body["subj"]), "ref": str(body["ref"])}
        live.tell(f"lock.{body['lock']}", order)
