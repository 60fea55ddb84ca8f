"""Addresses of the e-mail funnel."""

from django.urls import path

from accounts import converters  # noqa: F401  (registers <id:…>)
from funnel.views import ledger, outbox

app_name = "funnel"
urlpatterns = [
    path("funnel/outbox/", outbox.page, name="outbox"),
    path("funnel/outbox/switch/", outbox.switch, name="outbox-switch"),
    path("funnel/messages/<id:message_id>/", ledger.message, name="message"),
    path("funnel/messages/<id:message_id>/content/", ledger.content, name="message-content"),
    path("funnel/messages/<id:message_id>/dispatch/", ledger.dispatch, name="message-dispatch"),
    path("funnel/messages/<id:message_id>/cancellation/", ledger.cancellation, name="message-cancellation"),
    path("contacts/<id:contact_id>/mails/pause/", ledger.pause, name="pause"),
    path("contacts/<id:contact_id>/mails/resumption/", ledger.resumption, name="resumption"),
]
