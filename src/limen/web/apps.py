"""Tells Django about the room `web`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.web"
    label = "web"
