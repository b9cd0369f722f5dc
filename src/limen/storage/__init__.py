"""How facts are kept: transactions, sealed fields, keys, the outbox, short memory and the clock of the edges.

Nouns: unit of work, news, outbox row, data key, signer.
Promises: a row and what must be told of it are written together; told at least once; secrets never lie in the database in clear.
Never: knows what the facts mean.
Start reading: transactions.py, then outbox.py.
"""
