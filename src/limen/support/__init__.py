"""Trouble with hardware: checks tried, cases, and the mail that leaves when they do not help.

Nouns: case, check, escalation, symptom.
Promises: asks for the next sensible check and never for the same one twice.
Never: opens a door.
Start reading: rules.py.
"""
