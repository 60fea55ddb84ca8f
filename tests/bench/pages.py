"""The pages that are measured: their names in the table, addresses, and marks in empty views (N)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client

from accounts.models import User
from contacts.models import Contact, Source
from pipeline.listing import ORDERS
from pipeline.models import Column
from tests.bench.counting import counted

BOARD, LIST = "/contacts/board/", "/contacts/"
SEARCHES = ("mueller koeln", "sch", "mue", "schmidt")


@dataclass(frozen=True)
class Work:
    """A request that is repeated. `mark` is the most empty views (N) it may take."""

    name: str
    path: str
    mark: int
    is_page: bool = True

    def headers(self) -> dict[str, str]:
        return {"hx-request": "false" if self.is_page else "true"}

    def cost(self, client: Client) -> tuple[int, int]:
        """SQL statements and rows written."""
        act: Callable[[], object] = lambda: client.get(self.path, headers=self.headers())  # noqa: E731
        act()
        return counted(act)


def works(anna: User) -> list[Work]:
    """All pages, for an administrator."""
    column = Column.objects.of(anna.account).get(name="Nicht erreicht")
    contact = Contact.objects.of(anna.account).live().order_by("-pk").values_list("pk", flat=True)[:1].get()
    return [
        Work("board", BOARD, 20),
        *(Work(f"list by {key}", f"{LIST}?sort={key}", 15) for key in ORDERS),
        Work("list by created, newest first", f"{LIST}?sort=-created", 15),
        *_filtered(anna, column),
        Work("column menu", f"/columns/{column.pk}/menu/", 15, is_page=False),
        Work("removal of a column", f"/columns/{column.pk}/removal/", 15, is_page=False),
        Work("detail page", f"/contacts/{contact}/", 15),
        Work("outbox", "/funnel/outbox/", 15),
        Work("funnel page", "/funnel/", 15),
    ]


def _filtered(anna: User, column: Column) -> list[Work]:
    filters = [("q", words) for words in SEARCHES] + [
        ("assignee", "me"),
        ("assignee", "none"),
        ("due", "now"),
        ("due", "none"),
        ("source", Source.values[0]),
        ("status", str(column.pk)),
        ("tag", _tag(anna)),
    ]
    return [
        Work(f"{view}, {name}={value}", f"{path}?{name}={value.replace(' ', '+')}", 20, is_page=name != "q")
        for view, path in (("board", BOARD), ("list", LIST))
        for name, value in filters
    ]


def _tag(anna: User) -> str:
    tagged = Contact.objects.of(anna.account).exclude(tags=[]).values_list("tags", flat=True)[:1]
    return tagged[0][0] if tagged else "Erbe"


def of_an_agent() -> list[Work]:
    """Return the pages of an agent who sees only their own contacts."""
    return [
        Work("board of an agent who sees only own", BOARD, 20),
        Work("list of an agent who sees only own", LIST, 20),
        Work("search of an agent who sees only own", f"{LIST}?q=sch", 20, is_page=False),
        Work("due of an agent who sees only own", f"{BOARD}?due=now", 20),
    ]
