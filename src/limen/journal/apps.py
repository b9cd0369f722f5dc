"""Tells Django about the room `journal`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.journal"
    label = "journal"
