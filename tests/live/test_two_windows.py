"""What a colleague changes appears in an open window, within its filter, and leaves alone whoever is at work there."""

import pytest
from playwright.sync_api import expect

from tests.browser.board import drag
from tests.live.windows import PATIENCE, agree, asked, first, until

pytestmark = pytest.mark.browser
NEW, CALLS = "Neue Kontakte", "Nicht erreicht"


def test_a_move_is_on_the_other_screen_and_not_asked_for_by_its_own(house, opened, colleague):
    anna, sofia = opened("anna"), opened("sofia")
    agree(house, anna, sofia)
    mine, theirs = asked(anna), asked(sofia)
    card, other = house.truth()[NEW][:2]
    target = anna.locator("[data-column]").nth(1).locator("[data-cards]")
    with anna.expect_response(lambda answer: "/position/" in answer.url):
        drag(anna, anna.locator(f"#card-{card}"), target)
    until(sofia, "heard.changed > 0")
    until(anna, "heard.changed > 0")
    agree(house, anna, sofia)
    assert any("board/changes/" in address for address in theirs)
    colleague.do(f"/contacts/{other}/due/", {"due_on": "24.12.2030", "due_note": ""})
    expect(anna.locator(f"#due-{other}")).to_contain_text("24.12.", timeout=PATIENCE)
    assert [address.split("?cards=")[1].split("&")[0] for address in mine if "changes/" in address] == [other]


def test_columns_appear_move_and_go(house, opened, colleague):
    sofia = opened("sofia")
    beside = int(house.column(CALLS))
    colleague.do("/columns/", {"beside": beside, "side": "right", "key": "6f1f7a3e-5f9c-4e0b-9f57-0a4d5a4c2b11"})
    agree(house, sofia)
    colleague.do(f"/columns/{beside}/name/", {"name": "Umbenannt"})
    agree(house, sofia)
    colleague.do(f"/columns/{beside}/name/", {"name": CALLS})
    colleague.do(f"/columns/{beside}/place/", {"direction": "right"})
    agree(house, sofia)
    colleague.do(f"/columns/{house.column('Neue Spalte')}/removal/", {})
    agree(house, sofia)


def test_cards_enter_and_leave_what_a_filter_finds(house, opened, colleague):
    sofia = opened("sofia", "/contacts/board/?due=today")
    card = first(house, NEW)
    shown = sofia.locator(f"#card-{card}")
    before = int(sofia.locator("[data-total]").inner_text())
    expect(shown).to_have_count(0)
    colleague.do(f"/contacts/{card}/due/", {"pick": "today", "due_note": ""})
    expect(shown).to_be_visible()
    expect(sofia.locator("[data-total]")).to_have_text(str(before + 1))
    colleague.do(f"/contacts/{card}/due/", {"clear": "1"})
    expect(shown).to_have_count(0)
    expect(sofia.locator("[data-total]")).to_have_text(str(before))


def test_the_list_stands_still_and_says_what_is_new(house, opened, colleague):
    sofia = opened("sofia", f"/contacts/?status={house.column(NEW)}")
    card = first(house, NEW)
    order = "[...document.querySelectorAll('#rows tr')].map((row) => row.id).join()"
    before = sofia.evaluate(order)
    colleague.move(card, CALLS)
    expect(sofia.locator(f"#contact-{card}.row--gone")).to_be_visible()
    zander = {"last_name": "Zander", "source": "phone", "column": house.column(NEW), "anyway": "1"}
    colleague.do("/contacts/new/", zander)
    expect(sofia.get_by_role("link", name="1 neuer Kontakt – anzeigen")).to_be_visible()
    assert sofia.evaluate(order) == before


def test_the_list_says_what_has_been_moved_into_its_filter_and_shows_it_when_asked(house, opened, colleague):
    sofia = opened("sofia", f"/contacts/?status={house.column(CALLS)}")
    order = "[...document.querySelectorAll('#rows [data-contact]')].map((row) => row.dataset.contact)"
    before, card = sofia.evaluate(order), first(house, NEW)
    colleague.move(card, CALLS)
    link = sofia.get_by_role("link", name="1 Kontakt neu in dieser Auswahl – anzeigen")
    expect(link).to_be_visible()
    expect(sofia.locator("[data-total]")).to_have_text(str(len(before) + 1))
    assert sofia.evaluate(order) == before
    link.click()
    expect(sofia.locator(f"#contact-{card}")).to_be_visible()


def test_the_rows_of_the_list_follow_a_column_that_is_renamed(house, opened, colleague):
    sofia = opened("sofia", f"/contacts/?status={house.column(CALLS)}")
    pk = house.column(CALLS)
    colleague.do(f"/columns/{pk}/name/", {"name": "Nachfassen"})
    expect(sofia.locator("#rows [data-contact]").first).to_contain_text("Nachfassen")
    colleague.do(f"/columns/{pk}/name/", {"name": CALLS})
    expect(sofia.locator("#rows [data-contact]").first).to_contain_text(CALLS)


def test_a_note_being_typed_stays_and_its_form_says_who_changed_what(house, opened, colleague):
    card = first(house, NEW)
    sofia = opened("sofia", f"/contacts/{card}/")
    sofia.locator(".composer__kinds a").first.click()
    note = sofia.locator("#composer textarea")
    note.fill("Ruft morgen wieder an.")
    colleague.do(f"/contacts/{card}/due/", {"due_on": "24.12.2030", "due_note": ""})
    expect(sofia.locator("#head")).to_contain_text("24.12.2030")
    expect(sofia.locator("#history")).to_contain_text("Fällig am 24.12.2030")
    expect(sofia.locator("#composer [data-said]")).to_contain_text(
        "Mehmet Bulut hat gerade geändert: Fällig am 24.12.2030"
    )
    expect(note).to_have_value("Ruft morgen wieder an.")
    expect(note).to_be_focused()


def test_after_being_offline_a_board_is_right(house, opened, colleague, watch):
    watch.allow("net::ERR_INTERNET_DISCONNECTED")
    sofia = opened("sofia")
    sofia.context.set_offline(True)
    colleague.move(first(house, NEW), CALLS)
    sofia.context.set_offline(False)
    agree(house, sofia)
