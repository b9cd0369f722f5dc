"""The courier in everybody's pocket: it opens doors and carries sealed updates and records.

Nouns: wallet, inbox, outbox, unlock, update.
Promises: carries what it cannot read; keeps what was not handed in; pure.
Never: knows which channel carries it: that is channels/.
Start reading: unlock.py, then update.py.
"""
