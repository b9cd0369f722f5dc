"""Tells Django about the room `storage`."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Room(AppConfig):
    name = "limen.storage"
    label = "storage"

    def ready(self) -> None:
        """Loads every room's `jobs.py`, where it says which news and outbox topics it hears, and `replay.py`, what it does again after a restore."""
        autodiscover_modules("jobs", "replay")
