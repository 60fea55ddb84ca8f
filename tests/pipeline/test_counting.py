"""How many were found: exact up to a thousand, 1000+ above; everything, and what is changed at once, always exact."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from pipeline import board as boards
from pipeline import counting
from pipeline.cards import ranks
from pipeline.models import Card
from pipeline.selection import Selection
from tests.factories import ContactFactory
from tests.markup import page_of

pytestmark = pytest.mark.django_db
LIST, BOARD = "/contacts/", "/contacts/board/"


def shown(html: str) -> list[str]:
    """Return the total and what the heads show."""
    return re.findall(r"(?:data-total|data-count)>([^<]*)<", html)


@pytest.fixture
def many(board):
    """Return a function that makes so many contacts of a column."""

    def make(number: int, name: str = "Nicht erreicht") -> None:
        column = board[name]
        contacts = Contact.objects.bulk_create(
            Contact(account=column.account, last_name=f"Lead{one}", source="event") for one in range(number)
        )
        Card.objects.bulk_create(
            Card(contact=contact, account=column.account, column=column, rank=rank)
            for contact, rank in zip(contacts, ranks.many_between(None, None, number), strict=True)
        )

    return make


@pytest.mark.parametrize(("number", "total", "head"), [(1000, "1.000", "1000"), (1001, "1000+", "1000+")])
def test_a_filter_counts_to_a_thousand(anna, board, many, login, number, total, head):
    many(number)
    ContactFactory(column=board["Nicht erreicht"])
    client = login(anna)
    assert shown(page_of(client.get(f"{LIST}?source=event"))) == [total]
    heads = ["0", head, *["0"] * (len(board) - 2)]
    assert shown(page_of(client.get(f"{BOARD}?source=event"))) == [total, *heads]
    assert f"alle {total} gefundenen" in page_of(client.get(f"{LIST}?source=event"))


def test_everything_is_counted(anna, board, many, login):
    many(1002)
    client = login(anna)
    assert shown(page_of(client.get(LIST))) == ["1.002"]
    assert shown(page_of(client.get(BOARD))) == ["1.002", "0", "1002", *["0"] * (len(board) - 2)]


def test_two_small_columns_are_many_together(anna, board, many, login):
    many(600)
    many(500, "Kein Auftrag")
    html = page_of(login(anna).get(f"{BOARD}?source=event"))
    assert sorted(shown(html)) == sorted(["1000+", "600", "500", *["0"] * (len(board) - 2)])


def test_a_change_of_all_counts_them_exactly(anna, board, many, login):
    many(1004)
    html = page_of(login(anna).get("/contacts/selection/status/?all=1&filter=source%3Devent"))
    assert '<input type="hidden" name="total" value="1004">' in html


def test_no_filter_counts_more_than_a_page_shows(anna, board):
    selection = Selection(anna, timezone.localdate(), source="event")
    with CaptureQueriesContext(connection) as asked:
        counting.found(selection)
        list(boards.counted(selection))
    assert all("LIMIT 1001" in query["sql"] for query in asked.captured_queries)
