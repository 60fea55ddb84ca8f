"""The demo: what its users find, the same for the same seed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count

from accounts.models import Account, User
from contacts.actions import refresh
from contacts.models import Action, Contact
from demo.build import HANSEN, KRUEGER, PASSWORD, build
from funnel.letters import imprint
from funnel.models import Message, Sender
from pipeline.invariants import broken
from pipeline.models import Card, Column, Move

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def office(db):
    build(contacts=60, seed=1, now=NOW)
    return Account.objects.get(name=KRUEGER)


def test_every_column_but_the_last_shows_at_least_two_cards(office):
    counts = Column.objects.of(office).annotate(count=Count("cards")).order_by("position")
    assert all(column.count >= 2 for column in list(counts)[:-1])
    assert sum(column.count for column in counts) == 60
    assert Card.objects.of(Account.objects.get(name=HANSEN)).count() == 14


def test_not_reached_shows_due_dates_of_every_kind_and_both_assignments(office):
    contacts = Contact.objects.of(office).filter(card__column__name="Nicht erreicht")
    days = {(day > NOW.date()) - (day < NOW.date()) for day in contacts.values_list("due_on", flat=True) if day}
    assert days == {-1, 0, 1}
    assert {assignee is None for assignee in contacts.values_list("assignee", flat=True)} == {True, False}


def test_last_action_and_bubbles_are_those_of_the_actions(office):
    before = list(Contact.objects.of(office).order_by("pk").values("last_action_at", "action_counts"))
    for contact in Contact.objects.of(office):
        refresh(contact)
    assert list(Contact.objects.of(office).order_by("pk").values("last_action_at", "action_counts")) == before


def test_versions_count_the_moves(office):
    for card in Card.objects.of(office):
        assert card.version == 1 + Move.objects.of(office).filter(contact=card.contact_id).count()


def test_both_offices_may_send_and_every_promise_holds(office):
    for account in (office, Account.objects.get(name=HANSEN)):
        assert imprint.missing(Sender.objects.of(account).get()) == []
        assert broken(account) == []


def test_mails_were_sent_are_planned_and_were_called_off(office):
    messages = Message.objects.of(office)
    counts = {state: messages.filter(state=state).count() for state in ("sent", "planned", "cancelled")}
    assert min(counts.values()) >= 5
    late = messages.filter(state="planned", enrolment__state="active", planned_for__lt=NOW)
    assert list(late) == []
    assert not messages.filter(state="sent", finished_at__gt=NOW).exists()


def test_a_mail_that_left_says_what_it_said(office):
    for message in Message.objects.of(office).filter(state="sent").select_related("contact"):
        assert "{{" not in message.subject + message.html + message.text
        assert "Krüger Immobilien GmbH" in message.text
    actions = Action.objects.of(office).filter(kind="funnel_mail").values_list("contact", "text")
    sent = Message.objects.of(office).filter(state="sent").values_list("contact", "subject")
    assert sorted(actions) == sorted(sent)


def test_nobody_is_mailed_without_consent(office):
    mailed = Contact.objects.of(office).filter(messages__isnull=False).distinct()
    assert mailed.exclude(consents__granted=True).count() == 0
    assert Contact.objects.of(office).filter(consents__granted=True).distinct().count() > 30


def test_a_second_run_mails_nobody_twice(office):
    build(contacts=20, seed=1, now=NOW)
    assert broken(office) == []


def test_same_seed_gives_the_same_contacts(db):
    def people():
        sid = transaction.savepoint()
        build(contacts=30, seed=1, now=NOW)
        account = Account.objects.get(name=KRUEGER)
        names = list(Contact.objects.of(account).order_by("pk").values_list("last_name", "email", "due_on"))
        transaction.savepoint_rollback(sid)
        return names

    assert people() == people()


def test_starter_office_has_nobody_assigned(office):
    assert not Contact.objects.of(Account.objects.get(name=HANSEN)).exclude(assignee=None).exists()


def test_logins_work(office, client):
    emails = ("anna@krueger.example", "mara@krueger.example", "paul@hansen.example")
    assert all(client.login(email=email, password=PASSWORD) for email in emails)
    assert User.objects.of(office).count() == 5


def test_command_does_not_change_an_existing_office(office):
    call_command("demo", contacts=5, seed=3, if_empty=True, verbosity=0)
    assert Contact.objects.of(office).count() == 60
