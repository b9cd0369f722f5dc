"""Where everything is put together: settings, addresses, the WSGI and ASGI entries.

Nouns: settings, urls, application.
Promises: nothing happens at import; everything comes from the environment.
Never: contains a rule of the product.
Start reading: settings.py.
"""
