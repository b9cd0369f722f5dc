"""Words that everyone uses: instants and windows, actors, limits, problems.

Nouns: Clock, Window, Weekly, Actor, Problem. Promises: values only, the standard library only.
Never: reads a clock, a disk or a socket; knows a framework or another room.
Start reading in `periods.py`.
"""
