"""Tells Django about the room `privacy`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.privacy"
    label = "privacy"
