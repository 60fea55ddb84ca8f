"""A drop that is refused or lost: the board shows the server's state, and a message says why."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Account, Role, User
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import bulk, moves
from pipeline.columns import verbs
from pipeline.models import Card
from tests.browser.board import card_of, cards_in, drag, drag_over, lift, messages, posts, settled, shown, truth
from tests.factories import ContactFactory
from tests.pipeline.drops import make

IMPATIENT = """const wait = AbortSignal.timeout;
AbortSignal.timeout = (milliseconds) => wait.call(AbortSignal, milliseconds / 20);"""


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


@pytest.fixture
def missed(board):
    return board["Nicht erreicht"]


@pytest.fixture
def ada(new, missed):
    ada, *_ = make(new, "Ada", "Bea")
    make(missed, "Cem", "Dora")
    return ada


def move(user, contact, column):
    version = Card.objects.get(pk=contact.pk).version
    moves.move_card(
        user=user,
        contact_id=contact.pk,
        column_id=column.pk,
        version=version,
        via="board",
        now=timezone.now(),
    )


def refused(page, ada, missed, sentence: str):
    """Drag the card and wait for the message; nothing else on the board has changed."""
    drag(page, card_of(page, ada), cards_in(page, missed).locator("> [data-card]").first)
    expect(messages(page)).to_contain_text(sentence)
    expect(messages(page)).to_have_class(re.compile("toast--error"))


def test_an_expired_session_offers_the_login_and_puts_the_card_back(visit, anna, ada, missed, watch):
    watch.expect_status(401)
    page = visit(anna)
    before = truth(anna.account)
    Session.objects.all().delete()
    refused(page, ada, missed, "Ihre Sitzung ist abgelaufen. Es wurde nichts gespeichert.")
    settled(page)
    assert shown(page) == before == truth(anna.account)
    expect(messages(page).get_by_role("link", name="Neu anmelden")).to_be_visible()
    assert page.get_by_label("Passwort").count() == 0


def test_a_role_that_lost_the_right_puts_the_card_back(visit, anna, ada, missed, watch):
    watch.expect_status(403)
    page = visit(anna)
    User.objects.filter(pk=anna.pk).update(role=Role.MARKETING)
    refused(page, ada, missed, "Dafür fehlt Ihnen die Berechtigung.")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_a_stale_csrf_token_puts_the_card_back(visit, live_server, anna, ada, missed, watch):
    watch.expect_status(403)
    page = visit(anna)
    page.context.add_cookies([{"name": "csrftoken", "value": "x" * 32, "url": live_server.url}])
    refused(page, ada, missed, "Bitte Seite neu laden")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_a_contact_that_was_hidden_leaves_the_board(visit, anna, sofia, jan, ada, missed, watch):
    watch.expect_status(404)
    Account.objects.filter(pk=sofia.account_id).update(agents_see=Account.Sight.OWN)
    page = visit(sofia)
    before = shown(page)
    Contact.objects.filter(pk=ada.pk).update(assignee=jan)
    refused(page, ada, missed, "Das gibt es hier nicht (mehr).")
    settled(page)
    expect(card_of(page, ada)).to_have_count(0)
    assert shown(page)["Neue Kontakte"] == {"count": 1, "cards": before["Neue Kontakte"]["cards"][1:]}
    assert shown(page)["Nicht erreicht"] == before["Nicht erreicht"]
    assert page.locator("[data-total]").text_content() == "3"


def test_a_contact_that_was_erased_leaves_the_board(visit, anna, ada, missed, watch):
    watch.expect_status(404)
    page = visit(anna)
    Contact.objects.filter(pk=ada.pk).delete()
    refused(page, ada, missed, "Das gibt es hier nicht (mehr).")
    settled(page)
    expect(card_of(page, ada)).to_have_count(0)
    assert shown(page) == truth(anna.account)


def test_a_contact_in_the_trash_leaves_the_board(visit, anna, mehmet, ada, missed, watch):
    watch.expect_status(410, 404)
    page = visit(anna)
    leads.trash(user=mehmet, contact_ids=[ada.pk], now=timezone.now())
    refused(page, ada, missed, "Dieser Kontakt wurde gelöscht.")
    settled(page)
    expect(card_of(page, ada)).to_have_count(0)
    assert shown(page) == truth(anna.account)
    assert page.locator("[data-total]").text_content() == "3"


def test_a_card_moved_by_a_colleague_goes_to_its_current_place(visit, anna, mehmet, board, ada, missed, watch):
    watch.expect_status(409)
    page = visit(anna)
    move(mehmet, ada, board["Erfolgreich kontaktiert"])
    refused(page, ada, missed, "Mehmet Bulut hat diesen Kontakt soeben nach „Erfolgreich kontaktiert“ verschoben.")
    settled(page)
    assert shown(page) == truth(anna.account)
    drag(page, card_of(page, ada), cards_in(page, missed))  # with the version just learned
    expect(messages(page).last).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_a_card_dropped_on_a_deleted_column_goes_back(visit, anna, mehmet, board, ada, watch):
    watch.expect_status(422)
    page = visit(anna)
    gone = board["Termin vereinbart"]
    verbs.remove(user=mehmet, column_id=gone.pk)
    drag(page, card_of(page, ada), cards_in(page, gone), down=0.6)
    expect(messages(page)).to_contain_text("Diese Spalte gibt es nicht (mehr).")
    settled(page)
    left = shown(page)
    left.pop("Termin vereinbart", None)
    assert left == truth(anna.account)


def test_a_card_of_a_deleted_column_goes_to_the_column_its_contacts_were_moved_to(
    visit, anna, mehmet, board, ada, new, missed, watch
):
    watch.expect_status(409)
    page = visit(anna)
    (dora,) = Contact.objects.filter(first_name="Dora")
    bulk.empty_and_remove(user=mehmet, column_id=missed.pk, target_id=board["Termin vereinbart"].pk, now=timezone.now())
    drag(page, card_of(page, dora), cards_in(page, new))
    expect(messages(page)).to_contain_text("Mehmet Bulut hat diesen Kontakt soeben nach „Termin vereinbart“")
    settled(page)
    assert card_of(page, dora).locator("xpath=ancestor::section").get_attribute("data-column") == str(
        board["Termin vereinbart"].pk
    )


def test_a_card_goes_back_after_a_server_error(visit, anna, ada, missed, watch):
    watch.expect_status(500)
    page = visit(anna)
    page.route("**/position/**", lambda route: route.fulfill(status=500, body="<h1>Server Error</h1>"))
    refused(page, ada, missed, "Das hat nicht geklappt. Nichts wurde gespeichert")
    settled(page)
    assert shown(page) == truth(anna.account)
    page.unroute("**/position/**")
    drag(page, card_of(page, ada), cards_in(page, missed))
    expect(messages(page).last).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_a_card_goes_back_if_there_is_no_response(visit, anna, ada, missed):
    page = visit(anna)
    page.add_init_script(IMPATIENT)
    page.reload()
    page.route("**/position/**", lambda route: None)
    refused(page, ada, missed, "Keine Verbindung.")
    settled(page)
    assert shown(page) == truth(anna.account)


def test_a_drop_whose_response_is_lost_is_shown_as_saved(visit, anna, ada, missed, watch):
    watch.expect("net::ERR_FAILED")
    page = visit(anna)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/position/**", lose)
    drag(page, card_of(page, ada), cards_in(page, missed).locator("> [data-card]").first)
    expect(card_of(page, ada)).to_have_attribute("data-version", "2")
    settled(page)
    assert shown(page) == truth(anna.account)
    assert shown(page)["Nicht erreicht"]["count"] == 3


HASTY = """const wait = window.setTimeout;
window.setTimeout = (act, milliseconds, ...values) => wait(act, milliseconds / 100, ...values);"""


def test_the_board_retries_until_the_server_is_back(visit, anna, ada, missed, watch):
    watch.expect("net::ERR_FAILED")
    watch.expect_status(503)
    page = visit(anna)
    page.add_init_script(HASTY)
    page.reload()
    asked = []

    def lose(route):
        route.fetch()
        route.abort()

    def away(route):
        asked.append(route)
        if len(asked) > 40:
            route.continue_()
        else:
            route.fulfill(status=503, body="")

    page.route("**/position/**", lose)
    page.route(re.compile(f"/cards/{ada.pk}/(\\?.*)?$"), away)
    drag(page, card_of(page, ada), cards_in(page, missed).locator("> [data-card]").first)
    expect(card_of(page, ada)).to_have_attribute("data-version", "2", timeout=30_000)
    settled(page)
    assert len(asked) > 40
    assert shown(page) == truth(anna.account)


def test_offline_the_card_goes_back_and_online_the_next_drag_works(visit, anna, ada, missed, watch):
    watch.expect("net::ERR_INTERNET_DISCONNECTED")
    page = visit(anna)
    before = shown(page)
    page.context.set_offline(True)
    refused(page, ada, missed, "Keine Verbindung. Nichts wurde gespeichert")
    assert shown(page) == before == truth(anna.account)
    messages(page).get_by_role("button", name="Meldung schließen").click()
    refused(page, ada, missed, "Keine Verbindung.")  # at once, even during other requests
    assert shown(page) == before
    page.context.set_offline(False)
    settled(page)  # a pending response replaces the card
    sent = posts(page)
    drag(page, card_of(page, ada), cards_in(page, missed).locator("> [data-card]").first)
    expect(messages(page).last).to_contain_text("„Nicht erreicht“")
    settled(page)
    assert len(sent) == 1
    assert shown(page) == truth(anna.account)


def test_changes_missed_offline_are_loaded_when_the_connection_is_back(visit, anna, mehmet, board, ada, missed, watch):
    watch.expect("net::ERR_INTERNET_DISCONNECTED")
    page = visit(anna)
    page.context.set_offline(True)
    refused(page, ada, missed, "Keine Verbindung.")
    move(mehmet, ada, board["Termin vereinbart"])
    page.context.set_offline(False)
    expect(cards_in(page, board["Termin vereinbart"]).locator(f"#card-{ada.pk}")).to_be_visible(timeout=2000)
    assert shown(page) == truth(anna.account)


def test_a_refusal_does_not_disturb_a_dragged_card(visit, anna, new, ada, missed, watch):
    """Two cards: the first one's refusal arrives while the second is dragged."""
    watch.expect_status(500)
    page = visit(anna)
    other = ContactFactory(column=new, first_name="Eva")
    page.reload()

    def fail_late(route):
        page.wait_for_timeout(500)
        route.fulfill(status=500)

    page.route(f"**/cards/{ada.pk}/position/**", fail_late)
    drag(page, card_of(page, ada), cards_in(page, missed))
    lift(page, card_of(page, other))
    drag_over(page, cards_in(page, missed), down=0.7)
    page.wait_for_timeout(600)
    page.mouse.up()
    expect(messages(page).filter(has_text="Das hat nicht geklappt")).to_be_visible()
    expect(messages(page).filter(has_text="„Nicht erreicht“")).to_be_visible()
    settled(page)
    assert shown(page) == truth(anna.account)
