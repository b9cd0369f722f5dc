"""Tells Django about the room `bench`."""

from django.apps import AppConfig


class Room(AppConfig):
    name = "limen.bench"
    label = "bench"
