"""What a move tells while somebody else changes the contact."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from contacts import assignment
from pipeline.cards import moves
from pipeline.models import Card, Move
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.listening import listening
from tests.pipeline.working import wait_until

NOW = TUESDAY
START = "Neue Kontakte"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() == (1,)


@pytest.mark.parametrize("column", [START, "Termin vereinbart"])
def test_a_move_that_waited_for_an_assignment_tells_whose_the_contact_is_now(
    transactional_db, anna, sofia, jan, board, column
):
    for _ in range(2):
        ContactFactory(column=board[START], assignee=sofia)
    card, other = Card.objects.select_related("contact").order_by("rank")
    contact = card.contact
    assigned = threading.Event()

    def assign() -> None:
        try:
            with transaction.atomic():
                assignment.assign(contact=contact, actor=anna, assignee=jan, now=NOW)
                assigned.set()
                wait_until(is_waited_for)
        finally:
            connection.close()

    with listening() as listener, ThreadPoolExecutor(1) as threads:
        assigning = threads.submit(assign)
        assert assigned.wait(5)
        moves.move_card(
            user=anna,
            contact_id=contact.pk,
            column_id=board[column].pk,
            after_id=other.pk if column == START else None,
            version=card.version,
            via=Move.Via.BOARD,
            now=NOW,
        )
        assigning.result()
        told = [notice["contacts"][0][:3] for notice in listener.heard() if notice["kind"] in ("moved", "placed")]
    assert told == [[contact.pk, jan.pk, jan.pk]]
