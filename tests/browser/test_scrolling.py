"""Long columns and wide boards: they scroll during a drag, and load further cards."""

import pytest
from playwright.sync_api import expect

from tests.browser.board import (
    box,
    card_of,
    cards_in,
    drag,
    drag_over,
    lift,
    messages,
    names_in,
    settled,
    shown,
    truth,
)
from tests.pipeline.drops import make


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


@pytest.fixture
def missed(board):
    return board["Nicht erreicht"]


def scroll_to_end(page, column):
    cards_in(page, column).evaluate("list => list.scrollTop = list.scrollHeight")


def test_the_board_scrolls_while_a_card_is_held_at_its_edge(visit, anna, board, new):
    (ada,) = make(new, "Ada")
    last = list(board.values())[-1]
    page = visit(anna, viewport={"width": 900, "height": 700})
    lift(page, card_of(page, ada))
    page.mouse.move(600, 300, steps=8)
    for shake in range(80):
        page.mouse.move(888 + shake % 2, 300)
        page.wait_for_timeout(50)
        if page.locator("main").evaluate("board => board.scrollLeft + board.clientWidth >= board.scrollWidth - 1"):
            break
    expect(cards_in(page, last)).to_be_in_viewport()
    drag_over(page, cards_in(page, last), down=0.3)
    page.mouse.up()
    expect(messages(page)).to_contain_text(f"„{last.name}“")
    settled(page)
    assert names_in(page, last) == ["Ada"]
    assert shown(page) == truth(anna.account)


def test_a_column_scrolls_while_a_card_is_held_at_its_bottom(visit, anna, new, missed):
    (ada,) = make(new, "Ada")
    make(missed, *(f"M{number}" for number in range(30)))
    page = visit(anna)
    lift(page, card_of(page, ada))
    place = box(cards_in(page, missed))
    x, foot = place["x"] + place["width"] / 2, place["y"] + place["height"] - 8
    page.mouse.move(x, foot, steps=12)
    for shake in range(20):
        page.mouse.move(x + shake % 2, foot)
        page.wait_for_timeout(50)
    assert cards_in(page, missed).evaluate("list => list.scrollTop") > 200
    drag_over(page, cards_in(page, missed))
    page.mouse.up()
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert names_in(page, missed).index("Ada") > 3
    assert shown(page) == truth(anna.account)


def test_further_cards_are_loaded_while_scrolling(visit, anna, new):
    make(new, *(f"N{number}" for number in range(120)))
    page = visit(anna)
    cards = cards_in(page, new).locator("> [data-card]")
    assert cards.count() == 15
    for number in (65, 115, 120):
        scroll_to_end(page, new)
        expect(cards).to_have_count(number)
    assert cards_in(page, new).locator(".cards__more").count() == 0
    assert shown(page) == truth(anna.account)


def test_a_card_dropped_where_the_next_page_begins_appears_once(visit, anna, new, missed):
    make(missed, *(f"M{number}" for number in range(60)))
    (ada,) = make(new, "Ada")
    page = visit(anna)
    held = []
    # Only the first: a page that looks for changes asks for it as well.
    page.route("**/cards/?after=*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/cards/?after=*"):
        scroll_to_end(page, missed)
    page.wait_for_timeout(100)
    cards = cards_in(page, missed).locator("> [data-card]")
    drag(page, card_of(page, ada), cards.nth(14), down=0.9)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    held[0].continue_()
    expect(cards).to_have_count(61)
    assert shown(page) == truth(anna.account)
    drag(page, card_of(page, ada), cards_in(page, new))
    expect(messages(page).last).to_contain_text("„Neue Kontakte“")
    settled(page)
    assert shown(page) == truth(anna.account)


def held_still(page, card, x, y, watched: str, seconds: float = 3.0) -> list[float]:
    """Evaluate `watched` each tenth of a second while the card is held there, without moving the pointer."""
    lift(page, card)
    page.mouse.move(x, y, steps=12)
    seen = []
    for _ in range(int(seconds * 10)):
        page.wait_for_timeout(100)
        seen.append(page.evaluate(watched))
    return seen


@pytest.mark.parametrize("edge", ["head", "foot", "last pixels"])
def test_a_column_scrolls_under_a_still_pointer(visit, anna, new, missed, edge):
    (ada,) = make(new, "Ada")
    make(missed, *(f"M{number}" for number in range(30)))
    page = visit(anna)
    column = cards_in(page, missed)
    if edge == "head":
        scroll_to_end(page, missed)
    place, start = box(column), column.evaluate("list => list.scrollTop")
    x = place["x"] + place["width"] / 2
    y = {"head": place["y"] + 10, "foot": place["y"] + place["height"] - 30}.get(edge, place["y"] + place["height"] - 3)
    watched = f"document.getElementById('column-{missed.pk}-cards').scrollTop"
    seen = held_still(page, card_of(page, ada), x, y, watched)
    assert (seen[-1] < start - 200) if edge == "head" else (seen[-1] > start + 200)
    page.mouse.up()
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    place = names_in(page, missed).index("Ada")
    assert (place < 25) if edge == "head" else (place > 5)
    assert shown(page) == truth(anna.account)


@pytest.mark.parametrize("edge", ["left", "right"])
def test_the_board_scrolls_under_a_still_pointer(visit, anna, board, new, edge):
    last = list(board.values())[-1]
    (ada,) = make(new if edge == "right" else last, "Ada")
    page = visit(anna, viewport={"width": 900, "height": 700})
    if edge == "left":
        page.locator("main").evaluate("board => (board.scrollLeft = board.scrollWidth)")
    start = page.locator("main").evaluate("board => board.scrollLeft")
    seen = held_still(
        page,
        card_of(page, ada),
        890 if edge == "right" else 10,
        300,
        "document.querySelector('main').scrollLeft",
    )
    assert (seen[-1] > start + 400) if edge == "right" else (seen[-1] < start - 400)
    page.mouse.up()
    goal = last if edge == "right" else new
    expect(messages(page)).to_contain_text(f"„{goal.name}“")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_on_a_phone_the_board_stops_at_each_column(visit, anna, board, new):
    (ada,) = make(new, "Ada")
    page = visit(anna, viewport={"width": 390, "height": 844})
    middle = """(() => { const at = [...document.querySelectorAll('[data-column]')].findIndex((column) => {
      const { left, right } = column.getBoundingClientRect(); return left < 195 && right > 195 });
      const { left, right } = document.querySelectorAll('[data-column]')[at].getBoundingClientRect();
      return Math.abs((left + right) / 2 - 195) < 3 ? at : -1; })()"""
    seen = held_still(page, card_of(page, ada), 380, 300, middle, seconds=4)
    page.keyboard.press("Escape")
    stops = [at for at in seen if at >= 0]
    assert stops == sorted(stops)
    assert {0, 1, 2} <= set(stops)
    assert stops.count(1) >= 3  # long enough to drop
