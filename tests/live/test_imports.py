"""An import of a colleague: one notice, new cards on every open board, and its page for whoever else has it open."""

import pytest
from playwright.sync_api import Page, expect

from tests.live.test_sight import overheard
from tests.live.windows import PATIENCE, SOON, agree

pytestmark = pytest.mark.browser
ROWS = 6
FILE = "Nachname;Ort;Status\n" + "".join(f"Import{number};Husum;Kein Auftrag\n" for number in range(ROWS))


def checked(page: Page) -> None:
    """Upload a file, and have it checked."""
    page.set_input_files("input[type=file]", {"name": "liste.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("[data-state=checked]")).to_be_visible(timeout=PATIENCE)


def test_an_import_is_one_notice_and_its_cards_and_progress_appear_by_themselves(house, opened):
    anna = opened("anna", "/contacts/import/", is_streamed=False)
    checked(anna)
    sofia, mehmet = opened("sofia"), opened("mehmet", anna.url.replace(f"http://localhost:{house.port}", ""))
    expect(mehmet.locator("[data-state=checked]")).to_be_visible()
    got = overheard(sofia)
    before = sum(map(len, house.truth().values()))
    anna.get_by_role("button", name="übernehmen").click()
    expect(anna.locator("[data-state=done]")).to_be_visible(timeout=PATIENCE)
    assert sum(map(len, house.truth().values())) == before + ROWS
    expect(mehmet.locator("[data-state=done]")).to_be_visible(timeout=SOON)
    agree(house, sofia, within=SOON)
    assert [event["kind"] for event in got if event["contacts"] is None] == ["imported"]
