"""Tells Django about the room `api`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.api"
    label = "api"
