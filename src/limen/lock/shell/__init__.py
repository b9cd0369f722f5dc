"""The body of a lock: small adapters between the mind and flash, channels and the clock.

Nouns: flash, channel, runner.
Promises: what the mind ordered is done in that order, durably.
Never: decides anything.
Start reading: the runner.
"""
