"""What happens in a simulated building, hour by hour: who comes, what the office does, what breaks, and how it ends.

Nouns: opening, world, visit, habit, staff, ending, run.
Promises: drawn from the seed alone, in the order of simulated time; each attempt is judged by the oracle.
Never: knows a rule by which a lock decides.
Start reading: run.py, then world.py.
"""
