"""Devices: activation, the list each lock should hold, sealed bundles, receipts and update tasks.

Nouns: device, list version, bundle, receipt, update task, staleness bound.
Promises: a door is up to date only when the lock's receipt says so; a version rises in the transaction that made the change.
Never: infers what a lock holds.
Start reading: services.py, then rules.py.
"""
