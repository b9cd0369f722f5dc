"""Tells Django about the room `intercom`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.intercom"
    label = "intercom"
