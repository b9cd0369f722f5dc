"""Tells Django about the room `visibility`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.visibility"
    label = "visibility"
