"""The product without JavaScript: login, menus as pages, a move, a due date, renaming, and ticks in the list."""

from django.utils import timezone
from playwright.sync_api import expect

from contacts.models import Contact
from pipeline.models import Card, Column
from tests.browser.board import messages
from tests.factories import PASSWORD
from tests.pipeline.drops import make


def test_the_login_leads_to_the_requested_page(visit, anna, board):
    page = visit(None, "/contacts/board/")
    assert "/accounts/login/?next=" in page.url
    page.get_by_label("E-Mail").fill("anna@krueger.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", name="Neue Kontakte")).to_be_visible()
    assert page.url.endswith("/contacts/board/")


def test_a_wrong_password_shows_an_error_and_keeps_the_address(visit, anna):
    page = visit(None, "/accounts/login/")
    page.get_by_label("E-Mail").fill("anna@krueger.example")
    page.get_by_label("Passwort").fill("falsch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-Mail")).to_have_value("anna@krueger.example")


def test_a_day_without_javascript(visit, anna, board):
    missed = board["Nicht erreicht"]
    (ada,) = make(board["Neue Kontakte"], "Ada")
    page = visit(None, "/contacts/board/", java_script_enabled=False)
    page.get_by_label("E-Mail").fill("anna@krueger.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()

    page.locator(f"#card-{ada.pk}").hover()
    page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}").click()
    page.get_by_role("menuitem", name="Verschieben nach …").click()
    page.get_by_role("menuitemradio", name="Nicht erreicht").click()
    assert page.url.endswith("/contacts/board/")
    expect(messages(page)).to_contain_text(f"„{ada.display_name}“ nach „Nicht erreicht“ verschoben.")
    expect(page.locator(f"#column-{missed.pk} [data-card]")).to_have_count(1)
    assert Card.objects.get(pk=ada.pk).column_id == missed.pk

    page.locator(f"#card-{ada.pk}").hover()
    page.locator(f"#due-{ada.pk}").click()
    page.get_by_role("button", name="heute", exact=True).click()
    assert Contact.objects.get(pk=ada.pk).due_on == timezone.localdate()
    page.goto("/contacts/board/")
    expect(page.locator(f"#due-{ada.pk}")).to_have_text("Heute")

    page.locator(f"#circle-{ada.pk}").click()
    page.get_by_role("option", name="Anna Krüger").click()
    assert Contact.objects.get(pk=ada.pk).assignee == anna

    page.goto("/contacts/board/")
    page.get_by_role("button", name="Spaltenmenü: Nicht erreicht").click()
    page.get_by_role("menuitem", name="Umbenennen").click()
    page.get_by_label("Name der Spalte").fill("Später anrufen")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", name="Später anrufen")).to_be_visible()

    page.get_by_role("button", name="Spaltenmenü: Später anrufen").click()
    page.get_by_role("menuitem", name="Kontakte verschieben und löschen …").click()
    page.get_by_label("Verschieben nach").select_option("Termin vereinbart")
    page.get_by_role("button", name="Verschieben und löschen").click()
    assert page.url.endswith("/contacts/board/")
    expect(messages(page)).to_contain_text("Spalte gelöscht")
    assert not Column.objects.filter(pk=missed.pk).exists()
    assert Card.objects.get(pk=ada.pk).column == board["Termin vereinbart"]

    page.get_by_role("link", name="Liste").click()
    page.get_by_role("checkbox", name=f"{ada.display_name} auswählen").check()
    bar = page.get_by_role("toolbar", name="Auswahl")
    bar.get_by_role("button", name="Status ändern").click()
    page.get_by_label("Neuer Status").select_option("Neue Kontakte")
    page.get_by_role("button", name="Status ändern").click()
    expect(page.locator(f"#contact-{ada.pk}")).to_contain_text("Neue Kontakte")
    assert Card.objects.get(pk=ada.pk).column == board["Neue Kontakte"]


def test_a_long_column_continues_on_a_page_of_its_own(visit, anna, board):
    make(board["Neue Kontakte"], *(f"N{number}" for number in range(60)))
    page = visit(anna, java_script_enabled=False)
    expect(page.locator("[data-card]")).to_have_count(15)
    page.get_by_role("link", name="Weitere Kontakte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Neue Kontakte")
    expect(page.locator("[data-card]")).to_have_count(45)
    page.get_by_role("link", name="Zur Pipeline").click()
    expect(page.locator("[data-card]")).to_have_count(15)


def test_filters_have_a_visible_button(visit, anna, board):
    page = visit(anna, "/contacts/", java_script_enabled=False)
    expect(page.get_by_role("button", name="Filtern")).to_be_in_viewport()
    box = page.get_by_role("button", name="Filtern").bounding_box()
    assert min(box["width"], box["height"]) >= 24
