"""What a browser loads for its first board, with collected static files."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from config import embedded
from demo.build import PASSWORD
from tests.browser.board import drag
from tests.browser.watching import Watch
from tests.chromium import launch
from tests.config.instances import PATIENCE, Instance, lend_static_files

pytestmark = pytest.mark.browser
SIZE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("office")
    lend_static_files(data_dir)
    instance = Instance(data_dir)
    yield f"http://localhost:{instance.wait_until_running().port}"
    instance.destroy()
    embedded.stop(Path(data_dir))


@pytest.fixture(scope="module")
def anna(address: str) -> Iterator[BrowserContext]:
    """A browser that is logged in and has loaded nothing but the login."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(base_url=address, locale="de-DE", viewport=SIZE)
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("E-Mail").fill("anna@krueger.example")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Anmelden", exact=True).click()
        page.wait_for_url("**/contacts/")
        yield browser.new_context(
            base_url=address, locale="de-DE", viewport=SIZE, storage_state=context.storage_state()
        )
        browser.close()


@pytest.fixture(scope="module")
def watch(anna: BrowserContext, address: str) -> Watch:
    watch = Watch()
    watch.over(anna, address)
    return watch


@pytest.fixture(scope="module")
def fetched(anna: BrowserContext, watch: Watch) -> list[str]:
    """Return the paths of all requests of the first visit of the board."""
    page = anna.new_page()
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url.split("/", 3)[3]))
    page.goto("/contacts/board/", wait_until="networkidle")
    return paths


def test_a_cold_board_takes_at_most_eight_requests(fetched: list[str]) -> None:
    kinds = Counter(PurePosixPath(path).suffix for path in fetched)
    assert {kind: kinds[kind] for kind in ("", ".css", ".js")} == {"": 1, ".css": 1, ".js": 1}
    assert kinds[".woff2"] <= 2  # latin, and latin-ext if a name needs it
    assert {path.split("/")[-1].split(".")[0] for path in fetched if path.endswith(".svg")} <= {"icons", "favicon"}
    assert set(kinds) <= {"", ".css", ".js", ".woff2", ".svg"}
    assert len(fetched) == len(set(fetched)) <= 8


def test_parts_put_together_work_together(anna: BrowserContext, fetched: list[str], watch: Watch) -> None:
    (page,) = anna.pages
    move_first_card(page)
    page.locator("[data-card]").first.get_by_role("button", name="Kartenmenü: ").click(force=True)
    expect(page.locator("#popup").get_by_role("menu")).to_be_visible()
    assert watch.unexpected() == []


def move_first_card(page: Page) -> None:
    """Drag it into the next column, which needs SortableJS, the board's own scripts and htmx."""
    column = page.locator("[data-column]:has([data-card])").first
    card = page.locator(f"#{column.locator('[data-card]').first.get_attribute('id')}")
    following = column.locator("xpath=following-sibling::*[@data-column][1]")
    target = page.locator(f"#{following.get_attribute('id')} [data-cards]")
    with page.expect_response(lambda answer: "/position/" in answer.url) as answer:
        drag(page, card, target)
    assert answer.value.status == 200
    expect(target.locator("[data-card]").and_(card)).to_be_visible()
