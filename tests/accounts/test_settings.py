"""Office, profile and theme: who may, what is written, what is ignored."""

import re
from typing import Any

import pytest

from accounts import offices
from accounts.models import User
from accounts.plans import Feature, Plan
from tests.cast import Login
from tests.factories import ContactFactory
from tests.markup import page_of

OFFICE = {"name": "Krüger & Töchter", "time_zone": "Europe/Vienna", "agents_see": "own"}
ONLY_ADMINISTRATORS = ["/settings/office/", "/settings/members/", "/settings/members/new/"]
EVERYBODY = [
    "/settings/profile/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
]


@pytest.fixture(params=["mehmet", "sofia", "mara"])
def other(request: pytest.FixtureRequest, anna: User) -> User:
    """Each user of the office who is not an administrator."""
    return request.getfixturevalue(request.param)


def test_settings_redirect_to_the_first_page_the_user_may_see(anna: User, sofia: User, login: Login) -> None:
    assert login(anna).get("/settings/")["Location"] == "/settings/office/"
    assert login(sofia).get("/settings/")["Location"] == "/settings/profile/"


def test_others_see_and_change_only_their_own(other: User, anna: User, login: Login, unwritten: Any) -> None:
    client = login(other)
    with unwritten():
        for address in ONLY_ADMINISTRATORS:
            assert client.get(address).status_code == 403
            assert client.post(address, OFFICE).status_code == (405 if address.endswith("members/") else 403)
        for page in ("role", "invitation", "deactivation", "reactivation"):
            address = f"/settings/members/{anna.pk}/{page}/"
            assert client.post(address, {"role": "agent"}).status_code == 403
    for address in EVERYBODY:
        page = client.get(address)
        assert page.status_code == 200
        assert ONLY_ADMINISTRATORS[1] not in page_of(page)


@pytest.mark.parametrize("page", ["role", "invitation", "deactivation", "reactivation"])
def test_addresses_that_change_something_refuse_get(
    anna: User, sofia: User, login: Login, unwritten: Any, page: str
) -> None:
    client = login(anna)
    with unwritten():
        for address in (f"/settings/members/{sofia.pk}/{page}/", "/settings/theme/"):
            assert (client.get(address).status_code, client.head(address).status_code) == (405, 405)


def test_office_is_saved_and_the_plan_is_not_for_sale_here(anna: User, login: Login) -> None:
    form = OFFICE | {"plan": "starter", "id": "1", "created_at": "2001-01-01"}
    assert login(anna).post("/settings/office/", form).status_code == 302
    account, before = anna.account, anna.account.created_at
    account.refresh_from_db()
    assert (account.name, account.time_zone, account.agents_see) == (
        "Krüger & Töchter",
        "Europe/Vienna",
        "own",
    )
    assert (account.plan, account.created_at) == (Plan.EXPERT, before)


def test_an_office_decides_whether_it_shows_who_is_there(anna: User, login: Login) -> None:
    client = login(anna)
    assert re.search(r'name="shows_presence"[^>]* checked', page_of(client.get("/settings/office/")))
    for given, shown in (({}, False), ({"shows_presence": "on"}, True)):
        client.post("/settings/office/", OFFICE | given)
        anna.account.refresh_from_db()
        assert anna.account.shows_presence is shown


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 121},
        {"name": "Krüger\r\nBcc: x@y.de"},
        {"name": "Krüger\x00"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": ""},
        {"agents_see": "none"},
    ],
)
def test_office_that_is_not_understood_writes_nothing(
    anna: User, login: Login, unwritten: Any, changes: dict[str, str]
) -> None:
    client = login(anna)
    with unwritten():
        assert client.post("/settings/office/", OFFICE | changes).status_code == 422


def test_office_keeps_a_zone_the_list_does_not_offer(anna: User, login: Login) -> None:
    offices.settle(account=anna.account, name="Krüger", time_zone="Asia/Tokyo", agents_see="all", shows_presence=True)
    client = login(anna)
    assert '<option value="Asia/Tokyo" selected>' in page_of(client.get("/settings/office/"))
    client.post("/settings/office/", OFFICE | {"time_zone": "Asia/Tokyo"})
    anna.account.refresh_from_db()
    assert anna.account.time_zone == "Asia/Tokyo"


def test_theme_is_remembered_quietly_for_the_script_and_with_a_page_for_a_form(sofia: User, login: Login) -> None:
    client = login(sofia)
    assert client.post("/settings/theme/", {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    assert 'data-theme="dark"' in page_of(client.get("/settings/profile/"))
    answer = client.post("/settings/theme/", {"theme": "light"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/profile/")


def test_unknown_theme_is_not_understood(sofia: User, login: Login, unwritten: Any) -> None:
    client = login(sofia)
    with unwritten():
        assert client.post("/settings/theme/", {"theme": "pink"}).status_code == 422


def test_markup_in_names_is_shown_as_text(sofia: User, login: Login) -> None:
    client = login(sofia)
    name = "<img src=x onerror=alert(1)>{{7*7}}"
    client.post("/settings/profile/", {"first_name": name, "last_name": "Vogt", "theme": "system"})
    page = page_of(client.get("/settings/profile/"))
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{{7*7}} Vogt" in page


def test_a_downgrade_removes_the_feature_but_no_assignment(anna: User, jan: User) -> None:
    contact = ContactFactory(account=anna.account, assignee=jan)
    account = offices.change_plan(account_id=anna.account.pk, plan=Plan.STARTER)
    assert not account.can(Feature.ASSIGN)
    contact.refresh_from_db()
    assert contact.assignee == jan
    assert offices.change_plan(account_id=account.pk, plan=Plan.EXPERT).can(Feature.ASSIGN)
