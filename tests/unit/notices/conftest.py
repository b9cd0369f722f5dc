"""88 Harbor Street with something to tell, and a mail server that is real."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings

from limen.config.environment import Smtp
from tests.cast import Harbor, harbor


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building; nobody was told anything yet."""
    made = harbor(now)
    made.group("Residents", "Main Entrance", "Package Room", "Gym")
    return made


@dataclass
class Server:
    """A mail server in this process: it keeps what it accepts, and can be told to be busy."""

    taken: list[tuple[list[str], Message]] = field(default_factory=list)
    busy: bool = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (the library's name)
        """Accepts a mail, or says to come again."""
        if self.busy:
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Server]:
    """Mail leaves to it over a socket for the length of a test."""
    kept = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:  # the library calls the port it was told, so 0 would not do
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    settings.LIMEN_SMTP = Smtp("127.0.0.1", port, "", "", start_tls=False, tls=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield kept
    controller.stop()
