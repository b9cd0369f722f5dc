"""Tells Django about the room `gateway`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.gateway"
    label = "gateway"
