"""Tells Django about the room `console`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.console"
    label = "console"
