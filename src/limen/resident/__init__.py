"""The app of residents and guests, and its JSON interface.

Nouns: doors, unlock, update, codes, guests, calls.
Promises: works without signal for what needs none; a green check only from a receipt.
Never: contains a rule of the product.
Start reading: urls.py, then the view of the page.
"""
