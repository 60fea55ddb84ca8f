"""Addresses of the e-mail funnel."""

from django.urls import path

from accounts import converters  # noqa: F401  (registers <id:…>)
from funnel.views import consent, ledger, open, outbox

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
    path("u/", open.objection, name="objection-by-address"),
    path("u/<str:token>/", open.unsubscribe, name="unsubscribe"),
    path("c/<str:token>/", open.confirmation, name="confirmation"),
    path("contacts/<id:contact_id>/objection/", consent.objection, name="objection"),
    path("contacts/<id:contact_id>/suppression/", consent.lifting, name="suppression"),
    path("contacts/<id:contact_id>/opt-in/", consent.question, name="opt-in"),
    path("contacts/<id:contact_id>/consent/", consent.proof, name="proof"),
    path("contacts/<id:contact_id>/standing/", consent.panel, name="standing"),
]
