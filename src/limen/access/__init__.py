"""Who may open which door, from when, until when, given by whom.

Nouns: access group, grant, standing, revocation, suspension, guest.
Promises: every change says which doors it touches, in the same transaction; a revocation keeps its three moments apart.
Never: talks to locks: it says news, fleet hears it.
Start reading: services.py, then rules.py.
"""
