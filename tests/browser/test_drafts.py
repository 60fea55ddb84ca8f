"""Typed text is never lost: not by an expired session, an error, a wrong click or another kind of action."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Action, Contact
from tests.browser.board import messages
from tests.factories import ContactFactory

NOTE = "will im Frühjahr verkaufen"


@pytest.fixture
def ada(board) -> Contact:
    return ContactFactory(column=board["Neue Kontakte"], first_name="Ada", email="ada@example.org")


def at(contact: Contact) -> str:
    return f"/contacts/{contact.pk}/"


def compose(page: Page, kind: str) -> None:
    page.get_by_role("group", name="Aktion erfassen").get_by_role("button", name=kind, exact=True).click()
    expect(page.locator("#composer").get_by_text(kind, exact=True)).to_be_visible()


def text(page: Page):
    return page.locator("#composer").get_by_label("Text")


def log_in(page: Page, email: str) -> None:
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort", exact=True).fill("pipeline-demo")
    page.get_by_role("button", name="Anmelden", exact=True).click()


def test_a_new_contact_sent_without_a_session_is_restored_after_the_login(visit, anna, board, watch):
    watch.expect_status(401)
    page = visit(anna, "/contacts/new/")
    page.get_by_label("Nachname", exact=True).fill("Lovelace")
    page.get_by_text("Weitere Angaben").click()
    page.get_by_label("Status").select_option("Nicht erreicht")
    Session.objects.all().delete()
    page.get_by_role("button", name="Kontakt anlegen").click()
    expect(page.get_by_role("heading", name="Bitte neu anmelden")).to_be_visible()
    page.get_by_role("link", name="Neu anmelden").click()
    log_in(page, anna.email)
    expect(page.get_by_role("heading", name="Kontakt anlegen")).to_be_visible()
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("Lovelace")
    expect(page.get_by_label("Status").locator("option:checked")).to_have_text("Nicht erreicht")
    expect(page.get_by_text("Ihre Eingaben von vorhin sind wieder da.")).to_be_visible()
    page.get_by_role("button", name="Kontakt anlegen").click()
    expect(page.get_by_role("heading", name="Lovelace")).to_be_visible()
    page.goto("/contacts/new/")
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("")
    assert Contact.objects.get().last_name == "Lovelace"


def test_another_user_of_the_browser_sees_no_draft(visit, anna, mehmet, board, watch):
    watch.expect_status(401)
    page = visit(anna, "/contacts/new/")
    page.get_by_label("Nachname", exact=True).fill("Lovelace")
    Session.objects.all().delete()
    page.get_by_role("button", name="Kontakt anlegen").click()
    page.get_by_role("link", name="Neu anmelden").click()
    log_in(page, mehmet.email)
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_discarded_drafts_are_not_offered_again(visit, anna, board):
    page = visit(anna, "/contacts/new/")
    page.get_by_label("Nachname", exact=True).fill("Lovelace")
    page.reload()
    page.get_by_role("button", name="Verwerfen").click()
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("")
    page.get_by_label("Nachname", exact=True).fill("Byron")
    page.get_by_role("link", name="Abbrechen").click()
    page.goto("/contacts/new/")
    expect(page.get_by_label("Nachname", exact=True)).to_have_value("")
    page.get_by_label("Nachname", exact=True).fill("Byron")
    page.get_by_role("button", name="Benutzermenü").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_a_note_survives_the_session_and_is_sent_after_a_login_in_another_tab(visit, anna, ada, watch):
    watch.expect_status(401, 401)
    page = visit(anna, at(ada))
    compose(page, "Notiz")
    text(page).fill(NOTE)
    Session.objects.all().delete()
    for _ in range(3):
        page.get_by_role("button", name="Eintragen").click()
        expect(messages(page).get_by_role("link", name="Neu anmelden")).to_have_count(1)
    with page.context.expect_page() as opened:
        messages(page).get_by_role("link", name="Neu anmelden").click()
    log_in(opened.value, anna.email)
    expect(opened.value.get_by_role("link", name="Pipeline", exact=True)).to_be_visible()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(messages(page).get_by_role("link", name="Neu anmelden")).to_have_count(0)
    expect(text(page)).to_have_value(NOTE)
    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text(NOTE)
    assert Action.objects.get().text == NOTE


def test_a_stale_token_is_renewed_automatically(visit, anna, ada, watch):
    watch.expect_status(403)
    watch.allow("401")
    page = visit(anna, at(ada))
    compose(page, "Notiz")
    text(page).fill(NOTE)
    beside = page.context.new_page()
    page.context.clear_cookies()
    beside.goto("/accounts/login/")
    log_in(beside, anna.email)
    expect(beside.get_by_role("link", name="Pipeline", exact=True)).to_be_visible()
    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text(NOTE)
    assert Action.objects.get().text == NOTE


def test_a_login_of_another_user_in_another_tab_is_not_used(visit, anna, mehmet, ada, watch):
    watch.expect_status(403)
    watch.allow("401")
    page = visit(anna, at(ada))
    compose(page, "Notiz")
    text(page).fill(NOTE)
    beside = page.context.new_page()
    page.context.clear_cookies()
    beside.goto("/accounts/login/")
    log_in(beside, mehmet.email)
    expect(beside.get_by_role("link", name="Pipeline", exact=True)).to_be_visible()
    page.get_by_role("button", name="Eintragen").click()
    expect(messages(page)).to_contain_text("Bitte Seite neu laden")
    expect(text(page)).to_have_value(NOTE)
    assert not Action.objects.exists()


def test_another_kind_of_action_keeps_the_common_fields(visit, anna, ada):
    page = visit(anna, at(ada))
    compose(page, "Notiz")
    text(page).fill(NOTE)
    compose(page, "Anruf")
    expect(text(page)).to_have_value(NOTE)
    page.get_by_label("Ergebnis").select_option("erreicht")
    compose(page, "Notiz")
    compose(page, "Anruf")
    expect(text(page)).to_have_value(NOTE)
    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text(NOTE)
    compose(page, "Anruf")
    expect(text(page)).to_have_value("")


def test_escape_in_a_dialog_with_typed_text_asks_first(visit, anna, ada):
    page = visit(anna, at(ada))
    dialog = page.locator("#dialog")
    page.get_by_role("link", name="Feedback", exact=True).first.click()
    expect(dialog.get_by_role("textbox").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Feedback", exact=True).first.click()
    dialog.get_by_role("textbox").first.fill("Bitte größer")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Eingaben verwerfen?")
    question.get_by_role("button", name="Weiter schreiben").click()
    expect(dialog.get_by_role("textbox").first).to_have_value("Bitte größer")
    expect(dialog.get_by_role("textbox").first).to_be_focused()
    page.mouse.click(5, 5)
    question.get_by_role("button", name="Verwerfen").click()
    expect(dialog).to_be_hidden()


def test_a_click_outside_the_due_date_asks_first_if_there_is_a_note(visit, anna, ada):
    page = visit(anna, at(ada))
    page.get_by_role("button", name="Fälligkeitsdatum setzen").click()
    popup = page.locator("#popup")
    expect(popup).to_be_visible()
    page.mouse.click(640, 780)
    expect(popup).to_be_hidden()
    page.get_by_role("button", name="Fälligkeitsdatum setzen").click()
    popup.get_by_label("Notiz").fill(NOTE)
    page.mouse.click(640, 780)
    question = page.get_by_role("dialog", name="Eingaben verwerfen?")
    question.get_by_role("button", name="Weiter schreiben").click()
    expect(popup.get_by_label("Notiz")).to_have_value(NOTE)
    popup.get_by_role("button", name="heute", exact=True).click()
    expect(popup).to_be_hidden()
    ada.refresh_from_db()
    assert (ada.due_on, ada.due_note) == (timezone.localdate(), NOTE)
