"""Whoever makes images: bytes, what is said about them, and who signs it. Offline keys and the online one belong to the site's service."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from limen.lock.commands import Command, Restart, TestYourself
from limen.lock.events import Cause, SelfTested, Ticked
from limen.wire import firmware
from limen.wire import operations as ask
from limen.wire.answers import Answer, Staged, missing
from limen.wire.envelope import Role, SoftSigner
from limen.wire.firmware import FirmwareList, Image, Offer, Parts, Targets
from limen.wire.operations import Op
from tests.unit.lock.site import GUS, T0, House, Service, Talk

MODEL_M = 3


@dataclass
class Publisher:
    """One image after the other for Lock M, and the statements about the newest."""

    service: Service
    images: dict[int, bytes] = field(default_factory=dict)
    ver: int = 0
    listed: int = 0
    expires: int = T0 + 180 * 86_400
    list_expires: int = T0 + 180 * 86_400
    model: int = MODEL_M
    said: list[Image] = field(default_factory=list)

    def image(self, number: int, size: int = 3_000, **facts: object) -> Image:
        """A new image, published: the newest targets and list name it and nothing else."""
        data = random.Random(number).randbytes(size)
        digest, parts, _ = firmware.describe(data)
        self.images[number] = data
        plain = Image(
            number=number,
            vendor="limen",
            hardware=(1, 3),
            version=number,
            counter=1,
            size=len(data),
            digest=digest,
            parts=parts,
        )
        self.said = [replace(plain, **facts)]  # type: ignore[arg-type]
        self.ver, self.listed = self.ver + 1, self.listed + 1
        return self.said[0]

    def offer(self, by: Iterable[SoftSigner] | None = None, online: SoftSigner | None = None, number: int | None = None) -> bytes:
        """What a courier pushes first, signed by two holders and the online key unless others are named."""
        targets = Targets(model=self.model, ver=self.ver, expires=self.expires, images=tuple(self.said))
        payload = firmware.encode_targets(targets)
        listed = FirmwareList(ver=self.listed, expires=self.list_expires, targets={self.model: (self.ver, firmware.targets_hash(payload))})
        chosen = self.said[0].number if number is None else number
        return firmware.encode_offer(
            Offer(
                firmware.sign_targets(payload, self.service.holders[:2] if by is None else by),
                firmware.sign_list(listed, online or self.service.roles[Role.KS]),
                chosen,
                firmware.describe(self.images[self.said[0].number])[2],
            )
        )

    def parts(self) -> list[bytes]:
        """The newest image in chunks."""
        image, data = self.said[0], self.images[self.said[0].number]
        parts = Parts(image, firmware.describe(data)[2])
        step = 1 << parts.chunk_log2
        return [data[at : at + step] for at in range(0, len(data), step)]


def aim(home: House, image: Image | None) -> None:
    """The service wants this image on this lock, and the lock's list says so."""
    home.service.aimed = None if image is None else (image.number, image.short)
    home.service.edit()
    home.update(GUS)


def pushing(home: House, *, beside: bool = False) -> Talk:
    """A session that may push."""
    talk, answer = home.present(GUS, home.service.grant(GUS), Op.FIRMWARE, beside=beside)
    assert answer is not None
    return talk


def bring(
    home: House, publisher: Publisher, talk: Talk | None = None, only: Iterable[int] | None = None, offer: bytes | None = None
) -> Answer | None:
    """Offer, then every chunk the lock lacks (or only those)."""
    talk = talk or pushing(home)
    answer = talk.ask(ask.FirmwarePush(None, offer or publisher.offer()))
    if not isinstance(answer, Staged):
        return answer
    parts = publisher.parts()
    for index in only if only is not None else missing(answer.bitmap, len(parts)):
        answer = talk.ask(ask.FirmwarePush(index, parts[index]))
    return answer


def leave_alone(home: House, minutes: int = 2) -> list[Command]:
    """Nobody is at the door; what the lock does by itself, a start included."""
    home.rig.hang_up()
    home.wait(60 * minutes)
    commands = home.rig.do(Ticked())
    return [*commands, *started(home)] if any(isinstance(command, Restart) for command in commands) else commands


def started(home: House, *, radio: bool = True, motor: bool = True) -> list[Command]:
    """The body starts the mind anew and, if it is told to, feels for its radio and motor."""
    commands = home.rig.boot(Cause.RESTART)
    if any(isinstance(command, TestYourself) for command in commands):
        commands = [*commands, *home.rig.do(SelfTested(radio=radio, motor=motor))]
    return commands


def installed(home: House, publisher: Publisher, image: Image) -> None:
    """Aimed, brought, started and confirmed."""
    aim(home, image)
    assert isinstance(bring(home, publisher), Staged)
    leave_alone(home)
    pushing(home)
    assert home.rig.lock.memory.slots.running.number == image.number
    assert not home.rig.lock.memory.slots.on_trial
