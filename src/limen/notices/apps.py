"""Tells Django about the room `notices`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.notices"
    label = "notices"
