"""The mails of a contact in its office's pages: announced, planned, sent, read, unsubscribed."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FrameLocator, Page, expect

from contacts.models import Contact
from funnel.models import Message, Step
from funnel.sending import worker
from tests.browser.board import card_of, cards_in, drag, messages
from tests.factories import ContactFactory
from tests.funnel.mailing import MONDAY, grant, live, ready, steps


@pytest.fixture
def ada(krueger, board) -> Contact:
    """A contact that may be mailed; „Erfolgreich kontaktiert“ sends two mails."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3)
    return grant(ContactFactory(column=board["Nicht erreicht"], first_name="Ada", email="ada@lead.example"))


class Clock:
    """What time it is for the product. Monday morning, until the test says otherwise."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def change_status(page: Page) -> None:
    """Change the status on the contact's page."""
    page.get_by_role("button", name=re.compile("^Status ändern")).click()
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()


def unsubscribe(visit, mail: FrameLocator) -> None:
    """Unsubscribe through the link in the mail."""
    way_out = mail.get_by_role("link", name="Abmelden").get_attribute("href") or ""
    stranger = visit(None, "/u/" + way_out.split("/u/")[1])
    stranger.get_by_role("button", name="Abmelden").click()
    expect(stranger.get_by_role("heading")).to_contain_text("abgemeldet")


def test_a_written_mail_reaches_the_lead_after_a_drop_and_ends_with_the_unsubscription(visit, anna, board, ada, clock):
    reached = board["Erfolgreich kontaktiert"]
    steps(reached.sequence)
    page = visit(anna, f"/funnel/sequences/{reached.sequence_id}/steps/new/")
    page.get_by_label("Betreff").fill("Willkommen")
    page.get_by_role("textbox", name="Text").fill("{{anrede}},\n\nschön, dass wir **gesprochen** haben.")
    page.get_by_label("Tage Abstand").fill("0")
    page.get_by_label("Für welchen Kontakt").fill("ada@lead.example")
    preview = page.frame_locator(".preview__frame:not([data-coming])").locator("body")
    expect(preview).to_contain_text("schön, dass wir gesprochen haben.")
    page.get_by_role("button", name="Speichern").click()
    page.goto("/contacts/board/")
    drag(page, card_of(page, ada), cards_in(page, reached))
    expect(messages(page)).to_contain_text("1. Mail „Willkommen“ in 10 Minuten")
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(cards_in(page, board["Nicht erreicht"]).locator("> [data-card]")).to_have_count(1)
    assert live(ada) == []
    drag(page, card_of(page, ada), cards_in(page, reached))
    expect(messages(page).last).to_contain_text("1. Mail „Willkommen“ in 10 Minuten")
    clock.now = MONDAY + timedelta(minutes=9)
    assert worker.sweep(now=clock.now, seconds=5) == {}
    clock.now = MONDAY + timedelta(minutes=11)
    assert worker.sweep(now=clock.now, seconds=5) == {"sent": 1}
    Step.objects.filter(sequence=reached.sequence).update(subject="Ganz anders", body="Ganz anders")
    page.goto(f"/contacts/{ada.pk}/")
    mails = page.locator("#mails")
    mails.get_by_role("link", name="Willkommen").click()
    mail = page.frame_locator("iframe")
    expect(mail.locator("strong")).to_have_text("gesprochen")
    clock.now = MONDAY + timedelta(hours=1)
    unsubscribe(visit, mail)
    page.goto(f"/contacts/{ada.pk}/")
    expect(mails).to_contain_text("beendet: abgemeldet")
    expect(page.locator("#head [data-bubble=opt_out]")).to_be_visible()


def test_a_series_is_paused_resumed_cancelled_and_sent_at_once_by_hand(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    mails = page.locator("#mails")
    expect(mails).to_contain_text("läuft keine Serie")
    change_status(page)
    expect(messages(page)).to_contain_text("1. Mail „Mail 1“")
    expect(mails.locator("[data-state=planned]")).to_have_count(2)
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(mails.locator("[data-message]")).to_have_count(0)
    change_status(page)
    expect(mails.locator("[data-state=planned]")).to_have_count(2)
    mails.get_by_role("button", name="Pausieren").click()
    expect(mails).to_contain_text("pausiert: von Hand")
    mails.get_by_role("button", name="Fortsetzen").click()
    expect(mails.locator(".ledger__run")).to_contain_text("läuft")
    for planned in Message.objects.filter(contact=ada, state="planned"):  # planned again
        expect(mails.locator(f"[data-message='{planned.pk}']")).to_be_visible()
    mails.get_by_role("button", name="Absagen: Mail 2").click()
    expect(mails.locator("[data-state=cancelled]")).to_contain_text("abgesagt: von Hand")
    mails.get_by_role("button", name="Jetzt senden: Mail 1").click()
    expect(mails.locator("[data-state=planned]")).to_contain_text("wird gleich gesendet")
    worker.sweep(now=timezone.now(), seconds=5)
    assert Message.objects.get(contact=ada, state="sent").subject == "Mail 1"
    page.reload()
    mails.get_by_role("link", name="Mail 1").click()
    expect(page.get_by_role("heading", name="Mail 1")).to_be_visible()
    mail = page.frame_locator("iframe")
    expect(mail.locator("body")).to_contain_text("schön, dass Sie da sind.")
    unsubscribe(visit, mail)
    page.goto(f"{page.url.split('/funnel/')[0]}/contacts/{ada.pk}/")
    expect(mails).to_contain_text("beendet: abgemeldet")
    expect(page.locator("#head [data-bubble=funnel_mail]")).to_be_visible()


def test_sending_is_stopped_and_resumed_in_the_outbox(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    change_status(page)
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


def test_without_javascript_a_series_is_paused_and_a_mail_cancelled(visit, anna, ada, board):
    page = visit(anna, f"/contacts/{ada.pk}/", java_script_enabled=False)
    page.goto(page.url.replace("/contacts/", "/cards/") + "targets/?via=detail")
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()
    expect(page.get_by_text("1. Mail „Mail 1“")).to_be_visible()
    page.get_by_role("button", name="Pausieren").click()
    expect(page.locator("#mails")).to_contain_text("pausiert: von Hand")
    page.get_by_role("button", name="Absagen: Mail 2").click()
    expect(page.locator("#mails [data-state=cancelled]")).to_have_count(1)
