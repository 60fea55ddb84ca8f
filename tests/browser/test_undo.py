"""„Rückgängig“ in the message, and two users or two tabs on one board."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pipeline.cards import moves
from pipeline.columns import verbs
from pipeline.models import Card, Move
from tests.browser.board import card_of, cards_in, drag, messages, names_in, settled, shown, truth
from tests.pipeline.drops import make


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


@pytest.fixture
def missed(board):
    return board["Nicht erreicht"]


def undo(page):
    messages(page).get_by_role("button", name="Rückgängig").click()


def test_undo_restores_column_and_place(visit, anna, new, missed):
    _, bea, _ = make(new, "Ada", "Bea", "Cem")
    make(missed, "Dora")
    page = visit(anna)
    before = names_in(page, new)
    drag(page, card_of(page, bea), cards_in(page, missed).locator("> [data-card]").first)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    undo(page)
    expect(messages(page).last).to_have_text(f"„{bea.display_name}“ nach „Neue Kontakte“ verschoben.")
    expect(messages(page)).to_have_count(1)
    settled(page)
    assert names_in(page, new) == before == ["Ada", "Bea", "Cem"]
    assert shown(page) == truth(anna.account)
    assert Card.objects.get(pk=bea.pk).version == 3
    assert list(Move.objects.order_by("at").values_list("via", flat=True)) == ["board", "undo"]
    assert messages(page).get_by_role("button", name="Rückgängig").count() == 0


def test_undo_after_a_colleague_moved_the_card_shows_where_it_is(visit, anna, mehmet, board, new, missed, watch):
    watch.expect_status(409)
    (ada,) = make(new, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    goal = board["Termin vereinbart"]
    moves.move_card(user=mehmet, contact_id=ada.pk, column_id=goal.pk, version=2, via="board", now=timezone.now())
    undo(page)
    expect(messages(page).last).to_contain_text(
        "Mehmet Bulut hat diesen Kontakt soeben nach „Termin vereinbart“ verschoben."
    )
    settled(page)
    assert names_in(page, goal) == ["Ada"]
    assert shown(page) == truth(anna.account)


def test_undo_after_the_column_was_deleted_does_not_move_the_card(visit, anna, mehmet, board, new, missed, watch):
    watch.expect_status(409)
    goal = board["Termin vereinbart"]
    (ada,) = make(goal, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    verbs.remove(user=mehmet, column_id=goal.pk)
    undo(page)
    expect(messages(page).last).to_contain_text("Die vorherige Spalte gibt es nicht mehr.")
    expect(page.locator(f"#column-{goal.pk}")).to_have_count(0)
    assert shown(page) == truth(anna.account)


def test_two_windows_of_one_user_agree_after_the_next_action(visit, anna, board, new, missed, watch):
    watch.expect_status(409)
    (ada,) = make(new, "Ada")
    page = visit(anna)
    second = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    settled(page)
    drag(second, card_of(second, ada), cards_in(second, board["Erfolgreich kontaktiert"]), down=0.6)
    expect(messages(second)).to_contain_text("Sie haben diesen Kontakt soeben nach „Nicht erreicht“")
    settled(second)
    assert shown(second) == shown(page) == truth(anna.account)


def test_a_card_moved_by_menu_into_a_column_not_on_the_screen_disappears(visit, anna, mehmet, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)
    column = verbs.insert(user=mehmet, beside_id=missed.pk, side="right")
    page.get_by_role("button", name=f"Kartenmenü: {ada.display_name}").click()
    page.get_by_role("menuitem", name="Verschieben nach …").click()
    page.get_by_role("menuitemradio", name=column.name).click()
    expect(messages(page)).to_contain_text(f"„{column.name}“")
    settled(page)
    left = truth(anna.account)
    assert left.pop(column.name)["cards"] == [[ada.pk, 2, False]]
    assert shown(page) == left


def test_ctrl_z_undoes_the_last_move_but_not_while_typing(visit, anna, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page)).to_contain_text("„Nicht erreicht“")
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Control+z")
    page.get_by_role("searchbox").blur()
    expect(card_of(page, ada)).to_be_visible()
    assert Card.objects.get(pk=ada.pk).column == missed
    page.keyboard.press("Control+z")
    expect(cards_in(page, new).locator(f"#card-{ada.pk}")).to_be_visible()
    assert Card.objects.get(pk=ada.pk).column == new


def test_undo_comes_early_in_the_tab_order(visit, anna, new, missed):
    (ada,) = make(new, "Ada")
    page = visit(anna)
    drag(page, card_of(page, ada), cards_in(page, missed), down=0.6)
    expect(messages(page).get_by_role("button", name="Rückgängig")).to_be_visible()
    page.get_by_role("link", name="Zum Inhalt springen").focus()
    page.keyboard.press("Tab")
    expect(messages(page).get_by_role("button", name="Rückgängig")).to_be_focused()
