"""Addresses of the stream of events, and of saying where one is."""

from django.urls import path

from live import views

app_name = "live"
urlpatterns = [
    path("stream/", views.stream, name="stream"),
    path("here/", views.here, name="here"),
]
