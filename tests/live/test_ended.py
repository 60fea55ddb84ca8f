"""An open page whose session, account or role ends: it hears no more, and says so."""

import pytest
from playwright.sync_api import Page, expect

from tests.live.test_sight import person
from tests.live.windows import PATIENCE, Colleague, House, first, names

pytestmark = pytest.mark.browser
CALLS, MEETING = "Nicht erreicht", "Termin vereinbart"


@pytest.fixture(scope="module")
def boss(house: House) -> Colleague:
    return Colleague(house, "anna")


def says_that_it_is_over(page: Page) -> None:
    toast = page.locator("#messages .toast")
    expect(toast).to_contain_text("Ihre Sitzung ist abgelaufen.", timeout=PATIENCE)
    expect(toast).to_have_count(1)


def learns_nothing(house: House, page: Page, colleague: Colleague) -> None:
    before, heard = names(page), page.evaluate("heard.changed")
    colleague.move(first(house, CALLS), MEETING)
    page.wait_for_timeout(1500)
    assert (names(page), page.evaluate("heard.changed")) == (before, heard)


def test_whoever_leaves_the_office_is_told_so_on_an_open_board(house, opened, colleague, boss, watch):
    watch.expect_status(401)
    jan = opened("jan")
    boss.do(f"/settings/members/{person(house, 'jan')}/deactivation/", {})
    says_that_it_is_over(jan)
    learns_nothing(house, jan, colleague)
    boss.do(f"/settings/members/{person(house, 'jan')}/reactivation/", {})


def test_a_session_that_is_ended_elsewhere_ends_its_board_and_no_other(house, opened, colleague, watch):
    watch.expect_status(401)
    mehmet, sofia = opened("mehmet"), opened("sofia")
    sql = "SELECT max(id) FROM usersessions_usersession WHERE user_id = %s"
    newest = house.ask(sql, person(house, "mehmet"))[0][0]
    colleague.do(f"/accounts/sessions/{newest}/end/", {})
    says_that_it_is_over(mehmet)
    learns_nothing(house, mehmet, colleague)
    expect(sofia.locator("#messages .toast")).to_have_count(0)


def test_whoever_works_in_marketing_from_now_on_is_led_to_the_list_that_marketing_sees(house, opened, boss, watch):
    watch.expect_status(403)  # the board, asked for anew
    sofia = opened("sofia")
    boss.do(f"/settings/members/{person(house, 'sofia')}/role/", {"role": "marketing"})
    sofia.wait_for_url("**/contacts/**", timeout=PATIENCE)
    expect(sofia.locator("[data-card], [data-due]")).to_have_count(0, timeout=PATIENCE)
    expect(sofia.locator("#rows")).to_be_visible()
    boss.do(f"/settings/members/{person(house, 'sofia')}/role/", {"role": "agent"})
