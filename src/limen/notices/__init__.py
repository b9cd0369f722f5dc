"""Mail and messages to people, fed by the outbox.

Nouns: notice, mailbox, message.
Promises: sent at least once, under one Message-ID; no codes in subjects, no names in addresses.
Never: is called by another room.
Start reading: jobs.py.
"""
