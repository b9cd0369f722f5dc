"""Persons, the units they live in, and the rights of those who work here.

Nouns: person, household, residency, role, rights, consent.
Promises: names and telephone numbers are sealed under keys that can be destroyed; rights are computed in one place.
Never: signs anybody in; gives anybody a door.
Start reading: queries.py (rights), then services.py.
"""
