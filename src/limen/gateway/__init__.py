"""The door for couriers and connected locks, in CBOR.

Nouns: inbox, outbox, time, activation, lock session.
Promises: bounded before parsing; the same item twice is taken once.
Never: opens what is sealed for others.
Start reading: urls.py.
"""
