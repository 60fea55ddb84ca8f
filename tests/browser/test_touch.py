"""Touch screens: a long press lifts, a swipe scrolls, and a phone shows one column at a time."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.board import box, card_of, cards_in, messages, names_in, posts, settled, shown, truth
from tests.pipeline.drops import make

GLASS = {"has_touch": True, "is_mobile": True}
TABLET = GLASS | {"viewport": {"width": 1024, "height": 768}}
PHONE = GLASS | {"viewport": {"width": 390, "height": 844}}


class Finger:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def down(self, x: float, y: float) -> None:
        self.at = (x, y)
        self._send("touchStart", self.at)

    def slide(self, x: float, y: float, steps: int = 10, pause: float = 16) -> None:
        (left, top) = self.at
        for step in range(1, steps + 1):
            share = step / steps
            self._send("touchMove", (left + (x - left) * share, top + (y - top) * share))
            self.page.wait_for_timeout(pause)
        self.at = (x, y)

    def up(self) -> None:
        self._send("touchEnd")


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


def test_a_tap_beside_an_open_menu_closes_it_and_nothing_else(visit, anna, new):
    make(new, "Ada", "Bea")
    page = visit(anna, **PHONE)
    before = page.url
    for beside in (page.get_by_role("link", name="Liste", exact=True), page.locator(".card__name").first):
        page.locator(".card__menu").first.tap()
        expect(page.get_by_role("menuitem", name="Öffnen")).to_be_visible()
        place = box(beside)
        page.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        expect(page.get_by_role("menu")).to_have_count(0)
        settled(page)
        assert (page.url, len(page.context.pages)) == (before, 1)
    page.get_by_role("link", name="Liste", exact=True).tap()
    expect(page).to_have_url(re.compile("/contacts/$"))


def test_a_card_is_dragged_to_another_column_after_a_long_press(visit, anna, board, new):
    ada, *_ = make(new, "Ada", "Bea")
    missed = board["Nicht erreicht"]
    page = visit(anna, **TABLET)
    finger, place, goal = Finger(page), box(card_of(page, ada)), box(cards_in(page, missed))
    finger.down(place["x"] + 16, place["y"] + place["height"] / 2)
    page.wait_for_timeout(330)
    finger.slide(goal["x"] + goal["width"] / 2, goal["y"] + 80, steps=14)
    finger.slide(goal["x"] + goal["width"] / 2 + 2, goal["y"] + 82, steps=4, pause=70)
    finger.up()
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert names_in(page, missed) == ["Ada"]
    assert shown(page) == truth(anna.account)
    assert len(page.context.pages) == 1


def test_a_swipe_over_cards_scrolls_and_moves_nothing(visit, anna, new):
    make(new, *(f"N{number}" for number in range(15)))  # as many as are loaded at once
    page = visit(anna, **PHONE)
    sent = posts(page)
    finger, place = Finger(page), box(cards_in(page, new).locator("> [data-card]").nth(4))
    finger.down(place["x"] + 60, place["y"] + 20)
    finger.slide(place["x"] + 60, place["y"] - 280, steps=8, pause=10)
    assert page.locator(".sortable-drag, .sortable-fallback").count() == 0
    finger.up()
    page.wait_for_timeout(300)
    assert cards_in(page, new).evaluate("list => list.scrollTop") > 100
    assert sent == []
    assert shown(page) == truth(anna.account)
    assert len(page.context.pages) == 1


def test_a_tap_opens_the_contact_in_a_new_tab(visit, anna, new):
    (ada,) = make(new, "Ada")
    page = visit(anna, **PHONE)
    place = box(card_of(page, ada))
    with page.context.expect_page() as opened:
        page.touchscreen.tap(place["x"] + 40, place["y"] + place["height"] - 14)
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(ada.display_name)


def test_on_a_phone_the_switcher_goes_to_each_column(visit, anna, board):
    (ada,) = make(board["Auftrag erhalten"], "Ada")
    page = visit(anna, **PHONE)
    switcher = page.get_by_role("navigation", name="Spalten")
    buttons = switcher.get_by_role("button")
    expect(buttons).to_have_text(list(board))
    expect(buttons.first).to_have_attribute("aria-current", "true")
    assert card_of(page, ada).evaluate("card => card.getBoundingClientRect().left > innerWidth")
    switcher.get_by_role("button", name="Auftrag erhalten").click()
    expect(card_of(page, ada)).to_be_in_viewport(ratio=0.9)
    expect(switcher.get_by_role("button", name="Auftrag erhalten")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_a_card_is_moved_by_its_menu(visit, anna, board, new):
    (ada,) = make(new, "Ada")
    page = visit(anna, **PHONE)
    card_of(page, ada).get_by_role("button", name=f"Kartenmenü: {ada.display_name}").tap()
    page.get_by_role("menuitem", name="Verschieben nach …").tap()
    page.get_by_role("menuitemradio", name="Nicht erreicht").tap()
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert shown(page) == truth(anna.account)
    assert names_in(page, board["Nicht erreicht"]) == ["Ada"]
