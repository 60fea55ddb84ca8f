"""What a change of a sequence's steps means for active series."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funnel.models import EnrolmentReason, Message, Step
from funnel.sending import claiming
from funnel.series import enrolments, manual, replanning, sequences
from funnel.series.sequences import Content
from pipeline.cards import moves
from tests.funnel.mailing import MONDAY, lead, live, move, ready, states, steps, went
from tests.markup import page_of

BERLIN = ZoneInfo("Europe/Berlin")
FOURTH = Content("Mail 4", "{{anrede}},\n\nnoch etwas.", 2, time(9))
LATER = MONDAY + timedelta(days=1)


@pytest.fixture
def series(krueger, board):
    """Three steps after „Erfolgreich kontaktiert“: at once, 3 days and 7 days after that."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    return board["Erfolgreich kontaktiert"].sequence


@pytest.fixture
def contact(anna, board, series):
    """A contact for whom all three are planned."""
    contact = lead(board["Nicht erreicht"])
    move(anna, contact, board["Erfolgreich kontaktiert"])
    return contact


def add(user, series, content=FOURTH, now=LATER):
    return sequences.add(user=user, sequence_id=series.pk, content=content, now=now)


def planned_for(contact, subject):
    return Message.objects.get(contact=contact, step__subject=subject, state="planned").planned_for


def named(series, subject):
    return Step.objects.of(series.account).get(sequence=series, subject=subject)


def test_a_step_at_the_end_is_planned_for_active_series_after_their_last_mail(mara, series, contact):
    assert replanning.count_reached(series) == 1
    step = add(mara, series)
    assert live(contact) == ["Mail 1", "Mail 2", "Mail 3", "Mail 4"]
    last, due = (planned_for(contact, subject).astimezone(BERLIN) for subject in ("Mail 3", "Mail 4"))
    assert last == datetime(2026, 12, 3, 10, 10, tzinfo=BERLIN)
    assert due == datetime(2026, 12, 7, 9, tzinfo=BERLIN)  # two days on is a Saturday; the hour stays
    assert sequences.count_planned(step) == 1


def test_it_is_planned_on_the_same_day_as_for_later_series(anna, board, series, contact):
    add(anna, series, now=MONDAY)
    other = lead(board["Nicht erreicht"])
    move(anna, other, board["Erfolgreich kontaktiert"])
    rows = Message.objects.order_by("pk")
    days = [rows.filter(contact=one).values_list("planned_for", flat=True) for one in (contact, other)]
    assert len(days[0]) == 4
    assert list(days[0]) == list(days[1])


def test_a_completed_series_stays_completed(anna, board, series, contact):
    for number in (1, 2, 3):
        went(contact, f"Mail {number}")
    add(anna, series)
    assert replanning.count_reached(series) == 0
    assert [subject for subject, _state in states(contact)] == ["Mail 1", "Mail 2", "Mail 3"]


def test_an_ended_series_stays_ended_and_a_paused_one_gets_the_step_when_resumed(anna, krueger, board, series):
    ended, paused = lead(board["Nicht erreicht"]), lead(board["Nicht erreicht"])
    for contact in (ended, paused):
        move(anna, contact, board["Erfolgreich kontaktiert"])
    reply = {"reason": EnrolmentReason.REPLY, "now": MONDAY}
    enrolments.stop(account_id=krueger.pk, contact_ids=[ended.pk], **reply)
    enrolments.pause(user=anna, contact_id=paused.pk, now=MONDAY)
    step = add(anna, series)
    assert sequences.count_planned(step) == 0
    enrolments.resume(user=anna, contact_id=paused.pk, now=LATER)
    assert (live(ended), live(paused)) == ([], ["Mail 1", "Mail 2", "Mail 3", "Mail 4"])


def test_added_mails_respect_the_grace_period(anna, series, contact):
    """The last mail of a series whose sending was stopped is long overdue."""
    now = MONDAY + timedelta(days=14)
    add(anna, series, Content("Gleich", "{{anrede}},\n\nda.", 0), now)
    assert planned_for(contact, "Gleich") == now + timedelta(minutes=10)


def test_undoing_the_move_also_cancels_the_new_mail(anna, board, series):
    contact = lead(board["Nicht erreicht"])
    moved = move(anna, contact, board["Erfolgreich kontaktiert"])
    add(anna, series, now=MONDAY)
    moves.reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
    assert live(contact) == []


def test_two_contacts_with_one_address_get_the_step_once(anna, board, series):
    for name in ("Eins", "Zwei"):
        contact = lead(board["Nicht erreicht"], last_name=name, email="beide@post.example")
        move(anna, contact, board["Erfolgreich kontaktiert"])
    step = add(anna, series)
    assert Message.objects.filter(step=step, state="planned").count() == 1


def test_a_step_switched_on_is_planned_for_series_that_have_not_passed_it(anna, board, series):
    twin = sequences.copy(user=anna, step_id=named(series, "Mail 3").pk, now=MONDAY)
    contact = lead(board["Nicht erreicht"])
    move(anna, contact, board["Erfolgreich kontaktiert"])
    sequences.set_step_enabled(user=anna, step_id=named(series, "Mail 1").pk, on=False, now=MONDAY)
    sequences.set_step_enabled(user=anna, step_id=twin.pk, on=True, now=LATER)
    assert live(contact) == ["Mail 1", "Mail 2", "Mail 3", "Mail 3"]
    sequences.set_step_enabled(user=anna, step_id=named(series, "Mail 1").pk, on=True, now=LATER)
    assert live(contact) == ["Mail 1", "Mail 2", "Mail 3", "Mail 3"]


def test_a_mail_cancelled_by_hand_is_not_planned_again(anna, series, contact):
    message = Message.objects.get(contact=contact, step__subject="Mail 3")
    manual.cancel(user=anna, message_id=message.pk, now=MONDAY)
    for on in (False, True):
        sequences.set_step_enabled(user=anna, step_id=message.step_id, on=on, now=LATER)
    assert live(contact) == ["Mail 1", "Mail 2"]


def test_other_offices_are_not_changed(anna, hansen, paul, series, contact):
    theirs = hansen.columns.get(key="contacted").sequence
    step = add(paul, theirs)
    assert sequences.count_planned(step) == 0
    assert live(contact) == ["Mail 1", "Mail 2", "Mail 3"]


def test_the_number_of_statements_is_constant(anna, board, series):
    def statements(count):
        for _number in range(count):
            move(anna, lead(board["Nicht erreicht"]), board["Erfolgreich kontaktiert"])
        with CaptureQueriesContext(connection) as queries:
            step = add(anna, series)
        assert sequences.count_planned(step) == replanning.count_reached(series)
        return len(queries)

    assert statements(2) == statements(60)


def test_swapped_steps_swap_their_days(anna, series, contact):
    days = [planned_for(contact, f"Mail {number}") for number in (1, 2, 3)]
    sequences.shift(user=anna, step_id=named(series, "Mail 3").pk, by=-1)
    assert [planned_for(contact, f"Mail {number}") for number in (1, 3, 2)] == days
    went(contact, "Mail 1")
    due = days[1] + timedelta(minutes=1)
    claimed = claiming.claim(claiming.due(due), now=due)
    assert [message.step.subject for message in claimed] == ["Mail 3"]


def test_sent_mails_and_those_to_be_sent_now_keep_their_day(anna, board, series, contact):
    went(contact, "Mail 1")
    days = [planned_for(contact, f"Mail {number}") for number in (2, 3)]
    sequences.shift(user=anna, step_id=named(series, "Mail 1").pk, by=1)
    assert [planned_for(contact, f"Mail {number}") for number in (2, 3)] == days
    urgent = Message.objects.get(contact=contact, step__subject="Mail 3")
    manual.send_now(user=anna, message_id=urgent.pk, now=LATER)
    moment = planned_for(contact, "Mail 3")
    sequences.shift(user=anna, step_id=named(series, "Mail 3").pk, by=-1)
    assert (planned_for(contact, "Mail 3"), planned_for(contact, "Mail 2")) == (moment, days[0])


def test_the_pages_show_how_many_series_get_the_step(anna, series, contact, login):
    client = login(anna)
    address = f"/funnel/sequences/{series.pk}/steps/new/"
    said = "1 laufende Serie bekommt diese Mail noch, nach ihrer letzten."
    assert said in page_of(client.get(address))
    data = {"subject": "Mail 4", "body": "{{anrede}},\n\nnoch etwas.", "delay_days": "2", "send_at": ""}
    page = page_of(client.post(address, data, follow=True))
    assert f"Der Schritt „Mail 4“ ist angelegt. {said}" in page
    place = f"/funnel/steps/{named(series, 'Mail 4').pk}/place/"
    page = page_of(client.post(place, {"direction": "up"}, follow=True))
    assert "Geplante Mails der beiden Schritte haben ihre Termine getauscht." in page
