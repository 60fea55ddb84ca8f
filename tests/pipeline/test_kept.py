"""Kept statements: whatever was asked before, each selection finds what the ORM finds for it."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.http import QueryDict

from accounts.models import Account, Role
from contacts.models import Contact
from pipeline import counting, kept, listing, searched
from pipeline.selection import DUE, MANY, Selection
from tests.clock import TUESDAY
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

FILTERS = {
    "q": ["lead", "lead1", "lead2 neuss", "3", "Herr ", "’", "\ue000", "0170", "", "%"],
    "assignee": ["", "me", "none", "{anna}", "{sofia}", "9223372036854775807"],
    "due": ["", *DUE],
    "source": ["", "event", "phone"],
    "status": ["", "{new}", "{won}", "9223372036854775807"],
    "tag": ["", "Erbe", "\ue002"],
}


@pytest.fixture
def crowd(anna, sofia, board) -> None:
    columns, people = [*board.values()], [anna, sofia, None]
    for number in range(24):
        contact = ContactFactory(
            column=columns[number % len(columns)],
            last_name=f"Lead{number % 5}",
            city=("Neuss", "Köln")[number % 2],
            assignee=people[number % 3],
            source=("event", "phone")[number % 2],
            due_on=TUESDAY.date() + timedelta(days=number - 9) if number % 4 else None,
        )
        Contact.objects.of(anna.account).filter(pk=contact.pk).update(tags=["Erbe"] if number % 6 == 0 else [])


def selections(user, anna, sofia, board):
    """Yield selections by one filter and by two."""
    known = {"anna": anna.pk, "sofia": sofia.pk, "new": board["Neue Kontakte"].pk, "won": board["Auftrag erhalten"].pk}
    values = {name: [value.format(**known) for value in asked] for name, asked in FILTERS.items()}
    for one, other in product(values, values):
        for first, second in zip(values[one], values[other][::-1] * 3, strict=False):
            query = QueryDict(mutable=True)
            query.update({one: first} | ({other: second} if one != other else {}))
            yield Selection.parse(user, query)


@pytest.mark.parametrize(("role", "sight"), [(Role.ADMINISTRATOR, "all"), (Role.AGENT, "own"), (Role.MARKETING, "all")])
def test_kept_statements_find_what_new_ones_find(anna, sofia, board, crowd, role, sight):
    Account.objects.filter(pk=anna.account_id).update(agents_see=sight)
    anna.account.refresh_from_db()
    sofia.account.refresh_from_db()
    ids = lambda selection: selection.contacts().order_by("pk").values("pk")  # noqa: E731
    numbers = set()
    for user in (anna, sofia):
        user.role = role
        for selection in selections(user, anna, sofia, board):
            found = [pk for (pk,) in kept.rows(selection, "test", ids)]
            assert found == [row["pk"] for row in ids(selection)], selection
            assert counting.found(selection) == min(len(found), MANY + 1), selection
            numbers.add(len(found))
    assert len(numbers) > 5


def test_colleagues_of_other_offices_share_statements_and_nothing_else(anna, paul, board):
    for user in (anna, paul):
        ContactFactory(column=user.account.columns.get(key="new"), last_name="Lead")
    found = [
        [row.pk for row in listing.load(Selection.parse(user, QueryDict("q=lead")), QueryDict()).contacts]
        for user in (anna, paul)
    ]
    assert [len(of_one) for of_one in found] == [1, 1]
    assert found[0] != found[1]


def test_statements_are_not_compiled_again(anna, board):
    def build(_selection):
        raise AssertionError("compiled again")

    ids = lambda selection: selection.contacts().values("pk")  # noqa: E731
    kept.rows(Selection.parse(anna, QueryDict("source=event")), "once", ids)
    assert kept.rows(Selection.parse(anna, QueryDict("source=phone")), "once", build) == []


def test_kept_statements_stay_few(anna, board, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3)
    ids = lambda selection: selection.contacts().values("pk")  # noqa: E731
    for number in range(10):
        assert kept.rows(Selection.parse(anna, QueryDict()), ("few", number), ids) == []
    assert len(kept._known) <= 3


def test_what_words_alone_find_is_prepared_and_what_a_tag_finds_is_planned_each_time(anna, board):
    for query in ["q=lead", "tag=Erbe", "q=lead&tag=Erbe"]:
        for _ in range(4):
            searched.in_columns(Selection.parse(anna, QueryDict(query)), 5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement LIKE '%tags%' FROM pg_prepared_statements WHERE statement LIKE '%WITH hits%'")
        prepared = {has_tags for (has_tags,) in cursor.fetchall()}
    assert prepared == {False}
