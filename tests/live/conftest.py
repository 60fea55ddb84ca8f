"""Windows of several users on one small production: see `tests/live/windows.py`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.watching import Watch
from tests.chromium import launch
from tests.live.house import House
from tests.live.windows import HEARING, PATIENCE, SIZE, Colleague, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House.running(tmp_path_factory.mktemp("live")) as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, without=["--disable-back-forward-cache"])  # as everywhere but in tests
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def states(house: House) -> Callable[[str], Any]:
    """Return what a browser keeps of a login."""
    known: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in known:
            cookies = house.browser().log_in(f"{name}@krueger.example").cookies
            place = {"domain": "localhost", "path": "/"}
            kept = [{"name": name, "value": value} | place for name, value in cookies.items()]
            known[name] = {"cookies": kept, "origins": []}
        return known[name]

    return of


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def opened(
    house: House, chromium: Browser, states: Callable[[str], Any], watch: Watch
) -> Iterator[Callable[..., Page]]:
    """`opened("sofia", "/contacts/")` opens a page in a browser of this user, and waits until its stream is there."""
    contexts: dict[str, BrowserContext] = {}

    def window(name: str, path: str = "/contacts/board/", *, is_streamed: bool = True) -> Page:
        if name not in contexts:
            base = f"http://localhost:{house.port}"
            contexts[name] = chromium.new_context(
                base_url=base, locale="de-DE", viewport=SIZE, storage_state=states(name)
            )
            contexts[name].set_default_timeout(PATIENCE)
            contexts[name].add_init_script(HEARING)
            watch.over(contexts[name], base)
        page = contexts[name].new_page()
        page.goto(path)
        if is_streamed:
            until(page, "heard.streamed > 0")
        return page

    yield window
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def colleague(house: House) -> Colleague:
    return Colleague(house, "mehmet")
