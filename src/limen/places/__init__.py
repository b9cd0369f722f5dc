"""Portfolios, properties, units and doors, and their import from a file.

Nouns: portfolio, property, unit, door, door kind, schedule.
Promises: an import shows what it will do before it does it; twice changes nothing.
Never: knows who lives there.
Start reading: services.py, then rules.py.
"""
