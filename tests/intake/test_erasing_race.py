"""Erasing a contact while somebody reads what else arrived from their address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from contacts.models import Contact
from intake import taking
from intake.models import Arrival
from pipeline import leads
from pipeline.attempts import AGAIN
from pipeline.tasks import erase_expired
from tests.intake.arriving import NOW, OLGA, kept
from tests.pipeline.working import wait_until

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"  # pg_stat_activity stays the same in a transaction


def erase(barrier: Barrier) -> OperationalError | None:
    barrier.wait(30)
    try:
        leads.erase_expired(now=NOW)
    except OperationalError as fault:
        return fault
    finally:
        connection.close()
    return None


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def read(arrival: Arrival, contact: Contact, barrier: Barrier) -> OperationalError | None:
    """Lock as whoever takes it in does, and the contact not before somebody waits for what arrived."""
    try:
        with transaction.atomic():
            taking.lock(Arrival.objects.all(), arrival.pk)
            barrier.wait(30)
            wait_until(is_somebody_waiting, 30)
            Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).first()
    except OperationalError as fault:
        return fault
    return None


@pytest.mark.django_db(transaction=True)
def test_one_gives_way_and_is_tried_again(hook):
    contact = taking.take(kept(hook, OLGA).pk, NOW).contact
    arrival = taking.take(kept(hook, unread="Kein JSON.").pk, NOW)
    Arrival.objects.filter(pk=arrival.pk).update(read={"emails": [contact.email]})
    Contact.objects.filter(pk=contact.pk).update(trashed_at=NOW - timedelta(days=31))
    barrier = Barrier(2)
    with ThreadPoolExecutor(1) as other:
        erasing = other.submit(erase, barrier)
        lost = read(arrival, contact, barrier)
    assert [fault is None for fault in (lost, erasing.result())].count(False) == 1
    assert erase_expired.retry_strategy is AGAIN
    leads.erase_expired(now=NOW)
    assert not Contact.objects.exists() and not Arrival.objects.filter(pk=arrival.pk).exists()
