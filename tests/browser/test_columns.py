"""The column menu: renaming, inserting, shifting, deleting, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Locator, Page, expect

from contacts.models import Contact
from pipeline.models import Card, Column
from tests.browser.board import card_of, cards_in, drag, messages, posts, settled, shown, truth
from tests.pipeline.drops import make


@pytest.fixture
def missed(board):
    return board["Nicht erreicht"]


def head(page: Page, column: Column) -> Locator:
    return page.locator(f"#column-{column.pk}-head")


def menu_of(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Spaltenmenü: {name}", exact=True).click()
    menu = page.get_by_role("menu", name=f"Spaltenmenü: {name}")
    expect(menu).to_be_visible()
    return menu


def choose(page: Page, name: str, entry: str) -> None:
    menu_of(page, name).get_by_role("menuitem", name=entry, exact=True).click()


def order(page: Page) -> list[str]:
    return page.locator("[data-column] h2").all_text_contents()


def agree(page: Page, account) -> None:
    settled(page)
    assert shown(page) == truth(account)
    assert order(page) == list(Column.objects.of(account).values_list("name", flat=True))


class TestRenaming:
    def test_enter_saves(self, visit, anna, missed):
        page = visit(anna)
        choose(page, "Nicht erreicht", "Umbenennen")
        field = page.get_by_label("Name der Spalte")
        expect(field).to_be_focused()
        assert field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == (
            "Nicht erreicht"
        )
        page.keyboard.type("Später anrufen 📞")
        page.keyboard.press("Enter")
        expect(head(page, missed).get_by_role("heading")).to_have_text("Später anrufen 📞")
        expect(messages(page)).to_contain_text("Name gespeichert.")
        expect(page.get_by_role("button", name="Spaltenmenü: Später anrufen 📞")).to_be_visible()
        agree(page, anna.account)

    def test_escape_keeps_the_name(self, visit, anna, missed):
        page = visit(anna)
        sent = posts(page)
        choose(page, "Nicht erreicht", "Umbenennen")
        expect(page.get_by_label("Name der Spalte")).to_be_focused()
        page.keyboard.type("Etwas anderes")
        page.keyboard.press("Escape")
        expect(head(page, missed).get_by_role("heading")).to_have_text("Nicht erreicht")
        assert sent == []
        agree(page, anna.account)

    def test_a_taken_name_stays_in_the_field_with_the_reason(self, visit, anna, missed, watch):
        watch.expect_status(422)
        page = visit(anna)
        choose(page, "Nicht erreicht", "Umbenennen")
        field = page.get_by_label("Name der Spalte")
        expect(field).to_be_focused()
        page.keyboard.type("NEUE kontakte")
        page.keyboard.press("Enter")
        expect(head(page, missed)).to_contain_text("Eine Spalte mit diesem Namen gibt es schon.")
        expect(field).to_have_value("NEUE kontakte")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
        page.keyboard.type("Rückruf")
        page.keyboard.press("Enter")
        expect(head(page, missed).get_by_role("heading")).to_have_text("Rückruf")
        agree(page, anna.account)

    def test_markup_in_a_name_is_shown_as_text(self, visit, anna, missed):
        page = visit(anna)
        choose(page, "Nicht erreicht", "Umbenennen")
        expect(page.get_by_label("Name der Spalte")).to_be_focused()
        page.keyboard.type("<img src=x onerror=a()>")
        page.keyboard.press("Enter")
        expect(head(page, missed).get_by_role("heading")).to_have_text("<img src=x onerror=a()>")
        agree(page, anna.account)


class TestInserting:
    @pytest.mark.parametrize(("side", "place"), [("links", 1), ("rechts", 2)])
    def test_a_new_column_opens_with_its_name_selected(self, visit, anna, missed, side, place):
        page = visit(anna)
        choose(page, "Nicht erreicht", f"Spalte {side} einfügen")
        field = page.get_by_label("Name der Spalte")
        expect(field).to_be_focused()
        assert field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == "Neue Spalte"
        page.keyboard.type("Rückruf")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Rückruf")).to_be_visible()
        agree(page, anna.account)
        assert order(page)[place] == "Rückruf"

    def test_escape_keeps_the_default_name_and_the_column_accepts_drops(self, visit, anna, board, missed):
        (ada,) = make(board["Neue Kontakte"], "Ada")
        page = visit(anna)
        choose(page, "Nicht erreicht", "Spalte links einfügen")
        expect(page.get_by_label("Name der Spalte")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="Neue Spalte")).to_be_visible()
        agree(page, anna.account)
        column = Column.objects.get(name="Neue Spalte")

        drag(page, card_of(page, ada), cards_in(page, column), down=0.6)
        expect(messages(page).last).to_contain_text("nach „Neue Spalte“ verschoben")
        agree(page, anna.account)
        assert Card.objects.get(pk=ada.pk).column_id == column.pk


def test_a_column_is_shifted_in_both_directions(visit, anna, missed):
    page = visit(anna)
    before = order(page)
    choose(page, "Nicht erreicht", "Nach rechts verschieben")
    expect(page.locator("[data-column] h2").nth(2)).to_have_text("Nicht erreicht")
    agree(page, anna.account)
    choose(page, "Nicht erreicht", "Nach links verschieben")
    expect(page.locator("[data-column] h2").nth(1)).to_have_text("Nicht erreicht")
    agree(page, anna.account)
    assert order(page) == before


def test_an_empty_column_is_deleted_at_once(visit, anna, missed):
    page = visit(anna)
    choose(page, "Nicht erreicht", "Spalte löschen")
    expect(page.locator(f"#column-{missed.pk}")).to_have_count(0)
    expect(messages(page)).to_contain_text("Spalte gelöscht.")
    agree(page, anna.account)


def test_a_full_column_is_emptied_into_another_and_deleted(visit, anna, board, missed):
    make(missed, "Ada", "Bea", "Cem")
    make(board["Termin vereinbart"], "Dora")
    page = visit(anna)
    menu = menu_of(page, "Nicht erreicht")
    refused = menu.get_by_role("menuitem", name="Spalte löschen", exact=True)
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_contain_text("Noch 3 Kontakte in dieser Spalte")
    menu.get_by_role("menuitem", name="Kontakte verschieben und löschen …").click()
    dialog = page.get_by_role("dialog", name="Kontakte verschieben und Spalte löschen")
    expect(dialog).to_contain_text("3 Kontakte aus „Nicht erreicht“ werden verschoben.")
    dialog.get_by_label("Verschieben nach").select_option("Termin vereinbart")
    dialog.get_by_role("button", name="Verschieben und löschen").click()
    expect(page.locator(f"#column-{missed.pk}")).to_have_count(0)
    expect(dialog).to_have_count(0)
    expect(messages(page)).to_contain_text("Kontakte verschoben und Spalte gelöscht.")
    agree(page, anna.account)
    names = Contact.objects.filter(card__column=board["Termin vereinbart"]).order_by("card__rank")
    assert list(names.values_list("first_name", flat=True)) == ["Ada", "Bea", "Cem", "Dora"]


def test_entries_that_a_system_column_refuses_are_disabled_with_the_reason(visit, anna, board):
    page = visit(anna)
    sent = posts(page)
    menu = menu_of(page, "Neue Kontakte")
    for entry in ("Umbenennen", "Spalte links einfügen", "Nach links verschieben", "Spalte löschen"):
        item = menu.get_by_role("menuitem", name=entry, exact=True)
        expect(item).to_have_attribute("aria-disabled", "true")
        assert item.get_attribute("aria-description")
    # force: Playwright would wait for an entry that is not disabled
    menu.get_by_role("menuitem", name="Umbenennen", exact=True).click(force=True)
    expect(messages(page)).to_contain_text("Diese Spalte ist mit dem E-Mail-Funnel verbunden")
    expect(menu).to_be_visible()
    assert sent == []


def test_an_agent_has_no_column_menu(visit, sofia, board):
    page = visit(sofia)
    expect(page.get_by_role("heading", name="Nicht erreicht")).to_be_visible()
    assert page.get_by_role("button", name="Spaltenmenü").count() == 0


class TestKeyboard:
    def test_arrow_keys_navigate_the_menu_and_escape_restores_the_focus(self, visit, anna, board):
        page = visit(anna)
        opener = page.get_by_role("button", name="Spaltenmenü: Nicht erreicht", exact=True)
        opener.focus()
        page.keyboard.press("Enter")
        items = page.get_by_role("menu").get_by_role("menuitem")
        expect(items.first).to_be_focused()
        expect(opener).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        expect(items.nth(1)).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(items.last).to_be_focused()
        page.keyboard.press("Home")
        expect(items.first).to_be_focused()
        page.keyboard.press("End")
        expect(items.last).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_have_count(0)
        expect(opener).to_be_focused()
        expect(opener).to_have_attribute("aria-expanded", "false")

    def test_a_column_is_shifted_and_renamed_by_keyboard(self, visit, anna, missed):
        page = visit(anna)
        page.get_by_role("button", name="Spaltenmenü: Neue Kontakte", exact=True).focus()
        opener = page.get_by_role("button", name="Spaltenmenü: Nicht erreicht", exact=True)
        for _ in range(6):
            page.keyboard.press("Tab")
            if opener.evaluate("button => button === document.activeElement"):
                break
        expect(opener).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem", name="Umbenennen")).to_be_focused()
        page.keyboard.press("n")  # the first entry with this letter: Nach links …, refused
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="Nach rechts verschieben")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-column] h2").nth(2)).to_have_text("Nicht erreicht")
        expect(opener).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem", name="Umbenennen")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Name der Spalte")).to_be_focused()
        page.keyboard.type("Rückruf")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Spaltenmenü: Rückruf")).to_be_focused()
        agree(page, anna.account)

    def test_the_dialog_traps_and_restores_the_focus(self, visit, anna, missed):
        make(missed, "Ada")
        page = visit(anna)
        opener = page.get_by_role("button", name="Spaltenmenü: Nicht erreicht", exact=True)
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem", name="Umbenennen")).to_be_focused()
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Verschieben nach")).to_be_focused()
        for _ in range(6):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(opener).to_be_focused()
        agree(page, anna.account)

    def test_shift_f10_and_the_arrow_key_open_the_menu(self, visit, anna, board):
        page = visit(anna)
        opener = page.get_by_role("button", name="Spaltenmenü: Nicht erreicht", exact=True)
        for key in ("ArrowDown", "Shift+F10"):
            opener.focus()
            page.keyboard.press(key)
            expect(page.get_by_role("menuitem", name="Umbenennen")).to_be_focused()
            page.keyboard.press("Escape")
            expect(opener).to_be_focused()

    def test_the_focus_stays_near_after_leaving_a_name_and_after_deleting_a_column(self, visit, anna, board, missed):
        page = visit(anna)
        choose(page, "Nicht erreicht", "Umbenennen")
        expect(page.get_by_label("Name der Spalte")).to_be_focused()
        page.keyboard.type("Rückruf")
        page.keyboard.press("Tab")
        opener = page.get_by_role("button", name="Spaltenmenü: Rückruf", exact=True)
        expect(opener).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem", name="Umbenennen")).to_be_focused()
        page.get_by_role("menuitem", name="Spalte löschen", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#column-{missed.pk}")).to_have_count(0)
        expect(page.get_by_role("button", name="Spaltenmenü: Neue Kontakte", exact=True)).to_be_focused()
        agree(page, anna.account)

    def test_the_focus_stays_near_after_emptying_and_deleting_a_column(self, visit, anna, board, missed):
        make(missed, "Ada")
        page = visit(anna)
        choose(page, "Nicht erreicht", "Kontakte verschieben und löschen …")
        page.get_by_label("Verschieben nach").select_option("Termin vereinbart")
        page.get_by_role("button", name="Verschieben und löschen").click()
        expect(page.locator(f"#column-{missed.pk}")).to_have_count(0)
        expect(page.get_by_role("button", name="Spaltenmenü: Neue Kontakte", exact=True)).to_be_focused()


def test_a_right_click_on_the_head_opens_the_menu_but_not_where_a_name_is_typed(visit, anna, missed):
    page = visit(anna)
    head(page, missed).get_by_role("heading").click(button="right")
    menu = page.get_by_role("menu", name="Spaltenmenü: Nicht erreicht")
    menu.get_by_role("menuitem", name="Umbenennen", exact=True).click()
    field = page.get_by_label("Name der Spalte")
    expect(field).to_be_focused()
    field.click(button="right")
    settled(page)
    expect(menu).to_have_count(0)
    expect(field).to_be_focused()
