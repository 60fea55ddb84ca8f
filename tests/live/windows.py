"""Windows of several users on one small production: database, gunicorn and the process of the streams."""

import re

from playwright.sync_api import Page

from tests.browser.board import SHOWN
from tests.config.production import Browser as Client
from tests.live.house import House

PATIENCE = 30_000  # milliseconds until something counts as never coming
SOON = 12_000  # for what an event has to bring: a page that hears nothing asks every 15 seconds
LOOKS = 800  # in which a page looks three times whether somebody is still busy
SIZE = {"width": 1440, "height": 900}


HEARING = """
window.heard = { streamed: 0, changed: 0, missed: 0, here: 0 };
for (const name of Object.keys(heard)) document.addEventListener(name, () => (heard[name] += 1));
"""


def until(page: Page, expression: str, within: int = PATIENCE) -> None:
    """Wait until this is true in the page, whose policy refuses Playwright's own way of waiting."""
    for _ in range(within // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {expression}")


def names(page: Page) -> dict[str, list[str]]:
    shown = page.evaluate(SHOWN)
    return {name: [str(card[0]) for card in column["cards"]] for name, column in shown.items()}


def agree(house: House, *pages: Page, within: int = PATIENCE) -> None:
    """Wait until these boards show what the database has."""
    for page in pages:
        for _ in range(within // 50):
            if names(page) == house.truth():
                break
            page.wait_for_timeout(50)
        assert names(page) == house.truth()


def asked(page: Page) -> list[str]:
    """Return the addresses that the page asks from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url.split("/", 3)[3]))
    return found


def first(house: House, column: str) -> str:
    return house.truth()[column][0]


def fill(house: House, colleague: "Colleague", column: str, count: int) -> None:
    """Have at least so many cards in this column, out of the longest others."""
    for _ in range(count - len(house.truth()[column])):
        longest = max((name for name in house.truth() if name != column), key=lambda name: len(house.truth()[name]))
        colleague.move(house.truth()[longest][-1], column)


class Colleague:
    """Somebody elsewhere, whose browser shows nothing here."""

    def __init__(self, house: House, name: str) -> None:
        self.house = house
        self.client: Client = house.browser().log_in(f"{name}@krueger.example")

    def move(self, contact: str, column: str, after: str = "") -> None:
        version, target = self.house.ask(
            "SELECT card.version, col.id FROM pipeline_card card JOIN pipeline_column col"
            " ON col.account_id = card.account_id AND col.name = %s WHERE card.contact_id = %s",
            column,
            int(contact),
        )[0]
        body: dict[str, object] = {"column": target, "after": after, "version": version, "via": "board"}
        self.do(f"/cards/{contact}/position/", body)

    def do(self, address: str, body: dict[str, object]) -> None:
        answer = self.client.post(address, body)
        assert answer.status in (200, 302), answer.text

    def edit(self, contact: str, group: str, **values: object) -> None:
        """Change these facts, and leave all others of their group as the form has them."""
        page = self.client.get(f"/contacts/{contact}/facts/{group}/", **{"HX-Request": "true"}).text
        fields = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
        self.do(f"/contacts/{contact}/facts/{group}/", fields | values)
