"""The addresses of the gateway; sockets of connected locks are in `sockets.py`."""

from django.urls import path

from limen.gateway import views

urlpatterns = [
    path("inbox", views.inbox, name="gateway-inbox"),
    path("outbox", views.outbox, name="gateway-outbox"),
    path("time", views.time, name="gateway-time"),
    path("nonce", views.nonce, name="gateway-nonce"),
    path("image", views.image, name="gateway-image"),
    path("activation/begin", views.begin_activation, name="gateway-activation-begin"),
    path("activation/cover/begin", views.begin_cover, name="gateway-activation-cover-begin"),
    path("activation/cover/end", views.end_cover, name="gateway-activation-cover-end"),
    path("activation/finish", views.finish_activation, name="gateway-activation-finish"),
]
