"""What cards carry of their contacts for filters: the same whatever changes either, and one order of locks."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from contacts import assignment, due
from contacts.models import Contact, Source
from pipeline import leads
from pipeline.cards.locks import carry_later, carry_now
from pipeline.deeds import reversible
from pipeline.models import Card
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
DAY = date(2031, 1, 2)


def carried(contact) -> tuple:
    return Card.objects.of(contact.account).values_list("assignee_id", "due_on", "source").get(pk=contact.pk)


def tags(contact) -> list[str]:
    return Card.objects.of(contact.account).values_list("tags", flat=True).get(pk=contact.pk)


def test_a_new_card_carries_what_its_contact_has(krueger, sofia, board):
    contact = ContactFactory(column=board["Nicht erreicht"], assignee=sofia, due_on=DAY, source=Source.EVENT)
    assert carried(contact) == (sofia.pk, DAY, "event")
    assert carried(ContactFactory(column=board["Nicht erreicht"], source=Source.PHONE)) == (0, None, "phone")


def test_every_change_of_the_contact_reaches_the_card(krueger, anna, sofia, board):
    contact = ContactFactory(column=board["Nicht erreicht"], source=Source.PHONE)
    assignment.assign(contact=contact, assignee=sofia, actor=anna, now=timezone.now())
    due.set_due(contact=contact, due_on=DAY, actor=anna, now=timezone.now())
    assert carried(contact) == (sofia.pk, DAY, "phone")
    Contact.objects.of(krueger).update(source=Source.EVENT, assignee=None)
    assert carried(contact) == (0, DAY, "event")


def test_a_card_out_of_the_trash_carries_what_changed_meanwhile(krueger, anna, sofia, board):
    contact = ContactFactory(column=board["Nicht erreicht"], assignee=sofia)
    leads.trash(user=anna, contact_ids=[contact.pk], now=timezone.now())
    Contact.objects.of(krueger).update(assignee=None, due_on=DAY)
    leads.restore(user=anna, contact_ids=[contact.pk], now=timezone.now())
    assert carried(contact)[:2] == (0, DAY)


def test_tags_of_the_contact_are_on_its_card(krueger, anna, board):
    contact = ContactFactory(column=board["Nicht erreicht"], tags=["Erbe", "Neubau"])
    assert tags(contact) == ["Erbe", "Neubau"]
    Contact.objects.of(krueger).update(tags=["Neubau"])
    assert tags(contact) == ["Neubau"]
    leads.trash(user=anna, contact_ids=[contact.pk], now=timezone.now())
    Contact.objects.of(krueger).update(tags=[])
    leads.restore(user=anna, contact_ids=[contact.pk], now=timezone.now())
    assert tags(contact) == []


def test_a_deleted_colleague_is_on_no_card(krueger, sofia, board):
    contact = ContactFactory(column=board["Nicht erreicht"], assignee=sofia)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET assignee_id = NULL WHERE assignee_id = %s", [sofia.pk])
    assert User.objects.of(krueger).filter(pk=sofia.pk).exists()
    assert carried(contact)[0] == 0


def test_an_import_changes_cards_only_once_it_holds_the_columns(krueger, board):
    contact = ContactFactory(column=board["Nicht erreicht"], source=Source.PHONE)
    carry_later()
    Contact.objects.of(krueger).update(source=Source.EVENT)
    assert carried(contact)[2] == "phone"
    carry_now()
    assert carried(contact)[2] == "event"


@pytest.mark.parametrize("verb", ["trash", "deed"])
def test_contacts_are_locked_before_their_cards(anna, board, verb):
    """Otherwise a colleague who sets the contact's due date, which changes its card, and this would be a deadlock."""
    contact = ContactFactory(column=board["Nicht erreicht"])
    with CaptureQueriesContext(connection) as asked:
        if verb == "trash":
            leads.trash(user=anna, contact_ids=[contact.pk], now=timezone.now())
        else:
            reversible.trash(user=anna, contact_ids=[contact.pk], now=timezone.now())
    locks = [query["sql"] for query in asked.captured_queries if " FOR " in query["sql"]]
    tables = [sql.split(" FROM ")[1].split()[0].strip('"') for sql in locks]
    assert tables.index("contacts_contact") < tables.index("pipeline_card")
