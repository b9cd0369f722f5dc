"""What a lock holds, told to the demonstration's bench and to nobody else: a read-only look that no phone ever gets."""

from dataclasses import dataclass

from limen.lock.memory import Memory


@dataclass(frozen=True, slots=True)
class Holds:
    """`ver` None: no list. `clock_error_s` None: lost. `battery` None: wired."""

    ver: int | None
    epoch: int
    clock: str
    clock_error_s: int | None
    clock_ms: int
    tries_left: int
    tries_max: int
    wait_ms: int
    record: int
    lost: int
    battery: int | None
    bolt_thrown: bool
    faulty: bool
    firmware: int
    on_trial: bool


def holds(memory: Memory, at: int) -> Holds:
    now, held = memory.read_clock(at), memory.held
    rule = held.config.bucket if held else None
    return Holds(
        ver=held.state.ver if held else None,
        epoch=memory.epoch,
        clock=now.quality.name.lower(),
        clock_error_s=None if now.u_ms is None else -(-now.u_ms // 1000),
        clock_ms=now.rtc_ms,
        tries_left=memory.bucket.tokens_left(rule, at) if rule else 0,
        tries_max=rule.tokens if rule else 0,
        wait_ms=memory.bucket.wait_ms(rule, at) if rule else 0,
        record=memory.journal.kept,
        lost=memory.journal.lost,
        battery=memory.battery,
        bolt_thrown=memory.bolt_thrown,
        faulty=memory.faulty,
        firmware=memory.slots.running.version,
        on_trial=memory.slots.on_trial,
    )
