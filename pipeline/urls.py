"""Addresses of board, list, detail page, columns and moves."""

urlpatterns: list = []
