"""What every page shares: layout, tokens, security headers, transactions, problem details, courier modules.

Nouns: page, part, problem, moment in words.
Promises: each writing request is one transaction; scripts come from this house only; works by keyboard.
Never: contains a rule of the product.
Start reading: middleware.py, then pages.py.
"""
