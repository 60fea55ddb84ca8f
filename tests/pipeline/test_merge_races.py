"""Merging while somebody else does something with one of the two: whatever comes first, nothing is lost or doubled."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404

from base.refusals import Refusal
from funnel.models import Message
from funnel.sending import worker
from pipeline import leads
from pipeline.duplicates import merging, undoing
from pipeline.invariants import broken
from pipeline.models import Card, Merge
from tests.factories import ContactFactory
from tests.funnel.mailing import MONDAY, lead, move, ready, steps

pytestmark = pytest.mark.django_db(transaction=True)

HANS = {"first_name": "Hans", "last_name": "Müller"}
ROUNDS = 4


def at_once(*calls):
    """Run the calls at once, each in its own connection; return their results, or what they were refused with."""
    start, results, faults = threading.Barrier(len(calls)), [None] * len(calls), []

    def run(number, call):
        start.wait()
        try:
            results[number] = call()
        except (Refusal, Http404) as refusal:
            results[number] = refusal
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return results


def two(board):
    column = board["Nicht erreicht"]
    return [ContactFactory(column=column, **HANS, email=f"{name}@st.example") for name in "ab"]


def merging_of(anna, one, other, now=MONDAY):
    ids = (one.pk, other.pk)
    seen, key = merging.load(anna, ids).mark, uuid4()
    return lambda: merging.merge(user=anna, ids=ids, chosen={"status": one.pk}, seen=seen, key=key, now=now)


def test_the_same_form_twice_at_once_is_one_merge(anna, board):
    one, other = two(board)
    merge = merging_of(anna, one, other)
    first, second = at_once(merge, merge)
    assert (first, Merge.objects.count()) == (second, 1)


def test_two_forms_at_once_are_one_merge_and_one_refusal(anna, board):
    one, other = two(board)
    results = at_once(merging_of(anna, one, other), merging_of(anna, other, one))
    assert sorted(isinstance(result, Merge) for result in results) == [False, True]
    assert Card.objects.count() == 1


@pytest.mark.parametrize("mover", [0, 1])
def test_a_move_meanwhile(anna, board, mover):
    for _ in range(ROUNDS):
        people = two(board)
        merged, moved = at_once(
            merging_of(anna, *people),
            lambda: move(anna, people[mover], board["Termin vereinbart"]),  # noqa: B023
        )
        is_merged = isinstance(merged, Merge)
        assert is_merged or not isinstance(moved, Exception)  # one of them at least
        if is_merged and mover == 1:
            assert isinstance(moved, Exception)
        assert Card.objects.filter(contact__in=people).count() == 2 - is_merged
        assert broken(anna.account) == []


def test_the_trash_and_the_end_of_its_days_meanwhile(anna, board):
    for _ in range(ROUNDS):
        one, other = two(board)
        trashed = lambda: leads.trash(user=anna, contact_ids=[other.pk], now=MONDAY)  # noqa: B023, E731
        merged, count = at_once(merging_of(anna, one, other), trashed)
        assert isinstance(merged, Merge) == (count == 0)
        assert broken(anna.account) == []


def test_undoing_and_erasing_meanwhile(anna, board):
    for _ in range(ROUNDS):
        one, other = two(board)
        merge = merging_of(anna, one, other)()
        late = MONDAY + timedelta(days=30, hours=-1)
        undo = lambda: undoing.undo(user=anna, merge_id=merge.pk, now=late)  # noqa: B023, E731
        undone, _erased = at_once(undo, lambda: leads.erase_expired(now=MONDAY + timedelta(days=31)))
        assert Card.objects.filter(contact__in=[one, other]).count() == (2 if isinstance(undone, Merge) else 1)
        assert broken(anna.account) == []


def test_the_worker_sends_meanwhile(anna, board):
    ready(anna.account)
    steps(board["Erfolgreich kontaktiert"].sequence, 0)
    for number in range(ROUNDS):
        people = [lead(board["Nicht erreicht"], email=f"{name}{number}@st.example", **HANS) for name in "ab"]
        for contact in people:
            move(anna, contact, board["Erfolgreich kontaktiert"])
        due = MONDAY + timedelta(minutes=11)
        at_once(merging_of(anna, *people, now=due), lambda: worker.sweep(now=due))  # noqa: B023
        worker.sweep(now=due)
        sent = Message.objects.filter(state="sent", contact=people[0]).count()
        assert sent <= 1
        assert broken(anna.account) == []
