"""The open page of a contact that a colleague trashes and restores, or takes away from an agent, and what was typed."""

import pytest
from playwright.sync_api import Page, expect

from tests.live.windows import first, until

pytestmark = pytest.mark.browser
NEW = "Neue Kontakte"
NOTE = "Ruft morgen wieder an."


def name_of(house, contact: str) -> str:
    sql = "SELECT concat_ws(' ', first_name, last_name) FROM contacts_contact WHERE id = %s"
    return str(house.ask(sql, int(contact))[0][0])


def type_a_note(page: Page) -> None:
    page.locator(".composer__kinds a").first.click()
    page.locator("#composer textarea").fill(NOTE)


def shown(page: Page) -> str:
    return str(page.evaluate("document.title + document.body.innerText"))


@pytest.fixture
def card(house) -> str:
    return first(house, NEW)


@pytest.fixture
def limited(house):
    house.ask("UPDATE accounts_account SET agents_see = 'own' WHERE id = %s", house.office)
    yield
    house.ask("UPDATE accounts_account SET agents_see = 'all' WHERE id = %s", house.office)


def give(house, colleague, contact: str, name: str) -> None:
    ((user,),) = house.ask("SELECT id FROM accounts_user WHERE email = %s", f"{name}@krueger.example")
    colleague.do(f"/contacts/{contact}/assignee/", {"assignee": user})


def test_a_page_goes_with_its_contact_and_comes_back_with_it(house, opened, colleague, card):
    sofia = opened("sofia", f"/contacts/{card}/")
    colleague.do(f"/contacts/{card}/trash/", {})
    expect(sofia.locator("#gone")).to_contain_text("Kontakt wurde gelöscht.")
    assert name_of(house, card) not in shown(sofia)
    colleague.do("/contacts/trash/restoration/", {"contact": card})
    expect(sofia.locator("#timeline")).to_be_visible()
    assert name_of(house, card) in shown(sofia)
    colleague.do(f"/contacts/{card}/due/", {"due_on": "24.12.2030", "due_note": ""})
    expect(sofia.locator("#head")).to_contain_text("24.12.2030")


def test_a_form_says_that_its_contact_was_trashed_and_restored_and_keeps_what_was_typed(house, opened, colleague, card):
    sofia = opened("sofia", f"/contacts/{card}/")
    type_a_note(sofia)
    said = sofia.locator("#composer [data-said]")
    colleague.do(f"/contacts/{card}/trash/", {})
    expect(said).to_contain_text("Mehmet Bulut hat den Kontakt gerade gelöscht.")
    colleague.do("/contacts/trash/restoration/", {"contact": card})
    expect(said).to_contain_text("Mehmet Bulut hat gerade geändert: Wiederhergestellt")
    expect(sofia.locator("#composer textarea")).to_have_value(NOTE)


def test_of_a_contact_that_an_agent_loses_nothing_stays_but_what_they_typed(house, opened, colleague, card, limited):
    give(house, colleague, card, "sofia")
    sofia = opened("sofia", f"/contacts/{card}/")
    type_a_note(sofia)
    sofia.locator("#facts-source").get_by_role("button").first.or_(sofia.locator("#facts-source a").first).click()
    expect(sofia.locator("#facts-source form")).to_be_visible()
    give(house, colleague, card, "jan")
    expect(sofia.locator("#gone[data-lost]")).to_contain_text("Diesen Kontakt gibt es für Sie nicht mehr.")
    expect(sofia.locator("#gone [data-typed]")).to_have_value(NOTE)
    assert name_of(house, card) not in shown(sofia)
    give(house, colleague, card, "sofia")
    expect(sofia.locator("#timeline")).to_be_visible()


def test_an_open_dialog_or_menu_does_not_keep_a_contact_that_an_agent_loses(house, opened, colleague, card, limited):
    give(house, colleague, card, "sofia")
    sofia, board = opened("sofia", f"/contacts/{card}/"), opened("sofia")
    for page in (sofia, board):
        page.locator(f"[formaction='/contacts/{card}/due/']").first.evaluate("button => button.click()")
        page.locator("#popup [name='due_note']").fill(NOTE)
    until(board, "heard.streamed > 0")
    give(house, colleague, card, "jan")
    expect(sofia.locator("#gone [data-typed]")).to_have_value(NOTE)
    expect(sofia.locator("#popup")).to_be_hidden()
    expect(board.locator("#popup [data-said]")).to_contain_text("Diesen Kontakt gibt es für Sie nicht mehr.")
    expect(board.locator("#popup [data-typed]")).to_have_value(NOTE)
    board.keyboard.press("Escape")
    expect(board.locator(f"#card-{card}")).to_have_count(0)
