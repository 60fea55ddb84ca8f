"""Columns that change, go and come, and a card that two people move, while somebody has a card in hand."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board import drag_over, lift
from tests.live.windows import LOOKS, SOON, Colleague, House, agree, fill, until

pytestmark = pytest.mark.browser
NEW, CALLS, PROBE = "Neue Kontakte", "Nicht erreicht", "Probe"


@pytest.fixture
def probe(house: House, colleague: Colleague) -> str:
    """A column beside the first one, with two cards; return its id."""
    if PROBE not in house.truth():
        insert(house, colleague)
        colleague.do(f"/columns/{house.column('Neue Spalte')}/name/", {"name": PROBE})
    for column, count in ((NEW, 2), (CALLS, 2), (PROBE, 2)):
        fill(house, colleague, column, count)
    return house.column(PROBE)


def insert(house: House, colleague: Colleague) -> None:
    colleague.do("/columns/", {"beside": house.column(NEW), "side": "right", "key": str(uuid4())})


def hold(page: Page, card: str, over: str) -> None:
    """Lift this card, and hold it over this column."""
    lift(page, page.locator(f"#card-{card}"))
    drag_over(page, page.locator(f"#column-{over}-cards"))


def meanwhile(page: Page, change: Callable[[], None]) -> None:
    """A colleague changes something; the board hears of it and leaves the card in the hand."""
    page.evaluate("heard.changed = 0")
    change()
    until(page, "heard.changed > 0", within=SOON)
    page.wait_for_timeout(LOOKS)
    assert page.locator(".board--dragging .sortable-ghost").count() == 1


def test_the_column_of_a_card_in_hand_is_deleted(probe, house, opened, colleague, watch):
    watch.expect_status(409)  # the card is not where it was
    anna, card = opened("anna"), house.truth()[PROBE][0]
    hold(anna, card, house.column(CALLS))
    meanwhile(anna, lambda: colleague.do(f"/columns/{probe}/removal/", {"target": house.column(NEW)}))
    anna.mouse.up()
    expect(anna.locator("#messages .toast")).to_be_visible()
    agree(house, anna, within=SOON)
    assert card in house.truth()[NEW]


def test_the_column_under_a_card_in_hand_is_deleted(probe, house, opened, colleague, watch):
    watch.expect_status(422)  # there is no such column
    anna, card = opened("anna"), house.truth()[NEW][0]
    hold(anna, card, probe)
    meanwhile(anna, lambda: colleague.do(f"/columns/{probe}/removal/", {"target": house.column(CALLS)}))
    anna.mouse.up()
    expect(anna.locator("#messages .toast")).to_be_visible()
    agree(house, anna, within=SOON)
    assert card in house.truth()[NEW]


def test_columns_are_renamed_shifted_and_inserted_under_a_card_in_hand(probe, house, opened, colleague):
    anna, card = opened("anna"), house.truth()[NEW][0]
    hold(anna, card, probe)
    meanwhile(anna, lambda: colleague.do(f"/columns/{probe}/name/", {"name": "Probe 2"}))
    meanwhile(anna, lambda: colleague.do(f"/columns/{probe}/place/", {"direction": "right"}))
    meanwhile(anna, lambda: insert(house, colleague))
    anna.mouse.up()
    agree(house, anna, within=SOON)
    assert card in house.truth()["Probe 2"]
    colleague.do(f"/columns/{house.column('Neue Spalte')}/removal/", {})
    colleague.do(f"/columns/{probe}/name/", {"name": PROBE})
    agree(house, anna, within=SOON)


def test_two_people_drag_the_same_card(probe, house, opened, watch):
    watch.expect_status(409)  # for the slower one
    anna, sofia = opened("anna"), opened("sofia")
    card = house.truth()[NEW][0]
    hold(anna, card, probe)
    hold(sofia, card, house.column(CALLS))
    meanwhile(sofia, anna.mouse.up)
    sofia.mouse.up()
    expect(sofia.locator("#messages .toast")).to_be_visible()
    agree(house, anna, sofia, within=SOON)
    assert card in house.truth()[PROBE]
