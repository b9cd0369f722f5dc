"""Links on doors, the directory visitors see, and calls.

Nouns: link, directory entry, call, quiet hours.
Promises: a visitor sees only people who agreed and can be reached; a call ends in exactly one state.
Never: carries sound itself: browsers speak to each other.
Start reading: services.py, then rules.py.
"""
