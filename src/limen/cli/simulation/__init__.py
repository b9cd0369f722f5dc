"""A whole service inside this process, for the simulator: in memory, single-threaded, told time and chance, reached through its WSGI entry.

Nouns: instance, desk, gateway, auditor.
Promises: what leaves here for the service is a request as HTTP would carry it; only the audit at the end looks into the store.
Never: used beside a service that serves; contains a rule of the product or of the oracle.
Start reading: stage.py.
"""
