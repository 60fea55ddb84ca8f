"""What others change on a long board. The pages of these tests have no stream: each tells of the change itself."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from contacts import actions, due
from contacts.models import Contact
from pipeline import changed
from pipeline.fingerprint import fingerprint
from pipeline.inquiries import take_in
from pipeline.models import Column
from pipeline.views import changes
from tests.browser.board import card_of, cards_in, messages, settled, shown, truth
from tests.factories import ContactFactory
from tests.pipeline.drops import make
from tests.pipeline.test_moves import move

TELL = """([contacts, kind]) => document.dispatchEvent(new CustomEvent("changed", { detail: {
  kind, columns: [], user: 0, origin: "", contacts: contacts.map((id) => [id, null]) } }))"""
HERE = """() => document.dispatchEvent(new CustomEvent("here", { detail: {
  at: "board", people: [[0, "SV", "Sofia", 1]] } }))"""


def tell(page: Page, *contacts: Contact) -> None:
    page.evaluate(TELL, [[contact.pk for contact in contacts], "moved"])


def addresses(page: Page, part: str) -> list[str]:
    """Return a list that the address of each request from now on is added to, if this is a part of it."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if part in request.url else None)
    return found


def scroll_down(page: Page, column: Column, *counts: int) -> None:
    """Load further cards, until there are as many as each of these numbers in turn."""
    for number in counts:
        cards_in(page, column).evaluate("list => list.scrollTop = list.scrollHeight")
        expect(cards_in(page, column).locator("> [data-card]")).to_have_count(number)


@pytest.mark.parametrize("deepest", [265, changed.DEEPEST])
def test_a_column_scrolled_far_down_keeps_all_cards_and_the_way_to_further_ones(
    deepest, visit, anna, sofia, board, monkeypatch
):
    monkeypatch.setattr(changed, "DEEPEST", deepest)
    column = board["Neue Kontakte"]
    make(column, *(f"N{number}" for number in range(325)))
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna)
    scroll_down(page, column, *range(65, 316, 50))
    asked = addresses(page, "/contacts/board/")
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    tell(page, ada)
    expect(card_of(page, ada).locator("[data-due]")).to_be_visible()
    settled(page)
    assert cards_in(page, column).locator("> [data-card]").count() == 315
    assert all("/board/changes/" in address for address in asked) == (deepest > 315)  # else the whole board
    scroll_down(page, column, 325)
    assert shown(page) == truth(anna.account)


def test_a_board_that_asks_for_everything_keeps_its_title(visit, anna, board):
    page = visit(anna)
    title = page.title()
    assert page.evaluate("() => fresh.ask()")
    assert page.title() == title


def test_a_card_is_marked_on_an_open_board_until_somebody_acts(visit, anna, sofia, board):
    ada = ContactFactory(column=board["Nicht erreicht"], first_name="Ada", last_name="Albers", email="ada@lead.example")
    make(board["Nicht erreicht"], "Bob")
    page = visit(anna)
    expect(card_of(page, ada)).not_to_contain_text("erneut angefragt")
    take_in(account=anna.account, values={"last_name": "Albers", "email": "ada@lead.example"}, now=timezone.now())
    tell(page, ada)
    expect(card_of(page, ada)).to_contain_text("erneut angefragt")
    settled(page)
    assert shown(page) == truth(anna.account)
    actions.perform(contact=ada, kind="call", outcome="reached", actor=sofia, now=timezone.now())
    tell(page, ada)
    expect(card_of(page, ada)).not_to_contain_text("erneut angefragt")


def test_a_card_that_moved_further_down_than_is_loaded_leaves_and_comes_while_scrolling(visit, anna, sofia, board):
    column, target = board["Neue Kontakte"], board["Nicht erreicht"]
    ada, *_ = make(column, "Ada", *(f"N{number}" for number in range(70)))
    last = make(target, *(f"M{number}" for number in range(70)))[-1]
    page = visit(anna)
    move(sofia, ada, target, after=last)
    tell(page, ada)
    expect(card_of(page, ada)).to_have_count(0)
    scroll_down(page, column, 64, 70)
    scroll_down(page, target, 65, 71)
    assert shown(page) == truth(anna.account)


# Has something of one's own overtake the first four answers.
OVERTAKE = """() => {
  const ask = window.fetch;
  let left = 4;
  window.fetch = (address, how) => {
    if (String(address).includes("board/changes/") && left-- > 0) document.dispatchEvent(new Event("found"));
    return ask(address, how);
  };
}"""


def test_answers_that_were_overtaken_do_not_make_a_board_wait_longer(visit, anna, sofia, board):
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna)
    page.evaluate(OVERTAKE)
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    tell(page, ada)
    expect(card_of(page, ada).locator("[data-due]")).to_be_visible(timeout=10_000)


def test_a_board_whose_session_has_ended_says_so_and_asks_no_more(visit, anna, board, watch):
    watch.expect_status(401)
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    asked = addresses(page, "/contacts/board/")
    tell(page, ada)
    expect(messages(page)).to_have_count(1)
    page.wait_for_timeout(2500)
    known = len(asked)
    assert known in (2, 3)  # what changed, the page, and once more if the search for a stream heard of the end as well
    page.wait_for_timeout(2500)
    assert len(asked) == known


def test_progress_of_an_import_is_no_reason_to_ask(visit, anna, sofia, board):
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna)
    asked = addresses(page, "/contacts/board/")
    page.evaluate(TELL, [[], "imported"])
    page.wait_for_timeout(300)
    assert asked == []
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    tell(page, ada)
    expect(card_of(page, ada).locator("[data-due]")).to_be_visible()


def test_what_changes_while_a_page_loads_without_a_stream_appears_at_once(visit, anna, sofia, board, monkeypatch):
    monkeypatch.setattr(changes, "fingerprint", fingerprint)  # the real one, see `still`
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna, "/help/")
    held: list[Route] = []
    page.route("**/changes/?contacts=*", lambda route: held.append(route))
    page.goto("/contacts/board/")
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    asked = addresses(page, "/contacts/board/")
    for _ in range(50):
        page.wait_for_timeout(0 if held else 100)
    assert asked == []
    held[0].continue_()
    expect(card_of(page, ada).locator("[data-due]")).to_be_visible()


def test_a_page_without_a_stream_is_not_asked_for_again_when_nothing_has_changed(visit, anna, board):
    make(board["Nicht erreicht"], "Ada")
    page = visit(anna, "/help/")
    asked = addresses(page, "/contacts/board/")
    with page.expect_response("**/changes/?contacts=*"):
        page.goto("/contacts/board/")
    page.wait_for_timeout(500)
    assert len(asked) == 1  # the page itself


def test_colleagues_are_no_longer_shown_once_nobody_tells_of_them(visit, anna, board, watch):
    watch.expect_status(401)
    page = visit(anna)
    here = page.locator("#here")
    page.evaluate(HERE)
    expect(here).to_be_visible()
    page.evaluate('document.dispatchEvent(new CustomEvent("silent"))')
    expect(here).to_be_hidden()
    page.evaluate(HERE)
    expect(here).to_be_visible()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.evaluate('document.dispatchEvent(new CustomEvent("streamed"))')
    expect(here).to_be_hidden()


def test_colleagues_stay_when_one_sign_finds_no_answer_and_go_with_the_second_until_there_is_one(
    visit, anna, board, watch
):
    watch.expect("net::ERR_FAILED")
    page = visit(anna)
    here = page.locator("#here")
    page.evaluate(HERE)
    for code, is_shown in ((0, True), (0, False), (204, True), (0, True)):
        page.context.unroute("**/here/")
        page.context.route("**/here/", _answering(code))
        with page.expect_event("requestfinished" if code else "requestfailed", lambda asked: "/here/" in asked.url):
            page.evaluate('document.dispatchEvent(new CustomEvent("streamed"))')
        page.wait_for_timeout(100)
        expect(here).to_be_visible() if is_shown else expect(here).to_be_hidden()


def _answering(code: int) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=code) if code else route.abort()


def test_a_form_asks_once_a_second_who_changed_what_it_edits(visit, anna, board):
    (ada,) = make(board["Nicht erreicht"], "Ada")
    page = visit(anna, f"/contacts/{ada.pk}/")
    page.locator(".composer__kinds a").first.click()
    expect(page.locator("#composer textarea")).to_be_visible()
    asked = addresses(page, "/latest/")
    page.evaluate(f"(told) => {{ for (let count = 0; count < 10; count += 1) ({TELL})(told); }}", [[ada.pk], "edited"])
    expect(page.locator("#composer [data-said]")).to_be_visible()
    page.wait_for_timeout(2500)
    assert len(asked) == 2


def test_without_locks_a_tab_has_a_stream_of_its_own(visit, anna, board):
    page = visit(anna)
    page.context.add_init_script('Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined })')
    with page.expect_request("**/stream/?since=*"):
        page.reload()


def test_a_list_counts_nothing_as_new_that_a_search_has_found(visit, anna, board):
    page = visit(anna, "/contacts/")
    (zander,) = make(board["Nicht erreicht"], "Zander")
    Contact.objects.filter(pk=zander.pk).update(created_at=timezone.now())
    page.get_by_role("searchbox").fill("zander")
    expect(page.locator(f"#contact-{zander.pk}")).to_be_visible()
    with page.expect_response("**/contacts/rows/**"):
        tell(page, zander)
    settled(page)
    page.wait_for_timeout(200)
    expect(page.locator("#arrived a")).to_have_count(0)
