"""What the worker does every minute: start series that may start, end those that are complete."""

from datetime import timedelta

import pytest

from contacts.models import Consent
from funnel.models import Enrolment, EnrolmentChange, Message
from funnel.series import enrolments, maintenance, manual
from tests.funnel.mailing import MONDAY, lead, live, move, ready, steps, went

LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def column(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1)
    return board["Erfolgreich kontaktiert"]


@pytest.fixture
def dan(anna, board, column):
    contact = lead(board["Nicht erreicht"], email="dan@post.example")
    move(anna, contact, column)
    return contact


def state(contact):
    return Enrolment.objects.values_list("state", "reason").get(contact=contact)


def test_a_series_ends_after_its_last_mail(dan):
    went(dan, "Mail 1")
    assert maintenance.finish_completed(now=LATER) == 0
    assert state(dan) == ("active", "")
    went(dan, "Mail 2")
    assert maintenance.finish_completed(now=LATER) == 1
    assert state(dan) == ("ended", "finished")
    assert EnrolmentChange.objects.filter(enrolment__contact=dan).order_by("pk").last().at == LATER
    assert maintenance.finish_completed(now=LATER) == 0


@pytest.mark.parametrize("under_way", ["planned", "claimed", "sending"])
def test_a_series_does_not_end_while_a_mail_is_being_sent(dan, under_way):
    went(dan, "Mail 1")
    Message.objects.filter(contact=dan, step__subject="Mail 2").update(state=under_way, claimed_at=MONDAY)
    assert maintenance.finish_completed(now=LATER) == 0


def test_a_series_ends_when_its_last_mails_are_cancelled(anna, dan):
    for message in Message.objects.filter(contact=dan):
        manual.cancel(user=anna, message_id=message.pk, now=MONDAY)
    assert maintenance.finish_completed(now=LATER) == 1


def test_a_paused_series_stays_paused(anna, dan):
    Message.objects.filter(contact=dan).update(state="skipped", finished_at=MONDAY)
    enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
    assert maintenance.finish_completed(now=LATER) == 0
    assert state(dan) == ("paused", "manual")


def test_a_step_added_after_the_end_is_sent_when_the_contact_comes_back(anna, board, column, dan):
    went(dan, "Mail 1")
    went(dan, "Mail 2")
    maintenance.finish_completed(now=LATER)
    move(anna, dan, board["Nicht erreicht"], LATER)
    last = column.sequence.steps.get(subject="Mail 2")
    last.pk, last.position, last.subject = None, 2, "Mail 3"
    last.save()
    move(anna, dan, column, LATER)
    assert live(dan) == ["Mail 3"]


def test_series_that_cannot_start_do_not_block_others(anna, board, column, monkeypatch):
    monkeypatch.setattr(maintenance, "BATCH", 3)
    contacts = [lead(board["Nicht erreicht"]) for _ in range(9)]
    Consent.objects.update(granted=False)
    for contact in contacts:
        move(anna, contact, column)
    given = contacts[6:]
    for contact in contacts:  # all of them once, six of them took it back
        Consent.objects.create(account=anna.account, contact=contact, channel="email", granted=True, occurred_at=MONDAY)
    for contact in contacts[:6]:
        Consent.objects.create(account=anna.account, contact=contact, channel="email", granted=False, occurred_at=LATER)
    assert maintenance.resume_ready(now=LATER) == 3
    assert [state(contact) for contact in given] == [("active", "")] * 3
