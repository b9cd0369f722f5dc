"""Tells Django about the room `access`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.access"
    label = "access"
