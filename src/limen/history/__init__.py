"""What the locks recorded, opened, numbered and shown to those who may see it.

Nouns: event, visit, gap, segment.
Promises: a record arrives once however often it is brought; a missing number shows as a gap.
Never: decides who may see it: visibility does.
Start reading: services.py, then queries.py.
"""
