"""All chapters by file name."""

import json
from collections.abc import Callable, Mapping

from limen.cli.vectorbook import (
    activating,
    channel,
    clocks,
    covering,
    deciding,
    doors,
    entering,
    images,
    lineage,
    opening,
    payloads,
    statements,
    taps,
    telling,
    visits,
)

CHAPTERS: Mapping[str, Callable[[], dict[str, object]]] = {
    "cbor": channel.cbor_cases,
    "frames": channel.frames_cases,
    "noise": channel.noise_cases,
    "advertising": channel.advertising_cases,
    "sign1": statements.sign1_cases,
    "grant": statements.grant_cases,
    "doorinfo": statements.doorinfo_cases,
    "time": statements.time_cases,
    "receipt": statements.receipt_cases,
    "ticket": statements.ticket_cases,
    "operations": statements.operation_cases,
    "bundle": doors.bundle_cases,
    "doorcodes": doors.doorcode_cases,
    "log": doors.log_cases,
    "cards": taps.card_cases,
    "photo": doors.photo_cases,
    "firmware": images.firmware_cases,
    "schedules": deciding.schedule_cases,
    "decisions": deciding.decision_cases,
    "keypad": deciding.keypad_cases,
    "clock": clocks.clock_cases,
    "codes": opening.code_cases,
    "events": telling.event_cases,
    "telemetry": telling.telemetry_cases,
    "roots": lineage.root_cases,
    "payload": payloads.payload_cases,
    "stills": payloads.still_cases,
    "visits": visits.visit_cases,
    "activation": activating.activation_cases,
    "cover": covering.cover_cases,
    "entries": entering.entry_cases,
}


def written(name: str) -> str:
    """A chapter as it stands in its file."""
    return json.dumps(CHAPTERS[name](), indent=1, ensure_ascii=False) + "\n"
