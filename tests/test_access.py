"""Access: every address × role × method against one table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, path, reverse

from base.templatetags.assets import assemblies_of_all_pages
from tests.addresses import NEVER, ROLES, ROWS, Row, address, browser, rows, rows_written, walk
from tests.offices import OURS, THEIRS, Office, furnish, stage

pytestmark = pytest.mark.django_db  # a database is made only for tests that say so

ADDRESSES = dict(walk())
ASSEMBLIES = assemblies_of_all_pages()
READING, UNKNOWN = ("GET", "HEAD"), ("PUT", "PATCH", "DELETE")


@dataclass
class Play:
    """An office, and a browser for each role."""

    office: Office
    browsers: dict[str, Callable[[], Client]]


@pytest.fixture(scope="module")
def play(django_db_setup: None, django_db_blocker: Any) -> Iterator[Play]:
    with django_db_blocker.unblock(), stage():
        office, others = furnish(OURS), furnish(THEIRS)
        people = office.people | {"stranger": others.people["administrator"], "anonymous": None}
        yield Play(office, {role: browser(people[role]) for role in ROLES})


@dataclass
class Answer:
    response: HttpResponse
    written: int

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def refused(self) -> bool:
        return self.status >= 400


def ask(play: Play, role: str, method: str, row: Row, enforce_csrf_checks: bool = False, **headers: str) -> Answer:
    """Return the response and the number of rows written, which are then rolled back."""
    where = address(row.name, ADDRESSES[row.name], row, play.office)
    if method in READING and row.query:
        where = f"{where}?{urlencode(play.office.put(row.query), doseq=True)}"
    client = play.browsers[role]()
    client.handler.enforce_csrf_checks = enforce_csrf_checks
    data = [play.office.put(fresh(row.body))] if method == "POST" else []
    with transaction.atomic():
        before = rows_written()
        response = getattr(client, method.lower())(where, *data, headers=headers)
        _ = b"".join(response) if response.streaming else response.content
        written = rows_written() - before
        transaction.set_rollback(True)
    return Answer(response, written)


def fresh(body: dict[str, Any]) -> dict[str, Any]:
    """Return the data with a new file, since a file can be read only once."""
    return {name: value() if callable(value) else value for name, value in body.items()}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(set(ADDRESSES) - set(rows())) == [], "addresses nobody decided about"
    assert sorted(set(rows()) - set(ADDRESSES)) == [], "rows whose address is gone"
    assert len(ROWS) == len(rows()), "two rows for one address"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_answers_are_those_of_the_table(play: Play, row: Row) -> None:
    """GET and refused requests write nothing."""
    expected = {"GET": row.get, "HEAD": row.get, "POST": row.post}
    answers = {method: [ask(play, role, method, row) for role in ROLES] for method in expected}
    found = {method: " ".join(str(one.status) for one in given) for method, given in answers.items()}
    assert found == expected
    if row.name in NOTED:
        return
    silent = [(method, one) for method, given in answers.items() for one in given if method != "POST" or one.refused]
    assert [(method, one.status, one.written) for method, one in silent if one.written] == []
    assert [one.response.headers.get("Allow") for _, one in silent if one.status == 405].count(None) == 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_page_loads_its_collected_parts_in_one_file(play: Play, row: Row) -> None:
    """One style sheet and one script."""
    for role in ("anonymous", "administrator"):
        page = ask(play, role, "GET", row).response
        if not page.streaming and b"<!doctype" in page.content:
            text = page.content.decode()
            links = re.findall(r'<link rel="stylesheet" href="/static/(.+?)"', text)
            sources = re.findall(r'<script [^>]*?src="/static/(.+?)"', text)
            assert {tuple(links), tuple(sources)} <= ASSEMBLIES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_other_methods_are_unknown(play: Play, row: Row) -> None:
    answers = [ask(play, role, method, row) for role in ("anonymous", "administrator") for method in UNKNOWN]
    assert [(one.status, one.written, "Allow" in one.response.headers) for one in answers] == [(405, 0, True)] * 6


# The library notes that somebody has seen the codes, so that they are shown only once.
NOTED = {"mfa_view_recovery_codes", "mfa_download_recovery_codes"}
OUTSIDE = {row.name for row in ROWS if row.get.startswith(("200", "405")) and not row.post.startswith("401")}
OUTSIDE |= {row.name for row in ROWS if not row.asks_login}
LIBRARY = {"account_logout", "mfa_authenticate", "mfa_login_webauthn"}  # lead elsewhere by themselves


@pytest.mark.parametrize("role", ["anonymous", "deactivated"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in OUTSIDE | LIBRARY], ids=lambda row: row.name)
def test_anonymous_users_are_asked_to_log_in(play: Play, row: Row, role: str) -> None:
    """A page redirects to the login and back; a fragment is a 401 and never the login itself."""
    page = ask(play, role, "GET", row)
    if page.status != 405:
        path = page.response.wsgi_request.get_full_path()
        assert page.response.headers["Location"] == f"{reverse('account_login')}?{urlencode({'next': path})}"
    answers = [ask(play, role, method, row, hx_request="true") for method in ("GET", "POST")]
    assert {one.status for one in answers} <= {401, 405}
    for text in [one.response.content.decode() for one in answers if one.status == 401]:
        assert reverse("account_login") in text
        assert "<form" not in text and "<input" not in text and "<html" not in text


@pytest.mark.parametrize("row", [row for row in ROWS if row.post != NEVER and row.asks_token], ids=lambda row: row.name)
def test_changes_ask_for_the_token_of_the_page(play: Play, row: Row) -> None:
    """A form on another site changes nothing here."""
    answer = ask(play, "administrator", "POST", row, enforce_csrf_checks=True)
    assert (answer.status, answer.written) == (403, 0)


@pytest.fixture
def planted() -> Iterator[None]:
    """Add an address without a row in the table."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    more = ModuleType("more")
    planted = path("planted/", view, name="planted")
    more.urlpatterns = [*get_resolver().url_patterns, planted]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=more):
        yield


def test_an_address_without_a_row_is_found(planted: None) -> None:
    assert set(dict(walk())) - set(rows()) == {"planted"}


def test_a_view_that_writes_on_get_is_found(play: Play) -> None:
    before = rows_written()
    with transaction.atomic():
        play.office.account.save()
        transaction.set_rollback(True)
    assert rows_written() - before == 1
