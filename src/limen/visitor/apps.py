"""Tells Django about the room `visitor`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.visitor"
    label = "visitor"
