"""A Chromium for all tests of this folder, and pages whose tests fail if the browser complains."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import User
from pipeline.fingerprint import Print, fingerprint
from pipeline.views import changes
from tests.browser.watching import Watch
from tests.cast import Login
from tests.chromium import launch

Visit = Callable[..., Page]

PATIENCE = 5000  # milliseconds
ARGUMENTS = ("--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parent.parts:
            item.add_marker("browser")


# Not for the whole session: while Playwright runs, no other test of this process could run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, *ARGUMENTS)
        yield browser
        browser.close()


class Still(str):
    """A state of the database that differs from no other."""

    def __ne__(self, other: object) -> bool:
        return False


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page of these tests ask anew because others wrote: tests that run beside them share the server's state."""

    def read(*about: Any) -> Print:
        return fingerprint(*about)._replace(snapshot=Still())

    monkeypatch.setattr(changes, "fingerprint", read)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Collect the browser's complaints; after the test, they must be exactly the expected ones."""
    watch = Watch()
    yield watch
    assert watch.unexpected() == []
    assert watch.missing() == []


@pytest.fixture
def visit(browser: Browser, live_server: Any, login: Login, watch: Watch) -> Iterator[Visit]:
    """`visit(user, "/contacts/")` opens the page as this user (None: anonymous) in a browser context of its own."""
    contexts = []

    def opened(user: User | None, path: str = "/contacts/board/", **options: Any) -> Page:
        surroundings: dict[str, Any] = {
            "base_url": live_server.url,
            "locale": "de-DE",
            "timezone_id": "Europe/Berlin",
            "viewport": {"width": 1280, "height": 800},
        }
        context = browser.new_context(**surroundings | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context, live_server.url)
        if user is not None:
            session = login(user).cookies[settings.SESSION_COOKIE_NAME].value
            cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            page.wait_for_timeout(0)  # so that the last complaints arrive
        context.close()
