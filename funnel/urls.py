"""URLs of the e-mail funnel."""

from django.urls import path

from base import converters  # noqa: F401  (registers <id:…>)
from funnel.views import consent, drafts, ledger, open, outbox, sender, sequences, webhook

app_name = "funnel"
urlpatterns = [
    path("funnel/", sequences.overview, name="overview"),
    path("funnel/sequences/<id:sequence_id>/switch/", sequences.switch, name="sequence-switch"),
    path("funnel/sequences/<id:sequence_id>/suggestions/", sequences.suggestions, name="sequence-suggestions"),
    path("funnel/sequences/<id:sequence_id>/steps/new/", sequences.step_new, name="step-new"),
    path("funnel/steps/<id:step_id>/", sequences.step, name="step"),
    path("funnel/steps/<id:step_id>/place/", sequences.place, name="step-place"),
    path("funnel/steps/<id:step_id>/copy/", sequences.step_copy, name="step-copy"),
    path("funnel/steps/<id:step_id>/switch/", sequences.step_switch, name="step-switch"),
    path("funnel/steps/<id:step_id>/removal/", sequences.removal, name="step-removal"),
    path("funnel/preview/", drafts.preview, name="preview"),
    path("funnel/preview/contacts/", drafts.contacts, name="preview-contacts"),
    path("funnel/test-mails/", drafts.test_mail, name="test-mails"),
    path("settings/sender/", sender.page, name="sender"),
    path("settings/sender/check/", sender.check, name="sender-check"),
    path("settings/sender/switch/", sender.switch, name="sender-switch"),
    path("settings/sender/holidays/", sender.holidays, name="holidays"),
    path("settings/sender/holidays/nationwide/", sender.nationwide, name="holidays-nationwide"),
    path("settings/sender/holidays/<id:holiday_id>/removal/", sender.holiday_removal, name="holiday-removal"),
    path("funnel/outbox/", outbox.page, name="outbox"),
    path("funnel/outbox/switch/", outbox.switch, name="outbox-switch"),
    path("funnel/outbox/trial/", outbox.trial, name="outbox-trial"),
    path("funnel/messages/<id:message_id>/", ledger.message, name="message"),
    path("funnel/messages/<id:message_id>/content/", ledger.content, name="message-content"),
    path("funnel/messages/<id:message_id>/dispatch/", ledger.dispatch, name="message-dispatch"),
    path("funnel/messages/<id:message_id>/repetition/", ledger.repetition, name="message-repetition"),
    path("funnel/messages/<id:message_id>/cancellation/", ledger.cancellation, name="message-cancellation"),
    path("contacts/<id:contact_id>/mails/pause/", ledger.pause, name="pause"),
    path("contacts/<id:contact_id>/mails/resumption/", ledger.resumption, name="resumption"),
    path("webhooks/mail/", webhook.events, name="webhook"),
    path("u/", open.objection, name="objection-by-address"),
    path("u/<str:token>/", open.unsubscribe, name="unsubscribe"),
    path("c/<str:token>/", open.confirmation, name="confirmation"),
    path("contacts/<id:contact_id>/objection/", consent.objection, name="objection"),
    path("contacts/<id:contact_id>/doubt/", consent.doubt, name="doubt"),
    path("contacts/<id:contact_id>/suppression/", consent.lifting, name="suppression"),
    path("contacts/<id:contact_id>/opt-in/", consent.question, name="opt-in"),
    path("contacts/<id:contact_id>/consent/", consent.proof, name="proof"),
    path("contacts/<id:contact_id>/permission/", consent.permission, name="permission"),
]
