"""Tells Django about the room `people`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.people"
    label = "people"
