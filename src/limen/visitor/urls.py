"""The addresses behind a QR sign."""

from django.urls import path

from limen.visitor import views

urlpatterns = [
    path("<str:code>", views.directory, name="visitor-directory"),
    path("<str:code>/call", views.call, name="visitor-call"),
    path("<str:code>/code", views.call, name="visitor-code"),
    path("<str:code>/help", views.guide, name="visitor-help"),
    path("<str:code>/calls", views.start, name="visitor-start"),
    path("<str:code>/calls/<uuid:call_id>", views.look, name="visitor-look"),
]
