"""Addresses of office and members."""

urlpatterns: list = []
