"""What is presented at a door: permanent and temporary doorcodes, keycards, phone credentials.

Nouns: doorcode, code floor, keycard, phone credential, guess odds.
Promises: no digits are stored; a permanent code is shown to its owner only, and that is written down; temporary codes need no update.
Never: decides who may enter.
Start reading: services.py, then rules.py.
"""
