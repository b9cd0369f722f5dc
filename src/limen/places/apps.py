"""Tells Django about the room `places`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.places"
    label = "places"
