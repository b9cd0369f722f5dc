"""Who may see which record: the table of privacy.yaml, as verdicts and query filters.

Nouns: record, asker, relation, verdict.
Promises: denied unless a row of the table allows it; one verdict and one filter from the same table.
Never: fetches the record itself.
Start reading: rules.py, then queries.py.
"""
