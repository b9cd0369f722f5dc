"""Tells Django about the room `history`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.history"
    label = "history"
