"""What others change leaves alone whoever is at work, and is there afterwards; what was missed is made good."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board import drag_over, lift
from tests.live.windows import PATIENCE, agree, asked, first, names, until

pytestmark = [pytest.mark.browser, pytest.mark.prove]
NEW, CALLS = "Neue Kontakte", "Nicht erreicht"
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def changes(addresses: list[str]) -> list[str]:
    return [address for address in addresses if "changes/" in address or address.startswith("contacts/board/")]


def test_a_card_in_hand_is_not_replaced_by_a_colleague_who_moves_it(house, opened, colleague, watch):
    watch.expect_status(409)  # the drop is refused, as always when somebody was faster
    sofia = opened("sofia")
    card = first(house, NEW)
    target = sofia.locator(f"#column-{house.column(CALLS)}-cards")
    lift(sofia, sofia.locator(f"#card-{card}"))
    drag_over(sofia, target)
    colleague.move(card, "Termin vereinbart")
    until(sofia, "heard.changed > 0")
    sofia.wait_for_timeout(1500)
    assert sofia.evaluate("document.querySelector('.board--dragging') !== null")
    sofia.mouse.up()
    expect(sofia.locator("#messages .toast")).to_be_visible()
    agree(house, sofia)
    assert card in house.truth()["Termin vereinbart"]


def test_an_open_menu_stays_and_the_change_comes_when_it_is_closed(house, opened, colleague):
    sofia = opened("sofia")
    card, other = house.truth()[CALLS][:2]
    sofia.locator(f"#card-{card}").get_by_role("button", name="Kartenmenü: ").click(force=True)
    expect(sofia.locator("#popup [role='menu']")).to_be_visible()
    before = names(sofia)
    colleague.move(other, "Termin vereinbart")
    until(sofia, "heard.changed > 0")
    sofia.wait_for_timeout(1500)
    expect(sofia.locator("#popup [role='menu']")).to_be_visible()
    assert names(sofia) == before != house.truth()
    sofia.keyboard.press("Escape")
    agree(house, sofia)


def test_focus_and_scroll_positions_stay(house, opened, colleague):
    sofia = opened("sofia")
    sofia.set_viewport_size({"width": 1000, "height": 420})
    column = sofia.locator(f"#column-{house.column(CALLS)}-cards")
    top = column.evaluate("list => { list.scrollTop = 120; return list.scrollTop; }")
    focused = sofia.locator(f"#card-{house.truth()[CALLS][2]} .card__name")
    focused.evaluate("link => link.focus({ preventScroll: true })")
    colleague.do(f"/contacts/{house.truth()[CALLS][2]}/due/", {"pick": "tomorrow", "due_note": ""})
    colleague.move(house.truth()["Termin vereinbart"][0], "Bewertung erstellt")
    agree(house, sofia)
    sofia.wait_for_timeout(1200)
    expect(focused).to_be_focused()
    assert column.evaluate("list => list.scrollTop") == top


def test_what_one_reads_in_a_column_stays_when_a_card_comes_above_it(house, opened, colleague):
    sofia = opened("sofia")
    sofia.set_viewport_size({"width": 1000, "height": 420})
    column = sofia.locator(f"#column-{house.column(CALLS)}-cards")
    column.evaluate("list => { list.scrollTop = 250; }")
    read = sofia.locator(f"#card-{house.truth()[CALLS][3]}")
    top = read.evaluate("card => card.getBoundingClientRect().top")
    colleague.move(house.truth()["Termin vereinbart"][0], CALLS)
    agree(house, sofia)
    sofia.wait_for_timeout(1200)
    assert read.evaluate("card => card.getBoundingClientRect().top") == pytest.approx(top, abs=1)


def test_a_form_of_facts_says_who_has_changed_the_same_and_keeps_what_was_typed(house, opened, colleague):
    card = first(house, CALLS)
    sofia = opened("sofia", f"/contacts/{card}/")
    sofia.locator("#facts-source").get_by_role("button").first.or_(sofia.locator("#facts-source a").first).click()
    field = sofia.locator("#facts-source form [name='source_detail']")
    field.fill("Mein Text")
    colleague.edit(card, "source", source="form", source_detail="Anderer Text")
    expect(sofia.locator("#facts-source [data-said]")).to_contain_text("Mehmet Bulut hat gerade geändert: ")
    expect(field).to_have_value("Mein Text")


def test_a_name_being_typed_for_a_column_stays_and_says_who_renamed_it(house, opened, colleague):
    anna = opened("anna")
    column = house.column(CALLS)
    anna.locator(f"#column-{column} .column__menu").click()
    anna.locator("#popup [data-head]").click()
    field = anna.locator("[data-rename] [name='name']")
    field.fill("Mein Name")
    colleague.do(f"/columns/{column}/name/", {"name": "Anderer Name"})
    expect(anna.locator("[data-rename] [data-said]")).to_contain_text("Spalte umbenannt: Anderer Name")
    expect(field).to_have_value("Mein Name")
    field.press("Escape")
    expect(anna.locator("[data-rename]")).to_have_count(0)
    agree(house, anna)
    colleague.do(f"/columns/{column}/name/", {"name": CALLS})
    agree(house, anna)


def test_a_hidden_tab_hears_nothing_and_is_right_when_it_is_shown(house, opened, colleague):
    sofia = opened("sofia")
    sofia.evaluate(HIDE, True)
    seen = asked(sofia)
    before = names(sofia)
    colleague.move(first(house, CALLS), "Termin vereinbart")
    sofia.wait_for_timeout(1500)
    assert (names(sofia), changes(seen)) == (before, [])
    sofia.evaluate(HIDE, False)
    agree(house, sofia)


def test_two_tabs_of_a_browser_share_one_stream(house, opened, colleague):
    one, two = opened("sofia"), opened("sofia")
    held = one.evaluate("navigator.locks.query().then(({ held, pending }) => [held.length, pending.length])")
    assert held == [1, 1]
    colleague.move(first(house, CALLS), "Termin vereinbart")
    agree(house, one, two)
    holder, other = (one, two) if is_holder(one) else (two, one)
    holder.close()
    until(other, "navigator.locks.query().then(({ held }) => held.length === 1)")
    colleague.move(first(house, CALLS), "Termin vereinbart")
    agree(house, other)


def is_holder(page: Page) -> bool:
    """Return whether this tab has a stream of its own: only it asked for one."""
    return bool(page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('/stream/'))"))


STARTS = """performance.getEntriesByType('resource')
  .filter(({ name }) => name.includes('/board/changes/')).map(({ startTime }) => startTime)"""


def test_fifty_notices_are_asked_about_once_a_second_at_most(house, opened):
    sofia = opened("sofia")
    cards = [card for cards in house.truth().values() for card in cards]
    for number in range(50):
        house.tell(kind="due", contacts=[[int(cards[number % len(cards)]), None, None, None]])
        sofia.wait_for_timeout(40)
    until(sofia, "heard.changed >= 50")
    sofia.wait_for_timeout(1500)
    starts = sofia.evaluate(STARTS)
    # By the page's own clock, whose timers come late on a busy machine, but never early.
    assert 2 <= len(starts) < 50
    assert all(later - earlier > 900 for earlier, later in pairwise(starts))


def test_what_was_missed_while_the_streams_were_away_is_made_good(house, opened, colleague):
    sofia = opened("sofia")
    house.kill_streams()
    colleague.move(first(house, CALLS), "Termin vereinbart")
    house.start_streams()
    agree(house, sofia)
    until(sofia, "heard.streamed > 1 || heard.missed > 0")
    colleague.move(first(house, CALLS), "Termin vereinbart")
    agree(house, sofia)


def test_colleagues_are_shown_until_they_leave_and_never_oneself(house, opened):
    sofia, anna = opened("sofia"), opened("anna")
    here = sofia.locator("#here")
    expect(here).to_have_attribute("aria-label", "Auch hier: Anna Krüger")
    expect(here.locator(".avatar")).to_have_text(["AK"])
    expect(anna.locator("#here")).to_have_attribute("aria-label", "Auch hier: Sofia Vogt")
    anna.goto("/help/")
    expect(here).to_be_hidden()


def test_a_board_that_stays_open_over_midnight_is_right_in_the_morning(house, opened):
    sofia = opened("sofia")
    card = first(house, CALLS)
    house.ask("UPDATE contacts_contact SET due_on = current_date - 3 WHERE id = %s", int(card))
    house.ask("UPDATE pipeline_card SET due_on = current_date - 3 WHERE contact_id = %s", int(card))
    sofia.evaluate("document.querySelector(\"meta[name='live']\").dataset.midnight = Date.now()")
    expect(sofia.locator(f"#card-{card} [data-due='overdue']")).to_be_visible(timeout=PATIENCE)
    assert sofia.evaluate("Number(document.querySelector(\"meta[name='live']\").dataset.midnight) > Date.now()")


def test_a_board_that_wakes_up_is_right(house, opened):
    sofia = opened("sofia")
    card = house.truth()[CALLS][1]
    house.ask("UPDATE contacts_contact SET due_on = current_date - 3 WHERE id = %s", int(card))
    house.ask("UPDATE pipeline_card SET due_on = current_date - 3 WHERE contact_id = %s", int(card))
    sofia.evaluate("const now = Date.now; Date.now = () => now() + 8 * 3600e3; undefined")
    expect(sofia.locator(f"#card-{card} [data-due='overdue']")).to_be_visible(timeout=PATIENCE)


def test_without_streams_a_page_asks_and_is_right_all_the_same(house, opened, colleague):
    house.kill_streams()
    sofia = opened("sofia", is_streamed=False)
    until(sofia, "performance.getEntriesByType('resource').some(({ name }) => name.includes('/changes/?contacts='))")
    colleague.move(first(house, CALLS), "Termin vereinbart")
    agree(house, sofia)
    house.start_streams()
    until(sofia, "heard.streamed > 0")


WAITS = """
window.waits = [];
const [set, now] = [setTimeout, Date.now];
window.setTimeout = (act, wait, ...more) => {
  if (act.name === "open") waits.push(wait);
  return set(act, wait, ...more);
};
Math.random = () => 0.999;
Date.now = () => now() + 8 * 3600e3;
undefined;
"""


def test_however_long_there_was_no_stream_a_page_asks_for_one_each_minute(house, opened):
    house.kill_streams()
    sofia = opened("sofia", is_streamed=False)
    until(sofia, "performance.getEntriesByType('resource').some(({ name }) => name.includes('/stream/'))")
    sofia.evaluate(WAITS)
    until(sofia, "waits.some((wait) => wait > 30000)")
    house.start_streams()
    assert sofia.evaluate("Math.max(...waits)") <= 60_000
