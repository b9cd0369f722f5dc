"""The pages of managers and staff.

Nouns: home, door page, people, groups, import, update round.
Promises: what needs doing comes first; found through what the asker may see, else the same "not there".
Never: contains a rule of the product.
Start reading: urls.py, then the view of the page.
"""
