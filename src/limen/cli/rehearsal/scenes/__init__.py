"""The story of a visitor at a lock without internet, scene by scene, in the order of story.py.

Nouns: scene, step.
Promises: each step checks what a person would see, and says what it saw.
Never: looks behind the screens.
Start reading: moving_in.py.
"""
