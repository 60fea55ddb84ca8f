"""Addresses of help and feedback."""

urlpatterns: list = []
