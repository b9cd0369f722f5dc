"""The addresses of residents and guests. Mounted at the root: `/join/…` and `/home/…`."""

from django.urls import path

from limen.resident import doors, joining, offline, phones

urlpatterns = [
    path("join/<str:token>", joining.join, name="join"),
    path("home/consent", joining.consent, name="consent"),
    path("home/", doors.home, name="home"),
    path("home/doors/<uuid:door_id>", doors.door, name="home-door"),
    path("home/doors/<uuid:door_id>/update", doors.update, name="home-update"),
    path("home/carry", doors.carry, name="home-carry"),
    path("home/sw.js", offline.worker, name="home-worker"),
    path("home/manifest.webmanifest", offline.manifest, name="home-manifest"),
    path("home/api/phones", phones.phones, name="home-api-phones"),
    path("home/api/phones/<uuid:phone_id>", phones.phone, name="home-api-phone"),
]
