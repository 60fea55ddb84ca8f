"""What arrives while the tray is open."""

from playwright.sync_api import expect

from intake import taking
from tests.browser.test_live_board import addresses
from tests.intake.arriving import NOW, OLGA, inlet, kept, read

TELL = """() => document.dispatchEvent(new CustomEvent("changed", { detail: {
  kind: "intake", contacts: [], columns: [], user: null, origin: "" } }))"""


def test_an_open_tray_keeps_its_filter(visit, anna, board, monkeypatch):
    monkeypatch.setitem(taking.READERS, "hook", read)
    hook = inlet(anna.account)
    taking.take(kept(hook, OLGA).pk, NOW)
    page = visit(anna, f"/intake/?inlet={hook.pk}&result=unread")
    expect(page.locator("[data-intake]")).to_have_count(0)
    asked = addresses(page, "/intake/")
    unread = taking.take(kept(hook, unread="Das ist kein JSON.").pk, NOW)
    page.evaluate(TELL)
    expect(page.locator(f"[data-intake='{unread.pk}']")).to_be_visible()
    expect(page.locator("[data-intake]")).to_have_count(1)
    assert all(f"inlet={hook.pk}&result=unread" in address for address in asked)
