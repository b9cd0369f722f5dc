"""The mind of a lock: events come in, commands go out.

Nouns: event, command, list store, keypad, trusted time, record.
Promises: an event is durable before the bolt moves; a refusal has one reason; nothing here waits.
Never: touches a radio, a pin, a file or a clock: that is shell/. Flash and chance are ports handed in.
Start reading: core.py, then decide.py; docs/lives/open-a-door.md follows one tap through.
"""
