"""A rehearsal: one whole story played against a throw-away instance, from outside.

Nouns: building, cast, stage, scene, step.
Promises: uses only what people at a screen and at a door can use; leaves nothing running and nothing behind.
Never: opens the database, imports a service room, knows a name before it read the files.
Start reading: story.py, then scenes/ in the order in which it lists them.
"""
