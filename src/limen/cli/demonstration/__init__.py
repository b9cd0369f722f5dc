"""The demonstration: one building with everybody in it, made by the rooms' own verbs at the first start.

Nouns: building, cast, sign-in. Promises: no key, root or password is in the repository; what is made is kept.
Never: writes a table; knows what a room does not say. Start reading in `building.py`.
"""
