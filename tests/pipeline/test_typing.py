"""The answer to typing in a low window: its beginning, to which the whole answer adds only what is below."""

import re

import pytest

from contacts.models import Contact
from pipeline import board as boards
from pipeline import listing
from pipeline.cards import ranks
from pipeline.models import Card
from tests.markup import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]  # the contacts are found by what they do not hold
TYPED = {"HX-Request": "true", "X-Short": "1"}


@pytest.fixture
def crowd(board) -> None:
    """Sixty contacts in one column, and three in the next."""
    for name, number in (("Nicht erreicht", 60), ("Kein Auftrag", 3)):
        column = board[name]
        contacts = Contact.objects.bulk_create(
            Contact(account=column.account, last_name=f"Lead{one}", sort_name=f"lead{one:02}", search="'lead'")
            for one in range(number)
        )
        Card.objects.bulk_create(
            Card(contact=contact, account=column.account, column=column, rank=rank)
            for contact, rank in zip(contacts, ranks.many_between(None, None, number), strict=True)
        )


def shown(html: str) -> list[str]:
    return re.findall(r'(?:id="card-|data-contact=")(\d+)"', html)


def counts(html: str) -> list[str]:
    return re.findall(r"(?:data-total|data-count)>([^<]*)<", html)


@pytest.mark.parametrize("query", ["q=lead", ""])
def test_the_board_begins_with_the_cards_that_a_window_shows(anna, crowd, login, query):
    client, path = login(anna), f"/contacts/board/?{query}"
    whole = page_of(client.get(path, headers={"HX-Request": "true"}))
    short = page_of(client.get(path, headers=TYPED))
    assert len(shown(whole)) == boards.FIRST + 3
    assert shown(short) == [*shown(whole)[: boards.SHORT], *shown(whole)[-3:]]
    assert counts(short) == counts(whole)
    assert (short.count("data-short"), whole.count("data-short")) == (1, 0)


def test_the_list_begins_with_the_rows_that_a_window_shows(anna, crowd, login):
    client, path = login(anna), "/contacts/?q=lead&sort=name"
    whole = page_of(client.get(path, headers={"HX-Request": "true"}))
    short = page_of(client.get(path, headers=TYPED))
    assert len(shown(whole)) == listing.PAGE
    assert shown(short) == shown(whole)[: listing.SHORT]
    assert counts(short) == counts(whole)
    assert (short.count("data-short"), whole.count("data-short")) == (1, 0)


def test_nothing_is_skipped_behind_a_short_answer(anna, crowd, login):
    client = login(anna)
    short = page_of(client.get("/contacts/?q=lead&sort=name", headers=TYPED))
    (following,) = re.findall(r'href="([^"]*)" rel="next"', short)
    rest = page_of(client.get("/contacts/" + following.replace("&amp;", "&")))
    assert len({*shown(short), *shown(rest)}) == 63


def test_marketing_is_answered_with_whole_pages(mara, crowd, login):
    html = page_of(login(mara).get("/contacts/?q=lead", headers=TYPED))
    assert len(shown(html)) == listing.PAGE
