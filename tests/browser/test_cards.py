"""The controls of a card: assignee, due date, menu. None of them opens the contact."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from contacts.models import Contact
from tests.browser.board import card_of, cards_in, messages, names_in, settled, shown, truth
from tests.factories import ContactFactory, UserFactory
from tests.pipeline.drops import make

ADVISORS = ("Bernd", "Clara", "Detlef", "Erika", "Frank", "Gerda", "Horst", "Ines")


@pytest.fixture
def ada(board) -> Contact:
    (ada,) = make(board["Neue Kontakte"], "Ada")
    return ada


@pytest.fixture
def advisors(krueger) -> list[User]:
    return [UserFactory(account=krueger, first_name=name, last_name="Arndt") for name in ADVISORS]


def circle(page: Page, contact: Contact) -> Locator:
    return page.locator(f"#circle-{contact.pk}")


def colleagues(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Mitarbeiter zuweisen").get_by_role("option")


def due(page: Page, contact: Contact) -> Locator:
    return page.locator(f"#due-{contact.pk}")


class TestCircle:
    def test_a_contact_is_assigned_and_unassigned(self, visit, anna, sofia, jan, ada):
        page = visit(anna)
        expect(circle(page, ada)).to_have_accessible_name(re.compile("^Mitarbeiter zuweisen"))
        circle(page, ada).click()
        expect(colleagues(page).first).to_have_accessible_name("Anna Krüger")  # oneself first
        expect(colleagues(page)).to_have_count(3)
        assert page.get_by_label("Mitarbeiter suchen").count() == 0  # not needed for three names
        page.get_by_role("option", name="Sofia Vogt", exact=True).click()
        expect(circle(page, ada)).to_have_accessible_name(re.compile("^Zugewiesen: Sofia Vogt"))
        expect(circle(page, ada)).to_have_text("SV")
        expect(page.get_by_role("listbox")).to_have_count(0)
        assert Contact.objects.get(pk=ada.pk).assignee == sofia
        circle(page, ada).click()
        expect(page.get_by_role("option", name="Sofia Vogt")).to_have_attribute("aria-selected", "true")
        page.get_by_role("option", name="Niemand").click()
        expect(circle(page, ada)).to_have_accessible_name(re.compile("^Mitarbeiter zuweisen"))
        assert Contact.objects.get(pk=ada.pk).assignee is None
        assert len(page.context.pages) == 1

    def test_eight_or_more_names_can_be_searched_by_keyboard(self, visit, anna, advisors, ada):
        page = visit(anna)
        circle(page, ada).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Mitarbeiter suchen")).to_be_focused()
        page.keyboard.type("gerd")
        expect(colleagues(page)).to_have_text([re.compile(r"^\s*GA\s*Gerda Arndt\s*$")])
        page.keyboard.type("xyz")
        expect(colleagues(page)).to_have_count(0)
        expect(page.get_by_text("Kein Treffer")).to_be_visible()
        for _ in range(3):
            page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        expect(circle(page, ada)).to_have_accessible_name(re.compile("^Zugewiesen: Gerda Arndt"))
        expect(circle(page, ada)).to_be_focused()

    def test_escape_changes_nothing_and_restores_the_focus(self, visit, anna, sofia, ada):
        page = visit(anna)
        circle(page, ada).focus()
        page.keyboard.press("Enter")
        expect(colleagues(page).first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(circle(page, ada)).to_be_focused()
        assert Contact.objects.get(pk=ada.pk).assignee is None

    def test_the_starter_plan_shows_it_disabled_with_the_reason(self, visit, paul):
        contact = ContactFactory(account=paul.account, last_name="Ahlers")
        page = visit(paul)
        expect(circle(page, contact)).to_have_attribute("aria-disabled", "true")
        circle(page, contact).click(force=True)
        expect(messages(page)).to_contain_text("Nur im Expert-Paket")
        assert page.get_by_role("listbox").count() == 0
        assert len(page.context.pages) == 1

    def test_a_colleague_who_left_meanwhile_is_refused(self, visit, anna, sofia, ada, watch):
        watch.expect_status(422)
        page = visit(anna)
        circle(page, ada).click()
        expect(page.get_by_role("option", name="Sofia Vogt")).to_be_visible()
        User.objects.filter(pk=sofia.pk).update(is_active=False)
        page.get_by_role("option", name="Sofia Vogt").click()
        expect(messages(page)).to_contain_text("Mitarbeiter nicht verfügbar")
        expect(circle(page, ada)).to_have_accessible_name(re.compile("^Mitarbeiter zuweisen"))


class TestDueDate:
    def test_a_quick_pick_and_a_custom_day_change_the_chip(self, visit, anna, ada):
        today = timezone.localdate()
        page = visit(anna)
        card_of(page, ada).hover()
        due(page, ada).click()
        page.get_by_role("button", name="heute", exact=True).click()
        expect(due(page, ada)).to_have_attribute("data-due", "today")
        expect(due(page, ada)).to_have_text("Heute")
        expect(page.locator("#popup")).to_be_hidden()
        due(page, ada).click()
        page.get_by_label("Datum", exact=True).fill((today + timedelta(days=40)).isoformat())
        page.get_by_label("Notiz").fill("nach dem Urlaub")
        page.get_by_role("button", name="Speichern").click()
        expect(due(page, ada)).to_have_attribute("data-due", "later")
        contact = Contact.objects.get(pk=ada.pk)
        assert (contact.due_on, contact.due_note) == (today + timedelta(days=40), "nach dem Urlaub")
        due(page, ada).click()
        page.get_by_label("Datum", exact=True).fill((today - timedelta(days=3)).isoformat())
        page.keyboard.press("Enter")
        expect(due(page, ada)).to_have_attribute("data-due", "overdue")
        expect(due(page, ada)).to_have_text("seit 3 Tagen")
        due(page, ada).click()
        page.get_by_role("button", name="Datum entfernen").click()
        expect(due(page, ada)).not_to_have_attribute("data-due", "overdue")
        assert Contact.objects.get(pk=ada.pk).due_on is None
        assert len(page.context.pages) == 1
        assert shown(page) == truth(anna.account)

    def test_a_move_keeps_the_due_date(self, visit, anna, board):
        today = timezone.localdate()
        ada = ContactFactory(column=board["Neue Kontakte"], first_name="Ada", due_on=today)
        page = visit(anna)
        page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}").click()
        page.get_by_role("menuitem", name="Verschieben nach …").click()
        page.get_by_role("menuitemradio", name="Nicht erreicht").click()
        expect(cards_in(page, board["Nicht erreicht"]).locator(f"#due-{ada.pk}")).to_have_text("Heute")
        assert Contact.objects.get(pk=ada.pk).due_on == today


class TestMenu:
    def test_the_keyboard_moves_a_card(self, visit, anna, board, ada):
        missed = board["Nicht erreicht"]
        make(missed, "Cem")
        page = visit(anna)
        opener = page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}")
        opener.focus()
        page.keyboard.press("Enter")
        items = page.get_by_role("menuitem")
        expect(items.first).to_be_focused()
        expect(items).to_have_text(["Öffnen", "Fälligkeitsdatum …", "Verschieben nach …"])
        page.keyboard.press("v")
        expect(items.nth(2)).to_be_focused()
        page.keyboard.press("Enter")
        now = page.get_by_role("menuitemradio", name="Neue Kontakte")
        expect(now).to_be_focused()
        expect(now).to_have_attribute("aria-checked", "true")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(messages(page)).to_contain_text(f"„{ada.display_name}“ nach „Nicht erreicht“ verschoben.")
        settled(page)
        assert names_in(page, missed) == ["Ada", "Cem"]
        assert shown(page) == truth(anna.account)
        expect(page.locator("#popup")).to_be_hidden()
        expect(page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}")).to_be_focused()

    def test_it_leads_to_the_due_date_and_to_the_contact(self, visit, anna, ada):
        page = visit(anna)
        opener = page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}")
        opener.click()
        page.get_by_role("menuitem", name="Fälligkeitsdatum …").click()
        page.get_by_role("button", name="morgen", exact=True).click()
        expect(due(page, ada)).to_have_attribute("data-due", "later")
        opener.click()
        assert len(page.context.pages) == 1
        with page.context.expect_page() as opened:
            page.get_by_role("menuitem", name="Öffnen").click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text(ada.display_name)

    def test_a_second_click_and_a_click_elsewhere_close_it(self, visit, anna, ada):
        page = visit(anna)
        opener = page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}")
        opener.click()
        expect(page.get_by_role("menu")).to_be_visible()
        opener.click()
        expect(page.get_by_role("menu")).to_have_count(0)
        opener.click()
        expect(page.get_by_role("menu")).to_be_visible()
        page.mouse.click(700, 600)
        expect(page.get_by_role("menu")).to_have_count(0)

    def test_an_expired_session_shows_a_message_and_no_login_page_inside_the_board(self, visit, anna, ada, watch):
        watch.expect_status(401)
        page = visit(anna)
        page.context.clear_cookies()
        page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}").click()
        expect(messages(page)).to_contain_text("Ihre Sitzung ist abgelaufen.")
        assert page.get_by_label("Passwort").count() == 0
        expect(card_of(page, ada)).to_be_visible()
