"""The demo: what its users find, the same for the same seed."""

import gc
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Account, User
from contacts.actions import refresh
from contacts.models import Action, Contact
from demo import build as building
from demo import post
from demo.build import HANSEN, KRUEGER, PASSWORD, build
from demo.story import Story
from funnel.letters import imprint
from funnel.models import Message, Sender
from intake.models import Form
from pipeline.invariants import broken
from pipeline.models import Card, Column, Move
from tests.intake.forms import address, send

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


def test_the_first_office_has_a_form_that_takes_what_is_sent(office):
    form = Form.objects.of(office).select_related("inlet", "account").get()
    assert (address(form), form.source) == ("/f/krueger-immobilien/bewertung/", "valuation")
    assert send(form, sell_horizon="6_months", property_city="Köln").status_code == 302
    contact = Contact.objects.of(office).latest("pk")
    assert (contact.source, contact.sell_horizon, contact.property_city) == ("valuation", "6_months", "Köln")


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


def test_sent_mails_have_their_content(office):
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


def test_a_larger_office_starts_with_the_smaller_one(db):
    fields = (
        "last_name",
        "email",
        "due_on",
        "assignee__first_name",
        "action_counts",
        "last_action_at",
        "keys",
        "search",
    )

    def contacts(count):
        sid = transaction.savepoint()
        build(contacts=count, seed=4, now=NOW)
        account = Account.objects.get(name=KRUEGER)
        rows = list(Contact.objects.of(account).order_by("pk").values_list(*fields)[:20])
        transaction.savepoint_rollback(sid)
        return [(*row[:-2], [key.partition(":")[2] for key in row[-2]], row[-1]) for row in rows]

    assert contacts(20) == contacts(45)


def test_the_latest_contacts_are_on_top_of_each_column_above_those_of_an_earlier_run(office):
    before = set(Card.objects.of(office).values_list("pk", flat=True))
    build(contacts=40, seed=2, now=NOW)
    for column in Column.objects.of(office):
        cards = list(column.cards.order_by("rank").values_list("pk", "entered_at"))
        fresh = [entered for pk, entered in cards if pk not in before]
        assert fresh == sorted(fresh, reverse=True)
        assert {pk for pk, _entered in cards[len(fresh) :]} <= before


def test_no_more_than_a_batch_of_contacts_is_held_at_a_time(db, monkeypatch):
    monkeypatch.setattr(building, "BATCH", 10)
    monkeypatch.setattr(building, "MAX_RENDERED", 24)
    held = []

    def count(execute, *args):
        held.append(sum(type(each) is Story for each in gc.get_objects()))
        return execute(*args)

    with connection.execute_wrapper(count):
        build(contacts=150, seed=1, now=NOW)
    # A batch is let go when the next one is complete, and the newest mails keep back the contacts they went to.
    assert 10 <= max(held) <= 2 * 10 + 24 + 3


def test_only_the_newest_mails_keep_their_words(db, monkeypatch):
    monkeypatch.setattr(building, "MAX_RENDERED", 7)
    monkeypatch.setattr(building, "BATCH", 10)
    build(contacts=60, seed=1, now=NOW)
    office = Account.objects.get(name=KRUEGER)
    left = list(Message.objects.of(office).exclude(claimed_at=None).order_by("-planned_for"))
    assert [bool(message.html) for message in left] == [True] * 7 + [False] * (len(left) - 7)
    assert [bool(message.subject) for message in left] == [bool(message.html) for message in left]
    assert broken(office) == []


def test_of_further_contacts_only_some_are_mailed(db, monkeypatch):
    def mailed():
        sid = transaction.savepoint()
        build(contacts=90, seed=1, now=NOW)
        contacts = Message.objects.of(Account.objects.get(name=KRUEGER)).values_list("contact", flat=True).distinct()
        places = [pk - Contact.objects.earliest("pk").pk for pk in contacts]
        assert [broken(account) for account in Account.objects.all()] == [[], []]
        transaction.savepoint_rollback(sid)
        return sorted(places)

    everybody = mailed()
    monkeypatch.setattr(post, "MAX_FOLLOWED", 30)
    some = mailed()
    assert [place for place in everybody if place < 30] == [place for place in some if place < 30]
    assert {place % 3 for place in some if place >= 30} == {2} != {place % 3 for place in everybody if place >= 30}


def test_starter_office_has_nobody_assigned(office):
    assert not Contact.objects.of(Account.objects.get(name=HANSEN)).exclude(assignee=None).exists()


def test_logins_work(office, client):
    emails = ("anna@krueger.example", "mara@krueger.example", "paul@hansen.example")
    assert all(client.login(email=email, password=PASSWORD) for email in emails)
    assert User.objects.of(office).count() == 5


def test_command_does_not_change_an_existing_office(office):
    call_command("demo", contacts=5, seed=3, if_empty=True, verbosity=0)
    assert Contact.objects.of(office).count() == 60
