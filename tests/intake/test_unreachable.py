"""Somebody who can be reached in no way: known by name in every format, and a lead that says so. Nobody is dropped."""

import json

import pytest

from intake.reading import api, hooks, mails
from intake.reading.lead import Lead, NotRead

MESSAGE = "Ich melde mich wieder."
GOOGLE = [("FULL_NAME", "Uwe Stumm"), ("MESSAGE", MESSAGE)]


def hook(sent: object) -> list[Lead]:
    return hooks.leads_in("application/json", json.dumps(sent).encode(), {})


def form(sent: str) -> list[Lead]:
    return hooks.leads_in("application/x-www-form-urlencoded", sent.encode(), {})


def mail(subject: str, text: str, sender: str = "web@hoster.example", kind: str = "text/plain") -> list[Lead]:
    raw = f"From: {sender}\nSubject: {subject}\nContent-Type: {kind}; charset=utf-8\n\n{text}"
    return mails.leads_in(raw.encode())


def xml(root: str, first: str, last: str, said: str) -> list[Lead]:
    person = f"<{first}>Uwe</{first}><{last}>Stumm</{last}><{said}>{MESSAGE}</{said}>"
    return mail("x", f"<{root}><interessent>{person}</interessent></{root}>", kind="text/xml")


TYPEFORM = {
    "event_type": "form_response",
    "form_response": {
        "definition": {"fields": [{"id": "1", "title": "Name"}, {"id": "2", "title": "Nachricht"}]},
        "answers": [
            {"type": "text", "text": "Uwe Stumm", "field": {"id": "1"}},
            {"type": "text", "text": MESSAGE, "field": {"id": "2"}},
        ],
    },
}
CONTAINER = f"""<div id="ps-kontaktanfrage"><span id="client_first_name">Uwe</span>
<span id="client_last_name">Stumm</span><span id="body">{MESSAGE}</span></div>"""
FORMATS = {
    "feedback": lambda: xml("openimmo_feedback", "vorname", "nachname", "anfrage"),
    "objektanfrage": lambda: xml("objektanfrage", "i_vorname", "i_name", "i_info"),
    "container": lambda: mail("x", CONTAINER, kind="text/html"),
    "immoscout24": lambda: mail(
        "Objekt  88001234", f"Vorname: Uwe\nNachname: Stumm\nNachricht: {MESSAGE}", "x@immobilienscout24.de"
    ),
    "immowelt": lambda: mail("Ref.-Nr. B-12: Anfrage", f"Name: Uwe Stumm\nNachricht: {MESSAGE}", "x@immowelt.de"),
    "immonet": lambda: mail(
        "Referenznummer: 12", f"Vorname: Uwe\nNachname: Stumm\nAnmerkungen: {MESSAGE}", "x@immonet.de"
    ),
    "form by mail": lambda: mail("Kontaktanfrage", f"Vorname: Uwe\nNachname: Stumm\nNachricht: {MESSAGE}"),
    "typeform": lambda: hook(TYPEFORM),
    "google_ads": lambda: hook(
        {"lead_id": "L1", "user_column_data": [{"column_id": name, "string_value": value} for name, value in GOOGLE]}
    ),
    "meta": lambda: hook(
        {
            "id": "9",
            "field_data": [{"name": "full_name", "values": ["Uwe Stumm"]}, {"name": "message", "values": [MESSAGE]}],
        }
    ),
    "elementor": lambda: form(f"Name=Uwe+Stumm&Nachricht={MESSAGE}&form_id=1&form_name=Kontakt"),
    "wpforms": lambda: hook(
        {"fields": {"0": {"name": "Name", "value": "Uwe Stumm"}, "1": {"name": "Nachricht", "value": MESSAGE}}}
    ),
    "gravity_forms": lambda: hook(
        {"form_id": "3", "entry_id": "7", "1.3": "Uwe", "1.6": "Stumm", "2": MESSAGE, "source_url": "https://x.example"}
    ),
    "contact_form_7": lambda: form(f"your-name=Uwe+Stumm&your-message={MESSAGE}&_wpcf7=9"),
    "automation": lambda: hook({"name": "Uwe Stumm", "message": MESSAGE}),
    "api": lambda: [
        api.lead_in(json.dumps({"person": {"first_name": "Uwe", "last_name": "Stumm"}, "message": MESSAGE}).encode())
    ],
}


@pytest.mark.parametrize("name", FORMATS)
def test_whoever_cannot_be_reached_is_kept_with_what_they_said(name: str) -> None:
    (lead,) = FORMATS[name]()
    assert (lead.facts["first_name"], lead.facts["last_name"]) == ("Uwe", "Stumm")
    assert lead.is_named and not lead.is_reachable
    assert MESSAGE in (lead.message, *(value for _label, value in lead.further))


def test_who_has_no_name_either_is_not_read() -> None:
    for sent in ({"message": MESSAGE}, {"1.3": "", "1.6": " ", "2": MESSAGE}):
        with pytest.raises(NotRead):
            hook(sent)
