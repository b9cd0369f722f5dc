"""A seeded world in which service, locks and phones meet without sockets.

Nouns: world, clock, radio, network, flash, actor, fault, check.
Promises: the same seed plays the same story; the service is driven through its WSGI entry.
Never: reaches around the outside of what it drives.
Start reading: story/world.py; what must be so: oracle.py.
"""
