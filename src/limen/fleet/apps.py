"""Tells Django about the room `fleet`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.fleet"
    label = "fleet"
