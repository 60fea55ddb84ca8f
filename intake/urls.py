"""Addresses of what arrives by itself."""

from django.urls import path

from base import converters  # noqa: F401  (registers <id:…>)
from intake.views import api, forms, hook, inlets, keys, mail, public, tray

app_name = "intake"
urlpatterns = [
    path("intake/", tray.page, name="tray"),
    path("intake/<id:arrival_id>/", tray.arrival, name="arrival"),
    path("intake/<id:arrival_id>/mail/", tray.mail, name="arrival-mail"),
    path("intake/<id:arrival_id>/contact/", tray.contact, name="arrival-contact"),
    path("intake/<id:arrival_id>/reading/", tray.reading, name="arrival-reading"),
    path("intake/<id:arrival_id>/discarding/", tray.discarding, name="arrival-discarding"),
    path("in/<slug:token>/", hook.hook, name="hook"),
    path("f/<slug:office>/<slug:slug>/", public.page, name="page"),
    path("f/<slug:office>/<slug:slug>/thanks/", public.thanks, name="thanks"),
    path("f/<slug:office>/<slug:slug>/puzzle/", public.puzzle, name="puzzle"),
    path("settings/inlets/mail/", mail.page, name="mail"),
    path("settings/inlets/mail/address/", mail.address, name="mail-address"),
    path("settings/inlets/mail/postboxes/", mail.postbox_new, name="postbox-new"),
    path("settings/inlets/mail/postboxes/<id:postbox_id>/", mail.postbox, name="postbox"),
    path("settings/inlets/mail/postboxes/<id:postbox_id>/end/", mail.disconnecting, name="postbox-end"),
    path("settings/forms/", forms.overview, name="forms"),
    path("settings/forms/new/", forms.new, name="form-new"),
    path("settings/forms/<id:form_id>/", forms.form, name="form"),
    path("settings/forms/<id:form_id>/settings/", forms.settings, name="form-settings"),
    path("settings/forms/<id:form_id>/switch/", forms.switch, name="form-switch"),
    path("settings/forms/<id:form_id>/preview/", forms.preview, name="form-preview"),
    path("settings/forms/<id:form_id>/wording/", forms.wording, name="form-wording"),
    path("settings/forms/<id:form_id>/questions/", forms.questions, name="form-questions"),
    path("settings/forms/<id:form_id>/questions/new/", forms.question_new, name="question-new"),
    path("settings/forms/questions/<id:question_id>/", forms.question, name="question"),
    path("settings/forms/questions/<id:question_id>/place/", forms.place, name="question-place"),
    path("settings/forms/questions/<id:question_id>/removal/", forms.question_removal, name="question-removal"),
    path("settings/inlets/", inlets.overview, name="inlets"),
    path("settings/inlets/new/", inlets.new, name="inlet-new"),
    path("settings/inlets/<id:inlet_id>/", inlets.inlet, name="inlet"),
    path("settings/inlets/<id:inlet_id>/switch/", inlets.switch, name="inlet-switch"),
    path("settings/inlets/<id:inlet_id>/secret/", inlets.secret, name="inlet-secret"),
    path("settings/inlets/<id:inlet_id>/secret/removal/", inlets.secret_removal, name="inlet-secret-removal"),
    path("settings/inlets/<id:inlet_id>/address/", inlets.address, name="inlet-address"),
    path("settings/inlets/<id:inlet_id>/removal/", inlets.removal, name="inlet-removal"),
    path("settings/inlets/<id:inlet_id>/mapping/", inlets.mapping, name="inlet-mapping"),
    path("settings/inlets/<id:inlet_id>/reading/", inlets.reading, name="inlet-reading"),
    path("settings/keys/", keys.page, name="keys"),
    path("settings/keys/<id:key_id>/revocation/", keys.revocation, name="key-revocation"),
    path("api/v1/contacts/", api.contacts, name="api-contacts"),
    path("api/v1/contacts/<id:contact_id>/", api.contact, name="api-contact"),
    path("api/v1/openapi.json", api.description, name="api-description"),
    path("api/v1/docs/", api.docs, name="api-docs"),
]
