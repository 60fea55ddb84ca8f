"""Plans for a million contacts: the tables are small here, but have the statistics of large ones."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from contacts.models import Contact, Source
from pipeline import board as boards
from pipeline import counting, filters, listing, searched
from pipeline.cards import ranks
from pipeline.columns import tally
from pipeline.models import Card, Tally
from pipeline.selection import Selection
from tests.clock import TUESDAY
from tests.plans import indexes, plans, tell_of_a_million

# Its contacts have a last action without an action.
pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]
LARGE = ("contacts_contact", "pipeline_card")


@pytest.fixture
def million(anna, sofia, board):
    """Fifteen contacts a column, so that their distribution is known, and statistics of a million rows."""
    if connection.pg_version < 180000:
        pytest.skip("statistics can be restored from PostgreSQL 18 on")
    contacts = [
        Contact(
            account=anna.account,
            last_name=f"Lead{number}",
            sort_name=f"lead{number}",
            source=Source.values[number % 5],
            assignee=(anna, sofia, None)[number % 3],
            due_on=date(2026, 11, 20) + timedelta(days=number // 5) if number % 15 < 5 else None,
            created_at=TUESDAY + timedelta(hours=number),
            last_action_at=TUESDAY + timedelta(days=number) if number % 2 else None,
            tags=["Neubau", "Erbe"][number % 2 :] if number % 3 else [],
            # PostgreSQL trusts statistics of a hundred words and more.
            search=f"'schmidt' 'a{number}' 'b{number}' 'c{number}'" if number % 2 else None,
        )
        for number in range(15 * len(board))
    ]
    rows = iter(Contact.objects.bulk_create(contacts))
    for column in board.values():
        ranked = zip(ranks.many_between(None, None, 15), rows, strict=False)
        Card.objects.bulk_create(
            Card(contact=contact, account=anna.account, column=column, rank=rank) for rank, contact in ranked
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join((*LARGE, "pipeline_column", "pipeline_tally")))
    tell_of_a_million(*LARGE)


def reads_a_table(nodes: list[dict]) -> list[str]:
    """Name each sequential scan of a large table."""
    return [
        node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    ]


def sorts(nodes: list[dict]) -> list[float]:
    """Return how many rows each sort is expected to have."""
    return [node["Plan Rows"] for node in nodes if node["Node Type"] in ("Sort", "Incremental Sort")]


@pytest.mark.parametrize("sort", [f"{sign}{key}" for key in listing.ORDERS for sign in ("", "-")])
def test_no_order_of_the_list_reads_or_sorts_a_table(anna, million, sort):
    selection = Selection.parse(anna, QueryDict())
    nodes = plans(lambda: listing.load(selection, QueryDict(f"sort={sort}")))
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


def test_totals_read_no_card(anna, million, board):
    selection = Selection.parse(anna, QueryDict())
    column = board["Nicht erreicht"]
    nodes = plans(lambda: [boards.totals(selection), counting.found(selection), tally.in_column(column)])
    assert {node.get("Relation Name") for node in nodes} & set(LARGE) == set()


CARRIED = [
    *("assignee=me", "assignee=none", "due=now", "due=overdue", "due=today", "due=week", "due=set", "due=none"),
    *("source=event", "assignee=me&due=now", "due=today&source=event"),
]
READ = ["q=lead", "q=lead7", "tag=VIP", "q=lead&assignee=me"]


@pytest.mark.parametrize("query", CARRIED)
def test_a_board_filtered_by_what_cards_carry_reads_contacts_only_to_show_them(anna, million, query):
    selection = Selection.parse(anna, QueryDict(query))
    nodes = plans(lambda: boards.totals(selection))
    assert {node.get("Relation Name") for node in nodes} & {"contacts_contact"} == set()
    nodes += plans(lambda: boards.load(selection))
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


@pytest.mark.parametrize("query", [*CARRIED, *READ])
def test_no_filter_of_the_list_reads_a_table(anna, million, query):
    selection = Selection.parse(anna, QueryDict(query))
    for sort in ("-created", "name", "due", "status"):
        nodes = plans(lambda sort=sort: listing.load(selection, QueryDict(f"sort={sort}")))
        assert reads_a_table(nodes) == []


def test_the_list_of_one_status_is_read_in_its_order(anna, million, board):
    selection = Selection.parse(anna, QueryDict(f"status={board['Nicht erreicht'].pk}"))
    nodes = plans(lambda: listing.load(selection, QueryDict("sort=-created")))
    assert "card_by_created" in indexes(nodes)
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


@pytest.mark.parametrize("query", READ)
def test_a_search_on_the_board_is_found_along_its_index(anna, million, query):
    nodes = plans(lambda: searched.in_columns(Selection.parse(anna, QueryDict(query)), boards.FIRST))
    assert reads_a_table(nodes) == []
    assert indexes(nodes) & {"contact_search", "contact_by_tag"}


@pytest.fixture
def known(anna, board, million):
    """The tally says that there are a million cards, and a search has seen it."""
    Tally.objects.create(account=anna.account, column=board["Nicht erreicht"], cards=1_000_000)
    counting.found(Selection.parse(anna, QueryDict("q=lead")))


def test_a_small_office_is_not_asked_what_to_expect(anna, million):
    selection = Selection.parse(anna, QueryDict("q=sch"))
    with CaptureQueriesContext(connection) as asked:
        boards.load(selection)
        counting.found(selection)
    assert len(asked) == 3
    assert not any(query["sql"].startswith("EXPLAIN") for query in asked.captured_queries)


def test_a_word_of_many_contacts_is_sampled_and_walked_along_the_ranks(anna, known):
    selection = Selection.parse(anna, QueryDict("q=sch"))
    assert searched.expected(selection) > searched.MOST
    nodes = plans(lambda: boards.load(selection))
    assert {"card_in_column", "card_place_once"} <= indexes(nodes)
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


def test_typing_a_word_of_many_contacts_looks_up_cards_on_top_of_the_columns(anna, known):
    selection = Selection.parse(anna, QueryDict("q=sch"))
    nodes = plans(lambda: boards.load(selection, is_short=True))
    assert "card_place_once" in indexes(nodes)
    assert "contact_search" not in indexes(nodes)
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


@pytest.mark.parametrize(("query", "is_asked"), [("q=sch", False), ("q=sch+lead7", True)])
def test_typing_one_word_of_many_contacts_looks_up_none_for_the_list(anna, known, query, is_asked):
    selection = Selection.parse(anna, QueryDict(query))
    nodes = plans(lambda: counting.few(selection, listing.FEW))
    assert ("contact_search" in indexes(nodes)) == is_asked


@pytest.mark.parametrize("query", ["q=lead", "q=lead7", "q=lead&assignee=me"])
def test_typing_a_word_of_few_contacts_finds_them_along_the_index(anna, million, query):
    selection = Selection.parse(anna, QueryDict(query))
    nodes = plans(lambda: [boards.load(selection, is_short=True), counting.few(selection, listing.FEW)])
    assert "contact_search" in indexes(nodes)
    assert reads_a_table(nodes) == []


@pytest.mark.parametrize("query", ["assignee=me", "assignee=none", "due=now", "due=none", "source=event", "q=lead"])
def test_no_filter_reads_a_table(anna, million, query):
    selection = Selection.parse(anna, QueryDict(query))
    nodes = plans(lambda: [boards.totals(selection), counting.found(selection)])
    assert reads_a_table(nodes) == []


@pytest.mark.parametrize("query", ["tag=Neubau", "tag=Neubau&due=now"])
def test_a_common_tag_is_met_along_the_ranks_of_what_is_tagged(anna, known, query):
    selection = Selection.parse(anna, QueryDict(query))
    nodes = plans(lambda: [boards.load(selection), counting.found(selection)])
    assert "card_tagged" in indexes(nodes)
    assert "contact_by_tag" not in indexes(nodes)
    assert reads_a_table(nodes) == []
    assert all(rows <= 1000 for rows in sorts(nodes))


def test_the_menu_of_tags_reads_no_table(anna, million):
    nodes = plans(lambda: filters.tags(Selection.parse(anna, QueryDict())))
    assert "card_tagged" in indexes(nodes)
    assert reads_a_table(nodes) == []
    assert {node.get("Relation Name") for node in nodes} & {"contacts_contact"} == set()


def test_agents_who_see_only_their_own_contacts_scan_no_table(sofia, krueger, million):
    Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
    sofia.account.refresh_from_db()
    selection = Selection.parse(sofia, QueryDict())
    nodes = plans(lambda: [boards.totals(selection), counting.found(selection)])
    assert reads_a_table(nodes) == []


@pytest.mark.parametrize("typed", ["lead7", "lead lead7", "x lead7"])
def test_marketing_finds_names_along_the_index_of_words(mara, million, typed):
    selection = Selection.parse(mara, QueryDict(f"q={typed}"))
    for act in (lambda: counting.found(selection), lambda: listing.load(selection, QueryDict("sort=status"))):
        nodes = plans(act)
        assert "contact_search" in indexes(nodes)
        assert reads_a_table(nodes) == []
