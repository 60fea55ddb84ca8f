"""What somebody has open, selected, focused or scrolled stays as it is, whatever a colleague changes meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live.windows import LOOKS, SOON, Colleague, House, agree, fill, first, until

pytestmark = pytest.mark.browser
CALLS, MEETING = "Nicht erreicht", "Termin vereinbart"


@pytest.fixture(autouse=True)
def enough(house: House, colleague: Colleague) -> None:
    fill(house, colleague, CALLS, 4)


CARDS = "[...document.querySelectorAll('[data-card]')].map(({ id, parentElement }) => `${parentElement.id} ${id}`)"
# Selects the text of an element, as a double click or a drag does.
SELECT = """(part) => {
  getSelection().selectAllChildren(part);
  return String(getSelection());
}"""


def dialog(page: Page, house: House, card: str) -> Locator:
    page.locator("a[data-dialog][href*='feedback']").first.click()
    field = page.locator("#dialog textarea")
    field.fill("Die Karten")
    return field


def card_menu(page: Page, house: House, card: str) -> Locator:
    page.locator(f"#card-{card} .card__menu").click(force=True)
    return page.locator("#popup [role='menu']")


def column_menu(page: Page, house: House, card: str) -> Locator:
    page.locator(f"#column-{house.column(CALLS)} .column__menu").click()
    return page.locator("#popup [role='menu']")


def assignment(page: Page, house: House, card: str) -> Locator:
    page.locator(f"#circle-{card}").click()
    return page.locator("#popup [role='listbox']")


def rename(page: Page, house: House, card: str) -> Locator:
    column_menu(page, house, card).locator("[data-head]").click()
    field = page.locator("[data-rename] [name='name']")
    field.fill("Mein Name")
    return field


OPENED = {
    "a form in a dialog": dialog,
    "the menu of the card": card_menu,
    "the menu of its column": column_menu,
    "its assignment": assignment,
    "the name of its column": rename,
}


def stays(page: Page, part: Locator, change: Callable[[], None]) -> None:
    """Another changes something, and this part of the page is still there, itself, with what was typed."""
    value = part.evaluate("part => { part.isSame = true; return part.value ?? null; }")
    page.evaluate("heard.changed = 0")
    change()
    until(page, "heard.changed > 0", within=SOON)
    page.wait_for_timeout(LOOKS)
    assert part.evaluate("part => [part.isSame, part.checkVisibility(), part.value ?? null]") == [True, True, value]


@pytest.mark.parametrize("opens", OPENED.values(), ids=OPENED)
def test_what_is_open_stays_and_the_board_is_right_once_it_is_closed(opens, house, opened, colleague):
    anna, card = opened("anna"), first(house, CALLS)
    part, before = opens(anna, house, card), anna.evaluate(CARDS)
    stays(anna, part, lambda: colleague.move(card, MEETING))
    assert anna.evaluate(CARDS) == before
    anna.keyboard.press("Escape")
    if opens is dialog:
        anna.get_by_role("button", name="Verwerfen").click()
    expect(part).to_have_count(0)
    agree(house, anna, within=SOON)


SELECTED = {
    "the name of a column": ("/contacts/board/", "#column-{column} h2"),
    "a name in the list": ("/contacts/?status={column}", "#contact-{card} .list__name"),
    "the name on a contact's page": ("/contacts/{card}/", "#head h1"),
}


@pytest.mark.parametrize(("path", "text"), SELECTED.values(), ids=SELECTED)
def test_selected_text_stays_as_it_was_and_is_right_afterwards(path, text, house, opened, colleague):
    facts = {"card": first(house, CALLS), "column": house.column(CALLS)}
    sofia = opened("sofia", path.format(**facts))
    part = sofia.locator(text.format(**facts))
    chosen, new = part.evaluate(SELECT), f"Neu{facts['card']}{len(path)}"

    def rename(name: str) -> None:
        if "h2" in text:
            colleague.do(f"/columns/{facts['column']}/name/", {"name": name})
        else:
            colleague.edit(facts["card"], "person", last_name=name)

    stays(sofia, part, lambda: rename(new))
    assert sofia.evaluate("String(getSelection())") == chosen != ""
    sofia.evaluate("getSelection().removeAllRanges()")
    expect(part).to_contain_text(new, timeout=SOON)
    if "h2" in text:
        rename(CALLS)


FOCUSED = {
    "the name of a card": ".card__name",
    "its menu": ".card__menu",
    "its assignment": ".avatar",
    "its due date": ".due, .card__foot button",
}


@pytest.mark.parametrize("part", FOCUSED.values(), ids=FOCUSED)
def test_focus_stays_when_the_card_and_the_one_beside_it_change(part, house, opened, colleague):
    sofia = opened("sofia")
    card, beside = house.truth()[CALLS][1:3]
    sofia.locator(f"#card-{card} {part}").first.focus()
    for changed, day in ((beside, "23.12.2030"), (card, "24.12.2030")):
        colleague.do(f"/contacts/{changed}/due/", {"due_on": day, "due_note": ""})
        expect(sofia.locator(f"#due-{changed}")).to_contain_text(day[:6], timeout=SOON)
        expect(sofia.locator(f"#card-{card} {part}").first).to_be_focused()
    colleague.move(beside, MEETING)
    agree(house, sofia, within=SOON)
    colleague.move(card, MEETING)
    agree(house, sofia, within=SOON)
    expect(sofia.locator(f"#card-{card} {part}").first).to_be_focused()
