"""Sign-in: accounts, invitations, and the phones a person uses.

Nouns: user, invitation, phone, session.
Promises: nobody gets an account uninvited; a wrong password and an unknown address answer the same.
Never: decides what a signed-in person may do.
Start reading: services.py, then models.py.
"""
