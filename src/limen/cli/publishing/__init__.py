"""Firmware from its publisher to a service: a folder that people carry between machines, and who has signed it.

Nouns: archive, holder, repository.
Promises: a private half is read from the file its holder names and written nowhere; nothing is published that python-tuf's client refuses.
Never: signs for two holders at once.
Start reading: the archive.
"""
