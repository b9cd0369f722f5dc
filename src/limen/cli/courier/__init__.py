"""The phone on a computer: what `limen phone` does, and what a rehearsal does with the phones of its cast.

Nouns: service, pocket, phone.
Promises: works without signal as far as a phone can; keeps what it pulled before it goes on; never shows a key or a token.
Never: a rule of what may be opened: that is the lock's.
Start reading: acts.py.
"""
