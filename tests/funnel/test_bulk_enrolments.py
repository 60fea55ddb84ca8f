"""Starting series in bulk: the same rows as one by one, in a constant number of statements."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import Consent, Contact
from funnel.models import Enrolment, EnrolmentChange, EnrolmentReason, Message
from funnel.permission.suppression import address_hash, suppress
from funnel.series import bulk_enrolments, enrolments
from funnel.series.enrolments import Effect
from pipeline.models import Column
from tests.factories import ContactFactory
from tests.funnel.mailing import MONDAY, grant, lead, move, ready, steps, went


@pytest.fixture
def series(board, krueger):
    """Three steps after „Erfolgreich kontaktiert“, two after „Auftrag erhalten“; and a column where mails continue."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    steps(board["Auftrag erhalten"].sequence, 0, 5)
    Column.objects.filter(name="Termin vereinbart").update(mails_continue=True)
    return {column.name: column for column in Column.objects.of(krueger)}


@pytest.fixture
def crowd(series, anna, krueger):
    """A contact for every special case, none in the status of the sequence."""
    contacted, won, kept = (
        series[name] for name in ("Erfolgreich kontaktiert", "Auftrag erhalten", "Termin vereinbart")
    )
    place = series["Nicht erreicht"]
    people = {
        name: lead(place, last_name=name)
        for name in (*("Fresh", "Twin", "Elsewhere", "Paused", "Answered", "Halfway", "Through", "Running", "Late"),)
    }
    people["Twin"].email = people["Fresh"].email
    people["Twin"].save()
    move(anna, people["Elsewhere"], won)
    for name in ("Paused", "Halfway", "Through", "Running", "Answered"):
        move(anna, people[name], contacted)
    went(people["Halfway"], "Mail 1")
    for number in (1, 2, 3):
        went(people["Through"], f"Mail {number}")
    enrolments.pause(user=anna, contact_id=people["Paused"].pk, now=MONDAY)
    enrolments.stop(
        account_id=krueger.pk, contact_ids=[people["Answered"].pk], reason=EnrolmentReason.REPLY, now=MONDAY
    )
    for name in ("Halfway", "Through"):
        move(anna, people[name], place)
    for name in ("Running", "Elsewhere"):
        move(anna, people[name], kept)
    people["Silent"] = ContactFactory(column=place, last_name="Silent", email="silent@post.example")
    people["Silent again"] = ContactFactory(column=place, last_name="Silent again", email="again@post.example")
    people["Nowhere"] = grant(ContactFactory(column=place, last_name="Nowhere", email=""))
    move(anna, people["Silent again"], won)
    people["No"] = lead(place, last_name="No", email="no@post.example")
    digest = address_hash(krueger.pk, "no@post.example")
    suppress(account_id=krueger.pk, digest=digest, reason="objection", now=MONDAY)
    Consent.objects.filter(contact=people["Late"]).update(granted=False)
    return people


def written():
    """Return all rows of the funnel, without random values and ids."""
    rows = Enrolment.objects.order_by("contact", "sequence")
    changes = EnrolmentChange.objects.order_by("enrolment__contact", "enrolment__sequence", "pk")
    messages = Message.objects.order_by("contact", "enrolment__sequence", "step__position", "planned_for")
    return (
        list(rows.values_list("contact", "sequence", "state", "reason", "address", "changed_at")),
        list(
            changes.values_list(
                *("enrolment__contact", "enrolment__sequence", "cause", "state_before", "reason_before"),
                *("state", "reason", "actor", "at"),
            )
        ),
        list(
            messages.values_list(
                *("contact", "step", "address", "state", "reason", "planned_for"),
                *("planned_by", "cancelled_by", "finished_at"),
            )
        ),
    )


def after(start) -> tuple:
    """Return the rows afterwards, and roll back."""
    with transaction.atomic():
        start()
        found = written()
        transaction.set_rollback(True)
    return found


def start_many(contacts, sequence, actor=None, *, waits=True, causes=None, now=MONDAY + timedelta(days=1)):
    return bulk_enrolments.start_many(
        contacts=contacts, sequence_id=sequence.pk, waits=waits, causes=causes or {}, actor=actor, now=now
    )


def test_bulk_writes_the_same_rows_as_one_by_one(crowd, series, anna):
    contacts = list(Contact.objects.order_by("pk"))
    causes = {contact.pk: 1000 + contact.pk for contact in contacts}
    sequence, now = series["Erfolgreich kontaktiert"].sequence, MONDAY + timedelta(days=1)

    def one_by_one() -> None:
        for contact in contacts:
            how = {"effect": Effect.ENROL, "cause": causes[contact.pk], "actor": anna, "now": now}
            enrolments.change_status(contact=contact, sequence=sequence, **how)

    alone = after(one_by_one)
    assert after(lambda: start_many(contacts, sequence, anna, causes=causes, now=now)) == alone
    assert alone != written()


def test_bulk_returns_who_is_mailed_and_why_others_are_not(crowd, series):
    started = start_many(list(Contact.objects.order_by("pk")), series["Erfolgreich kontaktiert"].sequence)
    names = {contact.pk: name for name, contact in crowd.items()}
    assert {names[pk]: count for pk, count in started.mails.items()} == {
        "Fresh": 3,
        "Elsewhere": 3,
        "Answered": 3,
        "Halfway": 2,
    }
    assert {names[pk]: reason for pk, reason in started.refused.items()} == {
        "Twin": "finished",  # both mails go to the one address, once
        "Paused": "manual",
        "Through": "finished",
        "Silent": "no_consent",
        "Silent again": "no_consent",
        "Late": "no_consent",
        "Nowhere": "no_address",
        "No": "suppressed",
    }


def test_contacts_without_consent_do_not_wait_unless_requested(crowd, series, anna):
    sequence = series["Erfolgreich kontaktiert"].sequence
    lacking = [crowd[name] for name in ("Silent", "Silent again", "Late", "Nowhere", "No")]
    before = written()
    started = start_many(lacking, sequence, waits=False)
    assert (started.mails, sorted(started.left_alone)) == ({}, sorted(contact.pk for contact in lacking))
    assert written() == before


def test_enrolling_again_changes_nothing(crowd, series):
    contacts, sequence = list(Contact.objects.order_by("pk")), series["Erfolgreich kontaktiert"].sequence
    start_many([crowd["Fresh"], crowd["Halfway"]], sequence)
    before = written()
    again = start_many([crowd["Fresh"], crowd["Halfway"]], sequence)
    assert (again.mails, again.refused) == ({}, {})
    assert written() == before
    assert len(contacts) == len(crowd)


def test_the_number_of_statements_is_constant(series, anna):
    sequence = series["Erfolgreich kontaktiert"].sequence

    def statements(count: int) -> int:
        contacts = [lead(series["Nicht erreicht"]) for _number in range(count)]
        move(anna, contacts[0], series["Auftrag erhalten"])
        move(anna, contacts[0], series["Termin vereinbart"])
        with CaptureQueriesContext(connection) as queries:
            assert len(start_many(contacts, sequence).mails) == count
        return len(queries)

    assert statements(2) == statements(100) < 30
    assert statements(200) == statements(2) - 1  # so many are not named to open pages


def test_an_empty_selection_is_valid(series):
    assert start_many([], series["Erfolgreich kontaktiert"].sequence).mails == {}
