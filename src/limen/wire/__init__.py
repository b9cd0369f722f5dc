"""What service, phone and lock say to each other, byte by byte.

Nouns: grant, manifest, bundle, receipt, time assertion, ticket, log segment, frame, session, doorcode, card answer.
Promises: one encoding per value, a key found by statement type only, limits before parsing. Never: a clock, chance, disk or socket.
Start reading at ``envelope`` (how anything is believed), then ``grants`` and ``session``; ``docs/protocol`` has the clauses.
"""
