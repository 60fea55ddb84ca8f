"""The background worker applies and undoes changes that are too large for a request."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from contacts.models import Contact
from pipeline.deeds import apply, reversible
from pipeline.models import DeedState, TrashedCard
from tests.pipeline.drops import make
from tests.pipeline.working import empty_queue, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    empty_queue()
    yield
    empty_queue()


def test_the_worker_does_a_large_deed_and_its_undo(anna, board, monkeypatch):
    monkeypatch.setattr(apply, "AT_ONCE", 2)
    people = make(board["Neue Kontakte"], "Ada", "Bob", "Cyd")
    deed = reversible.trash(user=anna, contact_ids=[contact.pk for contact in people], now=timezone.now())
    assert (deed.state, TrashedCard.objects.count()) == (DeedState.DOING, 0)
    work()
    assert TrashedCard.objects.of(anna.account).count() == 3
    deed = reversible.reverse(user=anna, deed_id=deed.pk, now=timezone.now())
    assert deed.state == DeedState.UNDOING
    work()
    deed.refresh_from_db()
    assert (deed.state, Contact.objects.of(anna.account).live().count()) == (DeedState.UNDONE, 3)
