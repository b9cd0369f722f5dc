"""Who did or looked at what in the service.

Nouns: entry, actor, chain.
Promises: append-only; each entry is chained to the one before it, so a missing one shows.
Never: holds digits of codes, secrets or free text about people.
Start reading: services.py.
"""
