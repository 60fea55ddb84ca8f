"""A web hook from its first click to the red card: nobody types anything but names."""

import json
import urllib.request

from playwright.sync_api import expect

from contacts.models import Contact
from intake.models import Arrival, Result

FOREIGN = {"q1": "Sander", "q2": "Kim", "antworten": {"q3": "Bitte um Rückruf."}, "intern": "7f"}


def post(address: str, payload: object) -> dict[str, object]:
    """Send as another program does."""
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(address, json.dumps(payload).encode(), headers)
    with urllib.request.urlopen(asked) as answer:  # noqa: S310  (our own)
        return json.load(answer)


def test_a_foreign_web_hook_is_mapped_by_clicking(visit, anna, board, settings, live_server):
    settings.BASE_URL = live_server.url
    page = visit(anna, "/settings/inlets/")
    page.get_by_role("link", name="Web-Hook anlegen").first.click()
    page.get_by_label("Name").fill("Unser Rechner")
    page.get_by_label("Wer sendet").select_option(label="anderes Programm")
    page.get_by_role("button", name="Weiter").click()
    address = page.get_by_label("Hierher sendet das Programm").input_value()
    assert post(address, FOREIGN)["duplicate"] is False
    assert Arrival.objects.get().result == Result.UNREAD
    page.reload()
    page.get_by_label("q1").select_option(label="Nachname")
    page.get_by_label("q2").select_option(label="Vorname")
    page.get_by_label("antworten.q3").select_option(label="Nachricht")
    page.get_by_label("intern").select_option(label="weglassen")
    page.get_by_role("button", name="Zuordnung speichern").click()
    expect(page.locator("[data-left]")).to_contain_text("1 Sendung liegt ungelesen im Eingang")
    page.get_by_role("button", name="Noch einmal lesen").click()
    expect(page.get_by_role("status")).to_contain_text("1 Kontakt ist übernommen.")
    contact = Contact.objects.get()
    page.goto("/contacts/board/")
    card = page.locator(f'[data-card="{contact.pk}"]')
    expect(card).to_contain_text("Kim Sander")
    expect(card).to_have_class("card card--new")
    post(address, FOREIGN | {"q2": "Kai"})
    page.reload()
    expect(page.locator("[data-card]").filter(has_text="Kai Sander")).to_have_count(1)
