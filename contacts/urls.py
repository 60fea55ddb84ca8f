"""Addresses of contacts: actions, due date, assignee, facts."""

urlpatterns: list = []
