"""An agent who loses sight of a contact sees it leave and learns nothing else; who loses more sees no more of it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board import SHOWN
from tests.live.windows import PATIENCE, SOON, Colleague, House, until

pytestmark = pytest.mark.browser
CALLS, MEETING = "Nicht erreicht", "Termin vereinbart"


@pytest.fixture(scope="module")
def boss(house: House) -> Colleague:
    return Colleague(house, "anna")


@pytest.fixture
def sees(boss: Colleague) -> Iterator[Callable[[str], None]]:
    """`sees("own")` has agents of the office see their own contacts only."""

    def settle(agents_see: str) -> None:
        name = {"name": "Krüger Immobilien", "time_zone": "Europe/Berlin", "shows_presence": "on"}
        boss.do("/settings/office/", name | {"agents_see": agents_see})

    yield settle
    settle("all")


def person(house: House, name: str) -> int:
    return int(house.ask("SELECT id FROM accounts_user WHERE email = %s", f"{name}@krueger.example")[0][0])


def give(colleague: Colleague, contact: str, name: str) -> None:
    body: dict[str, object] = {"assignee": person(colleague.house, name)}
    colleague.do(f"/contacts/{contact}/assignee/", body)


def seen_by(house: House, name: str, column: str = "%") -> list[str]:
    """Return the ids of the contacts on the board that this agent may see, if they see only their own."""
    found = house.ask(
        "SELECT card.contact_id FROM pipeline_card card JOIN contacts_contact ON contacts_contact.id = card.contact_id"
        " JOIN pipeline_column col ON col.id = card.column_id WHERE card.account_id = %s AND col.name LIKE %s"
        " AND COALESCE(contacts_contact.assignee_id, %s) = %s ORDER BY card.rank",
        *(house.office, column, person(house, name), person(house, name)),
    )
    return [str(pk) for (pk,) in found]


def overheard(page: Page) -> list[Any]:
    """Return the data of the changes that this page's stream brings from now on, as they come out of the socket."""
    found: list[Any] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.eventSourceMessageReceived",
        lambda event: event["eventName"] == "change" and found.append(json.loads(event["data"])),
    )
    return found


def heads(page: Page) -> dict[str, int]:
    return {name: column["count"] for name, column in page.evaluate(SHOWN).items()}


def test_a_contact_given_to_another_agent_leaves_and_nothing_else_is_learned(house, opened, colleague, sees):
    sees("own")
    card, other, *_ = seen_by(house, "sofia")
    sofia = opened("sofia")
    shown = sofia.locator(f"#card-{card}")
    column = shown.evaluate("card => card.closest('[data-column]').querySelector('h2').textContent")
    expect(shown).to_be_visible()
    before, total = heads(sofia), int(sofia.locator("[data-total]").inner_text())
    got = overheard(sofia)
    give(colleague, card, "jan")
    expect(shown).to_have_count(0, timeout=SOON)
    expect(sofia.locator("[data-total]")).to_have_text(str(total - 1), timeout=SOON)
    assert heads(sofia) == before | {column: before[column] - 1}
    colleague.do(f"/contacts/{card}/due/", {"pick": "today", "due_note": "Geheim"})
    colleague.move(card, MEETING if column != MEETING else CALLS)
    colleague.do(f"/contacts/{other}/due/", {"due_on": "24.12.2030", "due_note": ""})
    expect(sofia.locator(f"#due-{other}")).to_contain_text("24.12.", timeout=SOON)
    assert got[0] == {"kind": "gone", "contacts": [[int(card), None]], "columns": []}
    assert [event["contacts"] for event in got[1:]] == [[[int(other), None]]]
    give(colleague, card, "sofia")
    expect(shown).to_be_visible(timeout=SOON)
    expect(sofia.locator("[data-total]")).to_have_text(str(total))


def test_its_row_is_marked_in_the_list_and_its_page_goes(house, opened, colleague, sees, watch):
    watch.expect_status(404)  # the page of the contact, asked for anew
    sees("own")
    card = seen_by(house, "sofia", MEETING)[0]
    board = house.column(MEETING)
    rows, page = opened("sofia", f"/contacts/?status={board}"), opened("sofia", f"/contacts/{card}/", is_streamed=False)
    total = int(rows.locator("[data-total]").inner_text())
    give(colleague, card, "jan")
    expect(rows.locator(f"#contact-{card}.row--gone")).to_be_visible(timeout=SOON)
    expect(rows.locator("[data-total]")).to_have_text(str(total - 1), timeout=SOON)
    expect(page.locator("#head")).to_have_count(0, timeout=SOON)
    give(colleague, card, "sofia")


def test_a_board_shows_less_as_soon_as_the_office_decides_so(house, opened, sees):
    sofia = opened("sofia")
    hidden = sorted({card for cards in house.truth().values() for card in cards} - {*seen_by(house, "sofia")})
    expect(sofia.locator(f"#card-{hidden[0]}")).to_have_count(1)
    sees("own")
    expect(sofia.locator(f"#card-{hidden[0]}")).to_have_count(0, timeout=PATIENCE)
    shown = sofia.evaluate("[...document.querySelectorAll('[data-card]')].map(({ dataset }) => dataset.card)")
    assert sorted(shown) == sorted(seen_by(house, "sofia"))
    until(sofia, "heard.streamed > 1")
    sees("all")
    expect(sofia.locator(f"#card-{hidden[0]}")).to_have_count(1, timeout=PATIENCE)
