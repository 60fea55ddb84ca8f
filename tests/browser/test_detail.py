"""The page of a contact: editing facts in place, past and planned actions, and markup shown as text."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Action, Contact
from pipeline.models import Card
from tests.browser.board import messages
from tests.factories import ContactFactory

HOSTILE = "<img src=x onerror=alert(1)><div hx-get='/contacts/' hx-trigger='load'>{{7*7}}"


@pytest.fixture
def ada(board) -> Contact:
    return ContactFactory(column=board["Neue Kontakte"], first_name="Ada", email="ada@example.org")


def at(contact: Contact) -> str:
    return f"/contacts/{contact.pk}/"


def compose(page: Page, kind: str) -> None:
    page.get_by_role("group", name="Aktion erfassen").get_by_role("button", name=kind, exact=True).click()
    expect(page.get_by_role("button", name="Eintragen")).to_be_visible()


def test_facts_are_edited_in_place(visit, anna, ada):
    page = visit(anna, at(ada))
    page.get_by_role("link", name="Bearbeiten: Erreichbarkeit").click()
    page.get_by_label("Telefon").fill("0170 / 123 45 67")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("link", name="0170 / 123 45 67")).to_have_attribute("href", "tel:+491701234567")
    assert Contact.objects.get(pk=ada.pk).phone_e164 == "+491701234567"
    page.get_by_role("link", name="Bearbeiten: Erreichbarkeit").click()
    page.get_by_label("Telefon").fill("1")
    page.get_by_role("link", name="Abbrechen").click()
    expect(page.get_by_role("link", name="0170 / 123 45 67")).to_be_visible()


def test_an_invalid_value_stays_in_the_field_with_the_reason(visit, anna, ada, watch):
    watch.expect_status(422)
    page = visit(anna, at(ada))
    page.get_by_role("link", name="Bearbeiten: Erreichbarkeit").click()
    page.get_by_label("E-Mail-Adresse").fill("ada@buero")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_label("E-Mail-Adresse")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value("ada@buero")
    assert Contact.objects.get(pk=ada.pk).email == "ada@example.org"


def test_somebody_elses_edit_shows_both_values_before_it_is_overwritten(visit, anna, mehmet, ada, watch):
    watch.expect_status(409)
    page, other = visit(anna, at(ada)), visit(mehmet, at(ada))
    for window in (page, other):
        window.get_by_role("link", name="Bearbeiten: Erreichbarkeit").click()
    other.get_by_label("Telefon").fill("030 111111")
    other.get_by_role("button", name="Speichern").click()
    expect(other.get_by_role("link", name="030 111111")).to_be_visible()
    page.get_by_label("Telefon").fill("030 222222")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("alert")).to_contain_text("„030 111111“")
    expect(page.get_by_label("Telefon")).to_have_value("030 222222")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("link", name="030 222222")).to_be_visible()
    assert Contact.objects.get(pk=ada.pk).phone == "030 222222"


def test_a_call_is_noted_and_counted(visit, anna, ada):
    page = visit(anna, at(ada))
    compose(page, "Anruf")
    page.get_by_label("Ergebnis").select_option("erreicht")
    page.get_by_label("Text").fill("ruft zurück")
    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text("ruft zurück")
    expect(page.locator("#timeline")).to_contain_text("Anna Krüger")
    expect(page.locator("#head [data-bubble=call]")).to_be_visible()
    expect(page.get_by_role("button", name="Eintragen")).to_have_count(0)
    assert Contact.objects.get(pk=ada.pk).action_counts == {"call": 1}


def test_a_planned_meeting_is_marked_as_done(visit, anna, ada):
    page = visit(anna, at(ada))
    compose(page, "Termin")
    page.get_by_label("Stand").select_option("geplant")
    moment: datetime = timezone.localtime() + timedelta(days=2)
    page.get_by_label("Zeitpunkt").fill(f"{moment:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Eintragen").click()
    expect(page.get_by_role("heading", name="Geplant")).to_be_visible()
    assert Contact.objects.get(pk=ada.pk).action_counts == {}
    page.get_by_role("button", name="Erledigt: Termin").click()
    expect(page.get_by_role("heading", name="Geplant")).to_have_count(0)
    expect(page.locator("#head [data-bubble=meeting]")).to_be_visible()
    assert Contact.objects.get(pk=ada.pk).action_counts == {"meeting": 1}
    assert not Action.objects.get().is_planned


def test_markup_in_a_note_is_shown_as_text(visit, anna, ada):
    page = visit(anna, at(ada))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    compose(page, "Notiz")
    page.get_by_label("Text").fill(HOSTILE)
    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator(".timeline__note")).to_have_text(HOSTILE)
    page.reload()
    expect(page.locator(".timeline__note")).to_have_text(HOSTILE)
    page.wait_for_timeout(100)
    assert page.locator(".timeline__note > *").count() == 0
    assert [url for url in asked if url.endswith(("/contacts/", "/x"))] == []


def test_the_status_is_changed_on_the_contact_page(visit, anna, board, ada):
    page = visit(anna, at(ada))
    page.get_by_role("button", name="Status ändern: Neue Kontakte").click()
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()
    expect(page.locator("[data-status]")).to_have_text("Erfolgreich kontaktiert")
    expect(page.locator("[data-status]")).to_have_attribute("data-status", str(board["Erfolgreich kontaktiert"].pk))
    expect(page.locator("main")).to_contain_text("über die Kontaktseite")
    assert Card.objects.get(pk=ada.pk).column == board["Erfolgreich kontaktiert"]
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(page.locator("[data-status]")).to_have_text("Neue Kontakte")
    assert Card.objects.get(pk=ada.pk).column == board["Neue Kontakte"]


def test_assignee_and_due_date_are_changed_on_the_contact_page(visit, anna, sofia, ada):
    page = visit(anna, at(ada))
    page.locator(f"#circle-{ada.pk}").click()
    page.get_by_role("option", name="Sofia Vogt").click()
    expect(page.locator(f"#circle-{ada.pk}")).to_have_accessible_name(re.compile("^Zugewiesen: Sofia Vogt"))
    page.get_by_role("button", name="Fälligkeitsdatum setzen").click()
    page.get_by_role("button", name="heute", exact=True).click()
    expect(page.locator(".pick[data-due=today]")).to_contain_text("Heute")
    contact = Contact.objects.get(pk=ada.pk)
    assert (contact.assignee, contact.due_on) == (sofia, timezone.localdate())


def test_deleting_asks_first_and_offers_undo_on_the_list(visit, anna, ada):
    page = visit(anna, at(ada))
    page.get_by_role("button", name="Kontakt löschen").click()
    page.get_by_role("dialog").get_by_role("link", name="Abbrechen").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Kontakt löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    expect(page).to_have_url(re.compile("/contacts/$"))
    assert not Card.objects.filter(pk=ada.pk).exists()
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(page.locator(f"#contact-{ada.pk}")).to_be_visible()
