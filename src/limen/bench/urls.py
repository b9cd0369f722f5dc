"""The addresses of the demonstration; not there unless it was started as one."""

from django.urls import path

from limen.bench import views

urlpatterns = [
    path("demo/", views.tour, name="demo"),
    path("demo/mail", views.mail, name="demo-mail"),
    path("demo/clock", views.time, name="demo-clock"),
    path("demo/yesterday", views.restart, name="demo-yesterday"),
    path("demo/sign-in/<slug:key>", views.sign_in, name="demo-sign-in"),
    path("bench/", views.shelf, name="bench"),
    path("bench/<slug:serial>/ours", views.ours, name="bench-ours"),
    path("bench/<slug:serial>", views.face, name="bench-face"),
]
