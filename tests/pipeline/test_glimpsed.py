"""An answer to typing does not count what many contacts have, and says so; the whole answer, which follows, does."""

import re

import pytest
from django.http import QueryDict

from contacts.models import Contact
from pipeline import board as boards
from pipeline import glimpsed, listing, searched
from pipeline.cards import ranks
from pipeline.models import Card, Column
from pipeline.selection import Selection
from tests.markup import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]  # the contacts are found by what they do not hold
BOARD = "/contacts/board/?q=lead"
TYPED = {"HX-Request": "true", "X-Short": "1"}


@pytest.fixture(autouse=True)
def office_that_is_not_small(monkeypatch) -> None:
    monkeypatch.setattr(searched, "SMALL", -1)


def make(column: Column, number: int, above: int = 0) -> None:
    """Make so many contacts that are found, below others in the column."""
    contacts = Contact.objects.bulk_create(
        Contact(
            account=column.account,
            last_name=f"Lead{one}",
            sort_name=f"lead{one:02}",
            search="'other'" if one < above else "'lead'",
        )
        for one in range(above + number)
    )
    Card.objects.bulk_create(
        Card(contact=contact, account=column.account, column=column, rank=rank)
        for contact, rank in zip(contacts, ranks.many_between(None, None, above + number), strict=True)
    )


@pytest.fixture
def crowd(board) -> None:
    """Sixty contacts in one column, three in the next, and one that others are above."""
    make(board["Nicht erreicht"], 60)
    make(board["Kein Auftrag"], 3)
    make(board["Termin vereinbart"], 1, above=20)


@pytest.fixture
def bounded(board, monkeypatch) -> None:
    """Fewer are looked up than are found, and ten cards of a column are walked along."""
    monkeypatch.setattr(glimpsed, "MOST", 20)
    monkeypatch.setattr(glimpsed, "LOOKED_AT", 10 * len(board))
    monkeypatch.setattr(listing, "FEW", 20)


def heads(stacks: list[boards.Stack]) -> dict[str, tuple[int | None, int]]:
    """Return the total and the number of cards of each column that has any, or may have."""
    return {stack.column.name: (stack.total, len(stack.cards)) for stack in stacks if stack.total != 0}


def shown(html: str) -> list[str]:
    return re.findall(r'(?:id="card-|data-contact=")(\d+)"', html)


def counts(html: str) -> list[str]:
    return re.findall(r"data-(?:total|count)(?: data-counting)?>([^<]*)<", html)


def test_columns_are_known_if_they_are_walked_to_their_end(anna, crowd, bounded):
    selection = Selection.parse(anna, QueryDict("q=lead"))
    stacks = boards.load(selection, is_short=True)
    assert heads(stacks) == {"Nicht erreicht": (None, 8), "Kein Auftrag": (3, 3), "Termin vereinbart": (None, 0)}
    assert boards.total_of(stacks) is None


def test_what_few_contacts_have_is_counted_at_once(anna, crowd):
    selection = Selection.parse(anna, QueryDict("q=lead"))
    stacks = boards.load(selection, is_short=True)
    assert heads(stacks) == {"Nicht erreicht": (60, 8), "Kein Auftrag": (3, 3), "Termin vereinbart": (1, 1)}
    assert boards.total_of(stacks) == 64


@pytest.mark.parametrize("typed", ["lea", "lead"])
def test_a_small_office_is_counted_at_once(anna, board, crowd, bounded, login, monkeypatch, typed):
    monkeypatch.setattr(searched, "SMALL", 100)
    client = login(anna)
    assert counts(page_of(client.get(f"/contacts/board/?q={typed}", headers=TYPED)))[0] == "64"
    assert counts(page_of(client.get(f"/contacts/?q={typed}", headers=TYPED))) == ["64"]
    monkeypatch.setattr(searched, "SMALL", 50)
    assert counts(page_of(client.get(f"/contacts/board/?q={typed}", headers=TYPED)))[0] == "…"
    assert counts(page_of(client.get(f"/contacts/?q={typed}", headers=TYPED))) == ["…"]


def test_three_letters_are_met_before_they_are_looked_up(anna, board, crowd, monkeypatch):
    monkeypatch.setattr(glimpsed, "LOOKED_AT", 60 * len(board))
    selection = Selection.parse(anna, QueryDict("q=lea"))
    stacks = boards.load(selection, is_short=True)
    assert heads(stacks) == {"Nicht erreicht": (None, 8), "Kein Auftrag": (3, 3), "Termin vereinbart": (1, 1)}


def test_three_letters_that_are_not_met_in_each_column_are_looked_up(anna, board, crowd, monkeypatch):
    monkeypatch.setattr(glimpsed, "LOOKED_AT", 10 * len(board))
    selection = Selection.parse(anna, QueryDict("q=lea"))
    stacks = boards.load(selection, is_short=True)
    assert heads(stacks) == {"Nicht erreicht": (60, 8), "Kein Auftrag": (3, 3), "Termin vereinbart": (1, 1)}


def test_a_column_that_has_just_as_many_as_are_shown_is_not_known(anna, board, bounded):
    make(board["Nicht erreicht"], boards.SHORT)
    make(board["Kein Auftrag"], 60)
    stacks = boards.load(Selection.parse(anna, QueryDict("q=lead")), is_short=True)
    assert heads(stacks) == {"Nicht erreicht": (None, 8), "Kein Auftrag": (None, 8)}


@pytest.mark.parametrize("query", ["", "&source=event", "&tag=VIP"])
def test_further_filters_hold_on_the_walk(anna, crowd, bounded, query):
    Contact.objects.filter(last_name__endswith="5").update(source="event", tags=["VIP"])
    selection = Selection.parse(anna, QueryDict(f"q=lead{query}"))
    whole = {stack.column: stack for stack in boards.load(selection)}
    for stack in glimpsed.in_columns(selection, boards.SHORT, expected=1000):
        assert stack.first == [card.pk for card in whole[stack.column].cards][: len(stack.first)]
        assert stack.total in (None, whole[stack.column].total)


def test_the_board_says_what_is_not_counted_and_never_that_nothing_is_there(anna, board, crowd, bounded, login):
    client = login(anna)
    short, whole = page_of(client.get(BOARD, headers=TYPED)), page_of(client.get(BOARD, headers={"HX-Request": "true"}))
    assert [one for one in shown(whole) if one in shown(short)] == shown(short)
    known = [short if short != "…" else whole for short, whole in zip(counts(short), counts(whole), strict=True)]
    assert known == counts(whole)
    assert counts(short).count("…") == short.count("Kontakte werden gezählt") + 1 == 3
    assert short.count("data-short") == 2
    assert "data-counting" not in whole
    assert counts(page_of(client.get(BOARD))) == counts(whole)


def test_the_list_says_that_it_is_not_counted(anna, crowd, bounded, login):
    client = login(anna)
    for sort in ("name", "status"):
        address = f"/contacts/?q=lead&sort={sort}"
        short, whole = page_of(client.get(address, headers=TYPED)), page_of(client.get(address))
        assert shown(short) == shown(whole)[: listing.SHORT]
        assert (counts(short), counts(whole)) == (["…"], ["64"])
        assert ("alle 64 gefundenen" in short, "alle 64 gefundenen" in whole) == (False, True)
        assert 'id="everything" data-counting hidden' in short


def test_the_list_of_three_letters_is_not_counted(anna, board, login):
    make(board["Nicht erreicht"], listing.SHORT + 1)
    client = login(anna)
    assert counts(page_of(client.get("/contacts/?q=lea", headers=TYPED))) == ["…"]
    assert counts(page_of(client.get("/contacts/?q=lead", headers=TYPED))) == [str(listing.SHORT + 1)]


@pytest.mark.parametrize("typed", ["lea", "lead"])
def test_a_page_that_has_all_of_the_list_is_counted(anna, board, bounded, login, typed):
    make(board["Nicht erreicht"], listing.SHORT)
    html = page_of(login(anna).get(f"/contacts/?q={typed}", headers=TYPED))
    assert counts(html) == [str(listing.SHORT)]
    assert "data-counting" not in html


def test_whether_a_digit_is_missing_is_said_when_it_is_known(anna, crowd, bounded, login):
    client = login(anna)
    Contact.objects.update(search="'\u20601234'")
    address = "/contacts/board/?q=12+34"
    assert "<li data-counting hidden>" in page_of(client.get(address, headers=TYPED))
    assert "<li data-counting hidden>" not in page_of(client.get(address))
