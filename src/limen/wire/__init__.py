"""What service, phone and lock say to each other, byte for byte.

Nouns: grant, manifest, bundle, receipt, time assertion, ticket, record, lock session, frame.
Promises: what was verified is the bytes that arrived; every size is bounded before parsing; pure.
Never: keeps a key, reads a clock, opens a socket.
Start reading: envelope.py, then the objects, then session.py.
"""
