"""The page behind the code at a door.

Nouns: directory, call, daily code.
Promises: no tracking, no cookies but the call's own, works on any phone.
Never: says more about anybody than they agreed to.
Start reading: urls.py.
"""
