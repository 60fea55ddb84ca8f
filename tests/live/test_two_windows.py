"""Two users, two windows, one board: database, gunicorn and the process of the streams as they run in production."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from demo.build import PASSWORD
from tests.browser.board import SHOWN, drag
from tests.browser.watching import Watch
from tests.chromium import launch
from tests.config.production import Production

pytestmark = pytest.mark.browser
PATIENCE = 15_000  # milliseconds until something counts as never coming
SIZE = {"width": 1440, "height": 900}


class House(Production):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.streams = self.start("-m", "live.process")
        (self.office,) = self.ask("SELECT account_id FROM accounts_user WHERE email = 'anna@krueger.example'")[0]

    def close(self) -> None:
        self.streams.terminate()
        self.streams.wait(10)
        super().close()

    def truth(self) -> dict[str, list[str]]:
        """Return the ids of each column's cards, from left to right and from above."""
        found = self.ask(
            "SELECT col.name, array_agg(card.contact_id::text ORDER BY card.rank) FILTER (WHERE card.contact_id > 0)"
            " FROM pipeline_column col LEFT JOIN pipeline_card card ON card.column_id = col.id"
            " WHERE col.account_id = %s GROUP BY col.id ORDER BY col.position",
            self.office,
        )
        return {name: ids or [] for name, ids in found}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("live"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def states(house: House, chromium: Browser) -> Callable[[str], Any]:
    """Return what a browser keeps of a login."""
    known: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in known:
            context = chromium.new_context(base_url=f"http://localhost:{house.port}", locale="de-DE")
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto("/accounts/login/?next=/help/")
            page.get_by_label("E-Mail").fill(f"{name}@krueger.example")
            page.get_by_label("Passwort", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Anmelden", exact=True).click()
            page.wait_for_url("**/help/**")
            known[name] = context.storage_state()
            context.close()
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

    def window(name: str, path: str = "/contacts/board/") -> Page:
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
        until(page, "heard.streamed > 0")
        return page

    yield window
    for context in contexts.values():
        context.close()


HEARING = """
window.heard = { streamed: 0, changed: 0, missed: 0, here: 0 };
for (const name of Object.keys(heard)) document.addEventListener(name, () => (heard[name] += 1));
"""


def until(page: Page, expression: str) -> None:
    """Wait until this is true in the page, whose policy refuses Playwright's own way of waiting."""
    for _ in range(PATIENCE // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {expression}")


def names(page: Page) -> dict[str, list[str]]:
    shown = page.evaluate(SHOWN)
    return {name: [str(card[0]) for card in column["cards"]] for name, column in shown.items()}


def agree(house: House, *pages: Page) -> None:
    """Wait until these boards show what the database has."""
    for page in pages:
        for _ in range(PATIENCE // 50):
            if names(page) == house.truth():
                break
            page.wait_for_timeout(50)
        assert names(page) == house.truth()


def asked(page: Page) -> list[str]:
    """Return the addresses that the page asks from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url.split("/", 3)[3]))
    return found


def move(page: Page, contact: str, column: str) -> None:
    """Move a card by its menu, as its user does."""
    card = page.locator(f"#card-{contact}")
    card.get_by_role("button", name="Kartenmenü: ").click(force=True)
    page.locator("#popup").get_by_role("menuitem", name="Verschieben nach").click()
    page.locator("#popup").get_by_role("menuitemradio", name=column).click()
    expect(page.locator("#popup")).to_be_hidden()


def first(house: House, column: str) -> str:
    return house.truth()[column][0]


def test_a_move_is_on_the_other_screen_and_not_fetched_by_its_own(house, opened):
    anna, sofia = opened("anna"), opened("sofia")
    agree(house, anna, sofia)
    mine, theirs = asked(anna), asked(sofia)
    card = first(house, "Neue Kontakte")
    target = anna.locator("[data-column]").nth(1).locator("[data-cards]")
    with anna.expect_response(lambda answer: "/position/" in answer.url):
        drag(anna, anna.locator(f"#card-{card}"), target)
    until(sofia, "heard.changed > 0")
    agree(house, anna, sofia)
    assert any("board/changes/" in address for address in theirs)
    assert [address for address in mine if "changes/" in address] == []
