"""The demonstration: the tour page, and every simulated lock as a face one can use.

Nouns: tour, sign-in card, lock face, demonstration clock.
Promises: acts only as a body at the door can; exists only where the demonstration is on.
Never: reaches into a lock or into the service from behind.
Start reading: urls.py.
"""
