"""The ways a phone reaches a lock: in-process, websocket, Bluetooth.

Nouns: channel, frame, link.
Promises: the same frames and the same session on each of them.
Never: looks inside a frame.
Start reading: air.py, then the in-process channel.
"""
