"""A sample tells that a search finds more than a thousand contacts of a column, and never that of fewer."""

import pytest
from django.db import connection
from django.http import QueryDict

from contacts.models import Contact
from pipeline import sampled
from pipeline.cards import ranks
from pipeline.models import Card
from pipeline.selection import MANY, Selection

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]  # the contacts are found by what they do not hold
CARDS = 4_000


@pytest.fixture
def crowd(board):
    """Return a function that makes a column of contacts, and has the first of them found by "lead"."""

    def make(hits: int, cards: int = CARDS) -> None:
        column = board["Nicht erreicht"]
        contacts = Contact.objects.bulk_create(
            Contact(account=column.account, last_name=f"N{number}") for number in range(cards)
        )
        ranked = zip(contacts, ranks.many_between(None, None, cards), strict=True)
        Card.objects.bulk_create(
            Card(contact=contact, account=column.account, column=column, rank=rank) for contact, rank in ranked
        )
        with connection.cursor() as cursor:
            found = [contact.pk for contact in contacts[:hits]]
            cursor.execute("ANALYZE contacts_contact, pipeline_card")
            cursor.execute("UPDATE contacts_contact SET search = '''lead''' WHERE id = ANY(%s)", [found])

    return make


@pytest.mark.parametrize("hits", [CARDS, CARDS - MANY // 2])
def test_a_sample_tells_that_most_of_a_column_are_found(anna, board, crowd, hits):
    crowd(hits)
    selection = Selection.parse(anna, QueryDict("q=lead"))
    assert sampled.full(selection, hits) == [board["Nicht erreicht"].pk]


@pytest.mark.parametrize("hits", [0, MANY // 2, MANY])
def test_no_expectation_makes_a_sample_tell_that_of_fewer(anna, crowd, monkeypatch, hits):
    crowd(hits)
    selection = Selection.parse(anna, QueryDict("q=lead"))
    for sparse in (CARDS, CARDS // 2):  # for one card in a span, and for two
        monkeypatch.setattr(sampled, "SPARSE", sparse)
        assert sampled.full(selection, CARDS) == []
        assert sampled.full(selection, CARDS // 2) == []


def test_spans_of_several_cards_tell_that_most_of_a_column_are_found(anna, board, crowd, monkeypatch):
    crowd(CARDS)
    monkeypatch.setattr(sampled, "SPARSE", CARDS // 2)
    selection = Selection.parse(anna, QueryDict("q=lead"))
    assert sampled.full(selection, CARDS) == [board["Nicht erreicht"].pk]


def test_a_small_column_is_not_sampled(anna, crowd):
    crowd(MANY, MANY)
    assert sampled.full(Selection.parse(anna, QueryDict("q=lead")), CARDS) == []
