"""What is forgotten, when, and the requests people make about their data.

Nouns: retention, hold, request, item, remnant.
Promises: what the table says is gone is gone: its key is destroyed.
Never: makes exceptions that the table does not name.
Start reading: rules.py.
"""
