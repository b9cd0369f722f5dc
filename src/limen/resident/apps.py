"""Tells Django about the room `resident`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.resident"
    label = "resident"
