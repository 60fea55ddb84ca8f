"""Ticks survive paging and sorting; a message says what was done with them and offers to undo it."""

import re

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from pipeline.models import Card
from tests.browser.board import messages
from tests.pipeline.drops import make

SHIFT = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(0), 500);
})"""


@pytest.fixture
def crowd(board) -> list[Contact]:
    return make(board["Neue Kontakte"], *(f"N{number:02}" for number in range(70)))


def bar(page: Page):
    return page.get_by_role("toolbar", name="Auswahl")


def tick_page(page: Page, count: int) -> None:
    boxes = page.locator("[data-contact] input[type=checkbox]")
    for number in range(count):
        boxes.nth(number).check()


def test_sixty_contacts_on_two_pages_are_assigned_and_the_change_is_undone(visit, anna, jan, crowd):
    page = visit(anna, "/contacts/?sort=name")
    page.get_by_role("checkbox", name="Alle auf dieser Seite auswählen").check()
    page.get_by_role("link", name="Weiter", exact=True).click()
    expect(page.locator("[data-contact]")).to_have_count(20)
    tick_page(page, 10)
    expect(bar(page)).to_contain_text("60 ausgewählt, 50 davon nicht auf dieser Seite")
    assert page.locator("[data-selected-total]").get_attribute("data-selected-total") == "60"
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(bar(page)).to_contain_text("60 ausgewählt")
    bar(page).get_by_role("button", name="Zuweisen").click()
    dialog = page.get_by_role("dialog", name="Kontakte zuweisen")
    expect(dialog).to_contain_text("60 Kontakte sind ausgewählt")
    expect(dialog.get_by_label("Mitarbeiter")).to_have_value("")
    dialog.get_by_label("Mitarbeiter").select_option("Jan Thiele")
    dialog.get_by_role("button", name="Zuweisen").click()
    expect(messages(page)).to_contain_text("60 Kontakte sind jetzt Jan Thiele zugewiesen.")
    expect(bar(page)).to_be_hidden()
    assert Contact.objects.filter(assignee=jan).count() == 60
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(messages(page)).to_contain_text("Rückgängig gemacht: 60 Kontakte: Jan Thiele zugewiesen.")
    assert Contact.objects.filter(assignee=None).count() == 70


def test_the_change_is_undone_from_the_list_of_changes(visit, anna, crowd):
    page = visit(anna, "/contacts/?sort=name")
    tick_page(page, 3)
    bar(page).get_by_role("button", name="Löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    expect(page.locator("[data-total]")).to_have_text("67")
    page.get_by_role("link", name="Zuletzt geändert").first.click()
    page.get_by_role("button", name="Rückgängig: 3 Kontakte in den Papierkorb gelegt").click()
    expect(page.locator("[data-deed]")).to_have_attribute("data-state", "undone")
    assert Card.objects.count() == 70


def test_confirming_without_a_choice_moves_the_focus_to_it(visit, anna, crowd, watch):
    watch.expect_status(422)
    page = visit(anna, "/contacts/")
    tick_page(page, 2)
    bar(page).get_by_role("button", name="Status ändern").click()
    dialog = page.get_by_role("dialog", name="Status ändern")
    dialog.get_by_role("button", name="Status ändern").click()
    expect(dialog).to_contain_text("Bitte wählen Sie zuerst etwas aus.")
    expect(dialog.get_by_label("Neuer Status")).to_be_focused()
    page.keyboard.press("Escape")
    expect(bar(page)).to_contain_text("2 ausgewählt")


def test_the_bar_does_not_shift_the_page(visit, anna, crowd):
    page = visit(anna, "/contacts/?sort=name")
    box = page.locator("[data-contact] input[type=checkbox]").nth(4)
    before = box.bounding_box()
    page.locator("[data-contact] input[type=checkbox]").first.check()
    expect(bar(page)).to_be_visible()
    assert box.bounding_box() == before
    shift = page.evaluate(SHIFT)
    assert shift <= 0.01


def test_ticks_are_cleared_by_hand_and_after_a_while(visit, anna, crowd):
    page = visit(anna, "/contacts/?sort=name")
    tick_page(page, 2)
    page.get_by_role("link", name="Weiter", exact=True).click()
    expect(bar(page)).to_contain_text("2 ausgewählt, 2 davon nicht auf dieser Seite")
    page.get_by_role("button", name="Auswahl aufheben").click()
    expect(bar(page)).to_be_hidden()
    page.get_by_role("link", name="Zurück").click()
    expect(page.locator("[data-contact] input:checked")).to_have_count(0)


def test_no_more_than_the_maximum_can_be_ticked(visit, anna, crowd):
    page = visit(anna, "/contacts/?sort=name")
    page.evaluate("document.getElementById('selection').dataset.most = '3'")
    page.get_by_role("checkbox", name="Alle auf dieser Seite auswählen").click()
    expect(messages(page)).to_contain_text("Mehr als 10.000 Kontakte")
    expect(bar(page)).to_contain_text("3 ausgewählt")
    expect(page.locator("[data-contact] input:checked")).to_have_count(3)


def test_contacts_of_the_filter_are_called_found(visit, anna, crowd):
    page = visit(anna, "/contacts/?sort=name")
    tick_page(page, 1)
    page.get_by_role("checkbox", name="alle 70 gefundenen").check()
    expect(bar(page)).to_contain_text("alle 70 gefundenen")
    bar(page).get_by_role("button", name="Löschen").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("70 Kontakte"))
