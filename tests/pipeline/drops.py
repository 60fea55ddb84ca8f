"""Dropping cards over HTTP, and reading and counting helpers for tests of the board."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from pipeline.models import Card, Column, Move
from tests.factories import ContactFactory
from tests.markup import page_of

FETCH = {"HX-Request": "true"}
CONTROL = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")


def make(column: Column, *names: str) -> list[Contact]:
    """Create contacts with cards in the column, in this order."""
    return [ContactFactory(column=column, first_name=name) for name in reversed(names)][::-1]


def order(column: Column) -> list[str]:
    """Return the first names of a column's cards from top to bottom."""
    cards = Card.objects.of(column.account).filter(column=column).order_by("rank")
    return list(cards.values_list("contact__first_name", flat=True))


def card_of(contact: Contact) -> Card:
    return Card.objects.select_related("column").get(contact=contact)


def history() -> int:
    return Move.objects.count()


def body(contact: Contact, column: Column, /, below: Contact | None = None, **changes: object) -> dict[str, object]:
    """Return what the board sends for a drop below another card, without values of None."""
    asked = {"column": column.pk, "after": below.pk if below else "", "version": card_of(contact).version}
    return {name: value for name, value in (asked | changes).items() if value is not None}


def drop(
    client: Client,
    contact: Contact,
    column: Column,
    /,
    below: Contact | None = None,
    *,
    headers: dict[str, str] = FETCH,
    **changes: object,
) -> HttpResponse:
    data = body(contact, column, below, **changes)
    return client.post(f"/cards/{contact.pk}/position/", data, headers=headers)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Return the statements of the whole request, including sessions and users, without transaction control."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as context:
        yield found
    found += [query["sql"] for query in context if not query["sql"].startswith(CONTROL)]


def shape(statement: str) -> str:
    """Return the statement without numbers and lengths of lists."""
    return re.sub(r"::int\d\b", "::int", re.sub(r"\b\d+\b", "?", statement))


def heads(response: HttpResponse) -> set[int]:
    """Return the columns whose heads are in the answer."""
    return {int(pk) for pk in re.findall(r'id="column-(\d+)-head"', page_of(response))}


def shown_card(response: HttpResponse) -> dict[str, str]:
    """Return the place of the card in the answer, empty if there is none."""
    marks = re.search(
        r'data-card="(\d+)" data-version="(\d+)"[^>]*data-in="(\d+)" data-after="(\d*)"', page_of(response)
    )
    return dict(zip(("card", "version", "column", "after"), marks.groups(), strict=True)) if marks else {}


def undo_address(response: HttpResponse) -> str:
    found = re.search(r"/moves/\d+/reversal/", page_of(response))
    return found[0] if found else ""
