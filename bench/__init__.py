"""Measured claims, each a command that prints a table: ratios within one run, because machines differ and are noisy.

`make bench` runs them all; `python -m bench sizes` runs one.
"""
