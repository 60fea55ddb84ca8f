"""Using the board with the mouse, and comparing what it shows with the database."""

from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, Request, expect

from accounts.models import Account
from contacts.models import Contact
from pipeline.models import Card, Column

Place = dict[str, Any]

SHOWN = """() => Object.fromEntries([...document.querySelectorAll("[data-column]")].map((column) => [
  column.querySelector("h2").textContent, {
    count: Number(column.querySelector("[data-count]").textContent),
    cards: [...column.querySelectorAll("[data-card]")].map((card) => [
      Number(card.dataset.card), Number(card.dataset.version), card.classList.contains("card--new")]),
  }]))"""


def shown(page: Page) -> dict[str, Place]:
    """Return what each column shows: the count in its head, and its cards with version and whether they are red."""
    return page.evaluate(SHOWN)


def truth(account: Account) -> dict[str, Place]:
    """Return the same from the database."""
    cards: dict[int, list] = {}
    for card in Card.objects.of(account).select_related("column").order_by("column", "rank"):
        cards.setdefault(card.column_id, []).append([card.pk, card.version, card.column.key == "new"])
    return {
        column.name: {"count": len(cards.get(column.pk, [])), "cards": cards.get(column.pk, [])}
        for column in Column.objects.of(account).order_by("position")
    }


def settled(page: Page) -> None:
    """Wait until every request has its response, follow-up requests included."""
    for _ in range(2):
        expect(page.locator("[aria-busy='true']")).to_have_count(0)
        page.wait_for_timeout(20)


def card_of(page: Page, contact: Contact) -> Locator:
    return page.locator(f"#card-{contact.pk}")


def cards_in(page: Page, column: Column) -> Locator:
    return page.locator(f"#column-{column.pk}-cards")


def names_in(page: Page, column: Column) -> list[str]:
    """Return the first names from top to bottom."""
    names = page.locator(f"#column-{column.pk}-cards > [data-card] .card__name").all_text_contents()
    return [name.split()[0] for name in names]


def messages(page: Page) -> Locator:
    return page.locator("[role=status] .toast")


def posts(page: Page) -> list[str]:
    """Return a list that the URL of each POST from now on is added to."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def lift(page: Page, card: Locator) -> None:
    """Press on the card's lower left, away from its buttons, and begin to drag."""
    place = box(card)
    x, y = place["x"] + 16, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6, steps=3)


# Whether the dashed placeholder is in the column under the pointer.
IS_OVER = "(target) => document.querySelector('.sortable-ghost')?.parentElement === target.closest('[data-cards]')"


def drag_over(page: Page, target: Locator, down: float = 0.5) -> None:
    """Move the lifted card over the target, at `down` of its height, until SortableJS has put its place there.

    It checks the pointer every 50 ms, later when busy.
    """
    place = box(target)
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] * down
    page.mouse.move(x, y, steps=12)
    for shake in range(40):
        page.wait_for_timeout(70)
        page.mouse.move(x + shake % 3, y)
        if shake >= 2 and target.evaluate(IS_OVER):
            break
    page.wait_for_timeout(70)


def drag(page: Page, card: Locator, target: Locator, down: float = 0.5) -> None:
    lift(page, card)
    drag_over(page, target, down)
    page.mouse.up()
