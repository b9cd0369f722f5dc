"""Tells Django about the room `identity`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.identity"
    label = "identity"
