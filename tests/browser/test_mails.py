"""The story of a contact's mails as its office sees it: announced, planned, sent, read, unsubscribed."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Contact
from funnel import outbox
from funnel.models import Message
from tests.browser.board import messages
from tests.factories import ContactFactory
from tests.funnel.mailing import grant, ready, steps


@pytest.fixture
def ada(krueger, board) -> Contact:
    """A contact that may be mailed; „Erfolgreich kontaktiert“ sends two mails."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3)
    return grant(ContactFactory(column=board["Nicht erreicht"], first_name="Ada", email="ada@lead.example"))


def reach(page: Page) -> None:
    """Changes the status on the contact's page."""
    page.get_by_role("button", name=re.compile("^Status ändern")).click()
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()


def test_from_the_drop_to_the_unsubscription(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    mails = page.locator("#mails")
    expect(mails).to_contain_text("läuft keine Serie")
    reach(page)
    expect(messages(page)).to_contain_text("1. Mail „Mail 1“")
    expect(mails.locator("[data-state=planned]")).to_have_count(2)
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(mails.locator("[data-message]")).to_have_count(0)
    reach(page)
    expect(mails.locator("[data-state=planned]")).to_have_count(2)
    mails.get_by_role("button", name="Pausieren").click()
    expect(mails).to_contain_text("pausiert: von Hand")
    mails.get_by_role("button", name="Fortsetzen").click()
    expect(mails.locator(".ledger__run")).to_contain_text("läuft")
    mails.get_by_role("button", name="Absagen: Mail 2").click()
    expect(mails.locator("[data-state=cancelled]")).to_contain_text("abgesagt: von Hand")
    mails.get_by_role("button", name="Jetzt senden: Mail 1").click()
    expect(mails.locator("[data-state=planned]")).to_contain_text("wird gleich gesendet")
    outbox.sweep(now=timezone.now(), seconds=5)
    assert Message.objects.get(contact=ada, state="sent").subject == "Mail 1"
    page.reload()
    mails.get_by_role("link", name="Mail 1").click()
    expect(page.get_by_role("heading", name="Mail 1")).to_be_visible()
    mail = page.frame_locator("iframe")
    expect(mail.locator("body")).to_contain_text("schön, dass Sie da sind.")
    way_out = mail.get_by_role("link", name="Abmelden").get_attribute("href") or ""
    stranger = visit(None, "/u/" + way_out.split("/u/")[1])
    stranger.get_by_role("button", name="Abmelden").click()
    page.goto(f"{page.url.split('/funnel/')[0]}/contacts/{ada.pk}/")
    expect(mails).to_contain_text("beendet: abgemeldet")
    expect(page.locator("#head [data-bubble=funnel_mail]")).to_be_visible()


def test_the_outbox_stops_and_goes_on(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    reach(page)
    expect(page.locator("#mails [data-state=planned]")).to_have_count(2)
    page.goto(f"{page.url.split('/contacts/')[0]}/funnel/outbox/")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Versand anhalten").click()
    expect(page.get_by_text("Der Versand des Büros ist angehalten.")).to_be_visible()
    page.get_by_role("button", name="Versand einschalten").click()
    expect(page.get_by_role("button", name="Versand anhalten")).to_be_visible()
    page.get_by_label("Kontakt suchen").fill("nobody")
    page.get_by_label("Kontakt suchen").press("Enter")
    expect(page.get_by_text("Zu diesem Filter gibt es keine Mail.")).to_be_visible()


def test_without_scripts_a_series_is_paused_and_a_mail_called_off(visit, anna, ada, board):
    page = visit(anna, f"/contacts/{ada.pk}/", java_script_enabled=False)
    page.goto(page.url.replace("/contacts/", "/cards/") + "targets/?via=detail")
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()
    expect(page.get_by_text("1. Mail „Mail 1“")).to_be_visible()
    page.get_by_role("button", name="Pausieren").click()
    expect(page.locator("#mails")).to_contain_text("pausiert: von Hand")
    page.get_by_role("button", name="Absagen: Mail 2").click()
    expect(page.locator("#mails [data-state=cancelled]")).to_have_count(1)
