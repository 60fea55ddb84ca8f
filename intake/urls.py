"""Addresses of what arrives by itself."""

from django.urls import path

from base import converters  # noqa: F401  (registers <id:…>)
from intake.views import tray

app_name = "intake"
urlpatterns = [
    path("intake/", tray.page, name="tray"),
    path("intake/<id:arrival_id>/", tray.arrival, name="arrival"),
    path("intake/<id:arrival_id>/contact/", tray.contact, name="arrival-contact"),
    path("intake/<id:arrival_id>/reading/", tray.reading, name="arrival-reading"),
    path("intake/<id:arrival_id>/discarding/", tray.discarding, name="arrival-discarding"),
]
