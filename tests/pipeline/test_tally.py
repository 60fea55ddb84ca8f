"""The tally of cards: exact for every kind of change, and for concurrent ones."""

from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from pipeline import board as boards
from pipeline.cards import moves
from pipeline.columns import tally
from pipeline.models import Card, Move, Tally
from pipeline.selection import Selection
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def cards_of(*columns):
    return [tally.in_column(column) for column in columns]


def test_every_change_of_cards_is_tallied(krueger, hansen, board):
    left, right = board["Nicht erreicht"], board["Kein Auftrag"]
    ada, bob, _cyd = (ContactFactory(column=left) for _ in range(3))
    ContactFactory(account=hansen)
    assert cards_of(left, right) == [3, 0]
    Card.objects.of(krueger).filter(pk__in=[ada.pk, bob.pk]).update(column=right, version=2)
    assert cards_of(left, right) == [1, 2]
    Card.objects.of(krueger).filter(pk=ada.pk).update(rank="z")  # stays in its column
    assert cards_of(left, right) == [1, 2]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contact WHERE id = %s", [bob.pk])  # takes the card along
        assert cards_of(left, right) == [1, 1]
        rows = (krueger.pk, ada.pk, left.pk)
        cursor.execute("DELETE FROM pipeline_card WHERE contact_id = %s", [ada.pk])
        columns = "account_id, contact_id, column_id, rank, version, entered_at, last_key, last_request"
        with cursor.copy(f"COPY pipeline_card ({columns}) FROM STDIN") as copy:
            copy.write_row((*rows, "zz", 1, "2026-01-01", "", ""))
    assert cards_of(left, right) == [2, 0]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_tally(krueger, board):
    """Two open transactions fill the same column: each changes its own part, and both count."""
    column = board["Nicht erreicht"]
    ada, bob = ContactFactory(column=column), ContactFactory(column=column)
    other = connection.copy()
    with connection.cursor() as ours, other.cursor() as theirs:
        theirs.execute("SET lock_timeout = '2s'")
        move = "UPDATE pipeline_card SET column_id = %s, version = version WHERE contact_id = %s"
        ours.execute("BEGIN")
        theirs.execute("BEGIN")
        ours.execute(move, [board["Kein Auftrag"].pk, ada.pk])
        theirs.execute(move, [board["Kein Auftrag"].pk, bob.pk])
        theirs.execute("COMMIT")
        ours.execute("ROLLBACK")
    other.close()
    assert cards_of(column, board["Kein Auftrag"]) == [1, 1]
    assert Tally.objects.of(krueger).filter(column=column).count() == 2
    Card.objects.of(krueger).update(column=column)
    assert cards_of(column, board["Kein Auftrag"]) == [2, 0]


def test_a_move_and_its_reversal_tell_how_many_cards_both_columns_hold(anna, board):
    left, right = board["Nicht erreicht"], board["Neue Kontakte"]
    ada, *_others = (ContactFactory(column=left) for _ in range(3))
    ContactFactory(column=right)
    now = timezone.now()
    there = moves.move_card(user=anna, contact_id=ada.pk, column_id=right.pk, version=1, via=Move.Via.BOARD, now=now)
    back = moves.reverse(user=anna, move_id=there.move.pk, now=now)
    selection = Selection(anna, timezone.localdate())
    assert [there.counts[column.pk][0] for column in (left, right)] == [2, 2]
    assert [back.counts[column.pk][0] for column in (left, right)] == [3, 1] == cards_of(left, right)
    counted = boards.heads(selection, [left.pk, right.pk])
    assert boards.heads(selection, [left.pk, right.pk], of_all=back.counts) == counted
    found_nothing = boards.heads(replace(selection, q="niemand"), [left.pk, right.pk], of_all=back.counts)
    assert [stack.total for stack in found_nothing] == [0, 0]
