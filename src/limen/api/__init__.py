"""The interface for integrators, described by OpenAPI.

Nouns: token, resource, problem.
Promises: the same rights as the pages, the same words for refusals.
Never: contains a rule of the product.
Start reading: urls.py.
"""
