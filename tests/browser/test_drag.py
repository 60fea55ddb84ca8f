"""Dragging with the mouse: the card is where it was dropped, and the database says the same."""

import re

import pytest
from playwright.sync_api import Route, expect

from pipeline.models import Card, Move
from tests.browser.board import (
    box,
    card_of,
    cards_in,
    drag,
    drag_over,
    lift,
    messages,
    names_in,
    posts,
    settled,
    shown,
    truth,
)
from tests.factories import ContactFactory
from tests.pipeline.drops import make


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


@pytest.fixture
def missed(board):
    return board["Nicht erreicht"]


def test_a_card_stays_where_it_was_dropped_in_another_column(visit, anna, new, missed):
    ada, bea = make(new, "Ada", "Bea")
    make(missed, "Cem", "Dora")
    page = visit(anna)
    sent = posts(page)
    lift(page, card_of(page, ada))
    drag_over(page, cards_in(page, missed).locator("> [data-card]").nth(1))
    place = names_in(page, missed)
    page.mouse.up()

    expect(messages(page)).to_contain_text(f"„{ada.display_name}“ nach „Nicht erreicht“ verschoben.")
    assert messages(page).count() == 1
    expect(messages(page).get_by_role("button", name="Rückgängig")).to_be_visible()
    settled(page)
    assert sorted(names_in(page, missed)) == ["Ada", "Cem", "Dora"]
    assert names_in(page, missed) == place
    assert shown(page) == truth(anna.account)
    assert Card.objects.get(pk=ada.pk).version == 2
    assert len(sent) == 1
    expect(card_of(page, ada)).not_to_have_class(re.compile("card--new"))
    expect(card_of(page, bea)).to_have_class(re.compile("card--new"))


def test_a_card_dragged_inside_its_column_only_changes_its_place(visit, anna, new):
    make(new, "Ada", "Bea", "Cem")
    page = visit(anna)
    cards = cards_in(page, new).locator("> [data-card]")
    drag(page, cards.nth(2), cards.nth(0), down=0.2)
    expect(messages(page)).to_contain_text("in „Neue Kontakte“ verschoben")
    settled(page)
    assert names_in(page, new) == ["Cem", "Ada", "Bea"]
    assert shown(page) == truth(anna.account)
    assert set(Card.objects.values_list("version", flat=True)) == {1}
    assert Move.objects.count() == 0


def test_a_card_dropped_at_its_old_place_sends_nothing(visit, anna, new, missed):
    (ada, *_) = make(new, "Ada", "Bea", "Cem")
    make(missed, "Dora")
    page = visit(anna)
    sent = posts(page)
    cards = cards_in(page, new).locator("> [data-card]")
    before = shown(page)
    home = box(cards.nth(0))
    lift(page, card_of(page, ada))
    drag_over(page, cards_in(page, missed))
    assert "Ada" in names_in(page, missed)
    page.mouse.move(home["x"] + 40, home["y"] + 8, steps=12)
    for shake in (1, 2, 1, 2, 1):
        page.wait_for_timeout(80)
        page.mouse.move(home["x"] + 40 + shake, home["y"] + 8)
    page.mouse.up()
    page.wait_for_timeout(200)
    assert shown(page) == before == truth(anna.account)
    assert sent == []
    assert messages(page).count() == 0


def test_an_empty_column_accepts_a_card(visit, anna, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert names_in(page, missed) == ["Ada"]
    assert shown(page) == truth(anna.account)


@pytest.mark.parametrize("beside", [0.5, 0.995])
def test_a_card_can_be_dropped_between_and_next_to_others(visit, anna, new, missed, beside):
    (ada,) = make(new, "Ada")
    make(missed, "Cem", "Dora", "Eva")
    page = visit(anna)
    lift(page, card_of(page, ada))
    upper, column = box(cards_in(page, missed).locator("> [data-card]").nth(1)), box(cards_in(page, missed))
    x, y = column["x"] + column["width"] * beside, upper["y"] + upper["height"] + 4
    page.mouse.move(x, y)  # in one step: over no other card
    for shake in (1, 2, 1):
        page.wait_for_timeout(70)
        page.mouse.move(x - shake, y)
    place = names_in(page, missed)
    page.mouse.up()
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert names_in(page, missed) == place
    assert shown(page) == truth(anna.account)


def test_a_drag_with_a_filter_keeps_the_filtered_counts(visit, anna, sofia, new, missed):
    ada = ContactFactory(column=new, first_name="Ada", assignee=sofia)
    ContactFactory(column=new, first_name="Bea")
    ContactFactory(column=missed, first_name="Cem")
    page = visit(anna, f"/contacts/board/?assignee={sofia.pk}")
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert [(place["count"], len(place["cards"])) for place in shown(page).values()][:2] == [(0, 0), (1, 1)]
    assert page.url.endswith(f"?assignee={sofia.pk}")
    page.goto("/contacts/board/")
    assert shown(page) == truth(anna.account)
    assert names_in(page, missed) == ["Ada", "Cem"]


def test_escape_puts_the_card_back_and_sends_nothing(visit, anna, new, missed):
    ada, *_ = make(new, "Ada", "Bea")
    make(missed, "Cem")
    page = visit(anna)
    sent = posts(page)
    lift(page, card_of(page, ada))
    drag_over(page, cards_in(page, missed).locator("> [data-card]").first)
    assert "Ada" in names_in(page, missed)
    page.keyboard.press("Escape")
    expect(page.locator(".sortable-drag, .sortable-fallback, .sortable-ghost")).to_have_count(0)
    page.mouse.move(600, 500, steps=4)
    page.mouse.up()
    page.wait_for_timeout(200)
    assert shown(page) == truth(anna.account)
    assert sent == []
    drag(page, card_of(page, ada), cards_in(page, missed))  # and the next drag works
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_two_quick_drags_of_one_card_both_count(visit, anna, board, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)

    def slowly(route):
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/position/**", slowly)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    drag(page, card_of(page, ada), cards_in(page, board["Erfolgreich kontaktiert"]), down=0.6)
    expect(messages(page).filter(has_text="„Erfolgreich kontaktiert“")).to_be_visible()
    settled(page)
    assert shown(page) == truth(anna.account)
    assert names_in(page, board["Erfolgreich kontaktiert"]) == ["Ada"]
    assert Card.objects.get(pk=ada.pk).version == 3


def test_a_response_between_press_and_drag_is_applied_after_the_drop(visit, anna, board, new, missed):
    (ada,) = make(new, "Ada")
    (bea,) = make(board["Erfolgreich kontaktiert"], "Bea")
    page = visit(anna)
    asked: list[Route] = []

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route("**/position/**", hold_the_first)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(card_of(page, ada)).to_have_attribute("aria-busy", "true")
    place = box(card_of(page, ada))
    page.mouse.move(place["x"] + 16, place["y"] + place["height"] / 2)
    page.mouse.down()
    with page.expect_response("**/position/**") as answer:
        asked[0].continue_()
    answer.value.finished()
    page.wait_for_timeout(200)  # long enough for the swap, if it did not wait
    assert shown(page)["Nicht erreicht"]["cards"] == [[ada.pk, 1, True]]
    drag_over(page, card_of(page, bea))
    page.mouse.up()
    expect(messages(page).filter(has_text="„Erfolgreich kontaktiert“")).to_be_visible()
    settled(page)
    assert shown(page) == truth(anna.account)
    assert Card.objects.get(pk=ada.pk).version == 3


def test_counts_are_right_whichever_response_comes_first(visit, anna, board, new, missed):
    ada, bea = make(new, "Ada", "Bea")
    page = visit(anna)

    def late(route):
        answer = route.fetch()
        page.wait_for_timeout(1500)
        route.fulfill(response=answer)

    page.route(f"**/cards/{ada.pk}/position/**", late)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    drag(page, card_of(page, bea), cards_in(page, missed), down=0.7)
    expect(page.locator(f"#column-{missed.pk} [data-count]")).to_have_text("2")
    expect(messages(page)).to_have_count(1)  # of two successes only the last
    settled(page)
    assert shown(page) == truth(anna.account)


def test_focus_and_scrolling_survive_a_drop(visit, anna, new, missed):
    make(new, *(f"N{number}" for number in range(12)))
    make(missed, *(f"M{number}" for number in range(12)))
    page = visit(anna)
    card = cards_in(page, new).locator("> [data-card]").nth(6)  # away from the edges, where columns scroll
    ident = card.get_attribute("id")
    cards_in(page, new).evaluate("list => list.scrollTop = 300")
    cards_in(page, missed).evaluate("list => list.scrollTop = 200")
    card.locator("a").focus()
    before = [cards_in(page, column).evaluate("list => list.scrollTop") for column in (new, missed)]
    drag(page, card, cards_in(page, missed), down=0.5)
    expect(messages(page)).to_contain_text("verschoben")
    settled(page)
    after = [cards_in(page, column).evaluate("list => list.scrollTop") for column in (new, missed)]
    assert after == before
    assert page.evaluate("document.activeElement.closest('[data-card]')?.id") == ident
    assert shown(page) == truth(anna.account)


def test_a_drag_opens_no_tab_and_a_click_opens_the_contact_in_a_new_tab(visit, anna, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("verschoben")
    page.wait_for_timeout(200)
    assert len(page.context.pages) == 1
    with page.context.expect_page() as opened:
        place = box(card_of(page, ada))
        page.mouse.click(place["x"] + 30, place["y"] + place["height"] - 12)
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(ada.display_name)
    assert opened.value.url.endswith(f"/contacts/{ada.pk}/")
    assert page.url.endswith("/contacts/board/")


@pytest.mark.parametrize("where", ["top bar", "toolbar", "above the window", "left of it", "below it"])
def test_a_card_dropped_outside_the_columns_goes_back(visit, anna, board, where):
    new, missed = board["Neue Kontakte"], board["Nicht erreicht"]
    (ada, *_) = make(new, "Ada", "Bea")
    make(missed, "Cem")
    page = visit(anna)
    before, sent = shown(page), posts(page)
    lift(page, card_of(page, ada))
    drag_over(page, cards_in(page, missed).locator("> [data-card]").first)
    bar = box(page.get_by_role("banner"))
    toolbar = box(page.locator(".toolbar"))
    x, y = {
        "top bar": (bar["x"] + 500, bar["y"] + 20),
        "toolbar": (toolbar["x"] + 500, toolbar["y"] + toolbar["height"] - 8),
        "above the window": (500, -30),
        "left of it": (-30, 400),
        "below it": (500, 830),
    }[where]
    page.mouse.move(x, y, steps=8)
    page.mouse.up()
    settled(page)
    page.wait_for_timeout(300)
    assert (shown(page), sent) == (before, [])
    assert shown(page) == truth(anna.account)
    expect(page.locator(".board--dragging")).to_have_count(0)
