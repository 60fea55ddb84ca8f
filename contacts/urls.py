"""Addresses of contacts: actions, due date, assignee, facts, consent. The pages around them belong to the pipeline."""

from django.urls import path

from base import converters  # noqa: F401  (registers <id:…>)
from contacts.views import actions, assignee, consents, due, facts, leaving, turns

app_name = "contacts"
urlpatterns = [
    path("settings/members/<id:member_id>/leaving/", leaving.question, name="member-leaving"),
    path("settings/turn/", turns.page, name="turn"),
    path("contacts/<id:contact_id>/assignee/", assignee.assignee, name="assignee"),
    path("contacts/<id:contact_id>/due/", due.due, name="due"),
    path("contacts/<id:contact_id>/actions/older/", actions.older, name="actions-older"),
    path("contacts/<id:contact_id>/facts/<slug:key>/", facts.group, name="facts"),
    path("contacts/<id:contact_id>/consents/", consents.consents, name="consents"),
    path("actions/<id:action_id>/", actions.edit, name="action"),
    path("actions/<id:action_id>/performance/", actions.performance, name="action-performance"),
    path("actions/<id:action_id>/deletion/", actions.deletion, name="action-deletion"),
]
