"""Tells Django about the room `support`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.support"
    label = "support"
