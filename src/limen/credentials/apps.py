"""Tells Django about the room `credentials`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.credentials"
    label = "credentials"
