"""A page that somebody comes back to shows what was changed meanwhile, at once."""

import pytest
from playwright.sync_api import Page, expect

from tests.live.windows import SOON, agree, fill, until

pytestmark = pytest.mark.browser
CALLS, MEETING = "Nicht erreicht", "Termin vereinbart"


def go_back(page: Page) -> None:
    with page.expect_event("framenavigated"):
        page.evaluate("setTimeout(() => history.back())")


def test_back_from_a_contact_the_board_is_right_and_goes_on(house, opened, colleague):
    fill(house, colleague, CALLS, 4)
    sofia, (first, second, third, *_) = opened("sofia"), house.truth()[CALLS]
    sofia.evaluate("window.isKept = true")
    sofia.goto(f"/contacts/{second}/")
    colleague.move(second, MEETING)
    colleague.do(f"/contacts/{first}/due/", {"pick": "today", "due_note": ""})
    go_back(sofia)
    assert sofia.evaluate("window.isKept"), "Chromium keeps the page as it was left"
    agree(house, sofia, within=SOON)
    expect(sofia.locator(f"#due-{first}[data-due='today']")).to_be_visible(timeout=SOON)
    until(sofia, "heard.streamed > 1", within=SOON)
    colleague.move(third, MEETING)
    agree(house, sofia, within=SOON)
