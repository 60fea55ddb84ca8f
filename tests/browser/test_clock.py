"""A red card counts on by itself on an open board, and turns late."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts import offices
from pipeline.inquiries import take_in
from tests.browser.board import card_of

ALL_DAY = ",".join(["0000-2400"] * 7)
# The page would ask anew after so long a time, and hear of the server's clock, which stands.
LATER = """minutes => {
  document.addEventListener("missed", event => event.stopImmediatePropagation(), true);
  const now = Date.now;
  Date.now = () => now() + minutes * 60000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_red_card_turns_late_on_an_open_board(visit, anna, board):
    offices.settle_hours(account=anna.account, office_hours=ALL_DAY, late_after=60, managers_after=None)
    anna.account.refresh_from_db()
    asked = timezone.now() - timedelta(minutes=50)
    contact = take_in(
        account=anna.account, values={"last_name": "Lindner"}, occurred_at=asked, now=timezone.now()
    ).contact
    page = visit(anna)
    card = card_of(page, contact)
    expect(card.locator(".wait")).to_have_text(re.compile(r"wartet seit 5\d Min\."))
    assert card.get_attribute("data-clock") is None
    page.evaluate(LATER, 15)
    expect(card).to_have_attribute("data-clock", "late")
    expect(card.locator(".wait")).to_have_text("wartet seit 1 Std.")
    page.evaluate(LATER, 120)
    expect(card.locator(".wait")).to_have_text("wartet seit 3 Std.")
