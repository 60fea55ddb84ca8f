"""Whoever loses a right loses the open stream with it, and what they may have next is decided anew."""

from collections.abc import Callable, Iterator

import pytest

from tests.config.production import Browser
from tests.live.house import House
from tests.live.streams import Stream, come_back

OFFICE = {"name": "Krüger Immobilien", "time_zone": "Europe/Berlin", "shows_presence": "on"}


@pytest.fixture
def anna(house: House) -> Browser:
    return house.browser().log_in(house.email)


@pytest.fixture
def sofia(house: House, anna: Browser) -> Iterator[Browser]:
    """An agent whose stream goes on for long unless somebody ends it."""
    browser = house.browser().log_in("sofia@krueger.example")
    come_back(browser).close()
    house.settle()
    yield browser
    post(anna, f"/settings/members/{pk_of(house, 'sofia')}/reactivation/")
    post(anna, f"/settings/members/{pk_of(house, 'sofia')}/role/", role="agent")
    post(anna, "/settings/office/", agents_see="all", **OFFICE)


def pk_of(house: House, name: str) -> int:
    return int(house.ask("SELECT id FROM accounts_user WHERE email = %s", f"{name}@krueger.example")[0][0])


def post(browser: Browser, address: str, **body: object) -> None:
    answer = browser.post(address, body)
    assert answer.status == 302, answer.text


def ends(browser: Browser, act: Callable[[], None]) -> None:
    with Stream(browser) as stream:
        stream.next("hello")
        act()
        assert stream.has_ended()


def has_none(browser: Browser) -> bool:
    """Return whether there is neither a stream for this browser nor a page."""
    with Stream(browser) as stream:
        return (stream.status, browser.get("/contacts/").status) == (204, 302)


def test_a_colleague_who_is_deactivated(house, anna, sofia):
    ends(sofia, lambda: post(anna, f"/settings/members/{pk_of(house, 'sofia')}/deactivation/"))
    assert has_none(sofia)


def test_a_session_that_is_ended_elsewhere(house, sofia):
    elsewhere = house.browser().log_in("sofia@krueger.example")
    ends(sofia, lambda: post(elsewhere, "/accounts/sessions/"))
    assert has_none(sofia)
    come_back(elsewhere).close()


def test_whoever_logs_out(sofia):
    ends(sofia, lambda: post(sofia, "/accounts/logout/"))
    assert has_none(sofia)


def test_a_role_that_changes(house, anna, sofia):
    ends(sofia, lambda: post(anna, f"/settings/members/{pk_of(house, 'sofia')}/role/", role="marketing"))
    with Stream(sofia) as stream:
        stream.next("hello")
        house.tell(kind="due", contacts=[[17, None, None, 8]], user=house.user)
        house.tell(kind="edited", contacts=[[18, None, None, 8]], user=house.user)
        _, data = stream.next("change")
        assert (data["kind"], data["contacts"], data["user"]) == ("edited", [[18, None]], None)


def test_an_office_whose_agents_see_only_their_own_from_now_on(house, anna, sofia):
    mine = pk_of(house, "sofia")
    ends(sofia, lambda: post(anna, "/settings/office/", agents_see="own", **OFFICE))
    with Stream(sofia) as stream:
        stream.next("hello")
        house.tell(contacts=[[17, house.user, house.user, 8]])
        house.tell(contacts=[[18, mine, mine, 8]])
        assert stream.next("change")[1]["contacts"] == [[18, 8]]
