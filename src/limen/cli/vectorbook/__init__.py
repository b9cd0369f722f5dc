"""The cases behind `limen vectors`: what every implementation of the wire must agree on, byte for byte.

Nouns: case, file, steady key.
Promises: the same bytes at every run; keys, ephemerals and seeds are fixed and stand in the files.
Never: used by the product; a sealed object is checked by opening it, not by sealing it again.
Start reading: book.py, then one chapter.
"""
