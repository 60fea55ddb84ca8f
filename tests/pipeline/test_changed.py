"""What became of cards and rows of an open board or list: found, left, hidden, foreign; places, heads, new contacts."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import actions, assignment, due, facts
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import moves
from pipeline.models import Card, Move
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of
from tests.pipeline.test_moves import move

BOARD, LIST = "/contacts/board/changes/", "/contacts/rows/"
FETCH = {"HX-Request": "true"}


@pytest.fixture
def people(board) -> list[Contact]:
    return [ContactFactory(column=board["Neue Kontakte"], first_name=name) for name in ("Ada", "Bob", "Cyd")]


def _edit(contact, _column, actor, _assignee, now):
    facts.save(contact=contact, values={"tags": ["warm"]}, version=None, actor=actor, now=now)


ENTER = {
    "status": lambda contact, column, actor, _assignee, _now: move(actor, contact, column),
    "assignee": lambda contact, _column, actor, assignee, now: assignment.assign(
        contact=contact, assignee=assignee, actor=actor, now=now
    ),
    "due": lambda contact, _column, actor, _assignee, now: due.set_due(
        contact=contact, due_on=timezone.localdate(), actor=actor, now=now
    ),
    "tag": _edit,
    "restored": lambda contact, _column, actor, _assignee, now: leads.restore(
        user=actor, contact_ids=[contact.pk], now=now
    ),
}


def ids(contacts) -> str:
    return ",".join(str(contact.pk) for contact in contacts)


def asked(client: Client, address: str, **query: object) -> str:
    answer = client.get(address, query, headers=FETCH)
    assert answer.status_code == 200
    return page_of(answer)


def cards(html: str) -> set[str]:
    return set(re.findall(r'id="card-(\d+)" data-card', html))


def first(html: str) -> dict[str, str]:
    """Return the ids of the first cards of each column."""
    return dict(re.findall(r'data-of="(\d+)" data-first="([\d,]*)"', html))


def removed(html: str) -> set[str]:
    return set(re.findall(r'<li id="card-(\d+)" hx-swap-oob="delete">', html))


def rows(html: str) -> list[str]:
    return re.findall(r'<tr id="contact-(\d+)"', html)


def total(html: str) -> str:
    return re.search(r'id="total"[^>]*hx-swap-oob="true"><span data-total>([^<]*)<', html)[1]


def tag(contact: Contact) -> None:
    for model in (Contact, Card):
        model.objects.filter(pk=contact.pk).update(tags=["warm"])


class TestBoard:
    def test_shows_each_card_and_the_order_of_each_column(self, board, people, sofia, login):
        html = asked(login(sofia), BOARD, cards=ids(people))
        assert (cards(html), removed(html)) == ({str(one.pk) for one in people}, set())
        order = list(Card.objects.order_by("rank").values_list("pk", flat=True))
        shown = {column.pk: "" for column in board.values()} | {
            board["Neue Kontakte"].pk: ",".join(str(pk) for pk in order)
        }
        assert first(html) == {str(pk): text for pk, text in shown.items()}

    @pytest.mark.parametrize(("depth", "shown"), [("", 15), ("15", 15), ("16", 65), ("65", 65), ("x", 15), ("-1", 15)])
    @pytest.mark.parametrize("query", [{}, {"assignee": "none"}, {"q": "ada"}])
    def test_orders_as_many_cards_as_the_board_shows(self, board, sofia, login, depth, shown, query):
        column = board["Neue Kontakte"]
        for _ in range(70):
            ContactFactory(column=column, first_name="Ada")
        order = [str(pk) for pk in Card.objects.order_by("rank").values_list("pk", flat=True)]
        assert first(asked(login(sofia), BOARD, first=depth, **query))[str(column.pk)].split(",") == order[:shown]

    def test_answers_with_all_heads_their_order_and_the_total(self, board, people, sofia, login):
        html = asked(login(sofia), BOARD, cards="")
        assert (cards(html), removed(html), total(html)) == (set(), set(), "3")
        heads = re.findall(r'id="column-(\d+)-head"[^>]*hx-swap-oob="true"', html)
        order = [str(column.pk) for column in sorted(board.values(), key=lambda column: column.position)]
        assert heads == order
        assert f'data-order="{",".join(order)}"' in html

    def test_a_card_that_moved_is_in_its_new_column(self, board, people, anna, sofia, login):
        target = board["Nicht erreicht"]
        moves.move_card(
            user=anna, contact_id=people[1].pk, column_id=target.pk, version=1, via=Move.Via.BOARD, now=timezone.now()
        )
        html = asked(login(sofia), BOARD, cards=people[1].pk)
        assert (cards(html), first(html)[str(target.pk)]) == ({str(people[1].pk)}, str(people[1].pk))

    def test_a_card_the_filter_does_not_find_leaves(self, board, people, sofia, login):
        tag(people[0])
        html = asked(login(sofia), BOARD, cards=ids(people), tag="warm")
        assert cards(html) == {str(people[0].pk)}
        assert removed(html) == {str(people[1].pk), str(people[2].pk)}
        assert total(html) == "1"

    def test_what_is_trashed_hidden_foreign_or_unknown_leaves_alike(self, board, people, sofia, jan, hansen, login):
        sofia.account.agents_see = "own"
        sofia.account.save()
        hidden = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
        trashed, seen = people[:2]
        put_in_trash(trashed)
        foreign = ContactFactory(account=hansen)
        html = asked(login(sofia), BOARD, cards=f"{hidden.pk},{ids([trashed, seen, foreign])},999999")
        assert cards(html) == {str(seen.pk)}
        assert removed(html) == {str(hidden.pk), str(trashed.pk), str(foreign.pk), "999999"}
        assert foreign.last_name not in html

    @pytest.mark.parametrize("text", ["", "x", "1.5,-3,,", "\x00", "9" * 40, "0"])
    def test_what_is_no_id_is_left_out(self, board, people, sofia, login, text):
        html = asked(login(sofia), BOARD, cards=text)
        assert (cards(html), removed(html)) == (set(), set())

    def test_answers_fifty_at_most(self, board, sofia, login):
        html = asked(login(sofia), BOARD, cards=",".join(str(number) for number in range(900_000, 900_080)))
        assert len(removed(html)) == 50

    @pytest.mark.parametrize("query", [{}, {"q": "ada"}, {"due": "week", "assignee": "me"}])
    def test_costs_the_same_for_one_card_and_for_fifty(self, board, sofia, login, query):
        client = login(sofia)
        many = [ContactFactory(column=board["Neue Kontakte"], first_name="Ada") for _ in range(50)]
        asked(client, BOARD, cards=many[0].pk, **query)
        counts = []
        for cards in (many[:1], many):
            with CaptureQueriesContext(connection) as statements:
                asked(client, BOARD, cards=ids(cards), **query)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 5


class TestList:
    def test_shows_rows_that_are_still_found(self, board, people, sofia, login):
        tag(people[0])
        html = asked(login(sofia), LIST, rows=ids(people), tag="warm")
        assert (rows(html), total(html)) == ([str(people[0].pk)], "1")
        assert sorted(rows(asked(login(sofia), LIST, rows=ids(people)))) == sorted(str(one.pk) for one in people)

    def test_counts_exactly_what_the_filter_finds_of_the_new(self, board, people, sofia, login):
        client, now = login(sofia), timezone.now()
        Contact.objects.all().update(created_at=now - timedelta(hours=1))
        since = int(now.timestamp() * 1000) - 60_000
        assert "anzeigen" not in asked(client, LIST, since=since)
        for name in ("Dan", "Eva", "Fay"):
            ContactFactory(column=board["Neue Kontakte"], first_name=name, created_at=now)
        assert "3 neue Kontakte – anzeigen" in asked(client, LIST, since=since)
        html = asked(client, LIST, since=since, q="eva")
        assert "1 neuer Kontakt – anzeigen" in html
        assert 'href="?sort=-created&amp;q=eva"' in html

    @pytest.mark.parametrize("way", ["status", "assignee", "due", "tag", "restored"])
    def test_counts_what_enters_by_other_ways_than_being_new(self, way, board, people, anna, sofia, login):
        ada, bob, cyd = people
        now = timezone.now()
        Contact.objects.all().update(created_at=now - timedelta(hours=1))
        if way == "restored":
            leads.trash(user=anna, contact_ids=[ada.pk], now=now - timedelta(hours=1))
        calls = board["Nicht erreicht"]
        queries = {"status": calls.pk, "assignee": sofia.pk, "due": "today", "tag": "warm"}
        query = {way: queries[way]} if way in queries else {}
        since, client = int(now.timestamp() * 1000) - 60_000, login(sofia)
        ENTER[way](ada, calls, anna, sofia, now)
        actions.perform(contact=bob, kind="note", actor=anna, now=now, text="Nur ein Vermerk.")
        html = asked(client, LIST, since=since, met=ids(people), **query)
        assert "1 Kontakt neu in dieser Auswahl – anzeigen" in html
        assert "neu in dieser Auswahl" not in asked(client, LIST, since=since, met=ids([bob, cyd]), **query)
        later = int((now + timedelta(hours=1)).timestamp() * 1000)
        assert "neu in dieser Auswahl" not in asked(client, LIST, since=later, met=ids(people), **query)

    def test_counts_what_it_could_not_hear_of_by_how_many_there_were(self, board, people, anna, sofia, login):
        ada, bob, _cyd = people
        Contact.objects.all().update(created_at=timezone.now() - timedelta(hours=1))
        client = login(sofia)
        assert "neu in" not in asked(client, LIST, rows=ids([ada, bob]), before=3)
        assert "1 Kontakt neu in dieser Auswahl" in asked(client, LIST, rows=ids([ada, bob]), before=2)
        leads.trash(user=anna, contact_ids=[bob.pk], now=timezone.now())
        assert "1 Kontakt neu in dieser Auswahl" in asked(client, LIST, rows=ids([ada, bob]), before=2)
        assert "neu in" not in asked(client, LIST, rows=ids([ada, bob]), before=3)

    def test_counts_no_new_contact_that_is_hidden(self, board, people, sofia, jan, login):
        sofia.account.agents_see = "own"
        sofia.account.save()
        ContactFactory(column=board["Neue Kontakte"], assignee=jan)
        html = asked(login(sofia), LIST, since=int(timezone.now().timestamp() * 1000) - 60_000, rows=ids(people))
        assert "3 neue Kontakte" in html

    @pytest.mark.parametrize("since", ["", "x", "-1", "9" * 18, "\x00"])
    def test_a_moment_that_is_none_finds_nothing_new(self, board, people, sofia, login, since):
        assert "anzeigen" not in asked(login(sofia), LIST, since=since)

    def test_marketing_gets_names_without_links(self, board, people, mara, login):
        html = asked(login(mara), LIST, rows=ids(people))
        assert sorted(rows(html)) == sorted(str(one.pk) for one in people)
        assert "mailto:" not in html and "/contacts/" not in html
