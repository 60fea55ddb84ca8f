"""Undoing a change of many contacts restores their mails exactly, but keeps later objections."""

from datetime import timedelta

import pytest

from contacts.kinds import Kind
from funnel.models import Enrolment, EnrolmentChange, EnrolmentReason, EnrolmentState, Message, MessageReason
from funnel.permission.tokens import unsubscription
from funnel.replies import withdrawal
from funnel.sending import claiming
from funnel.series import enrolments
from pipeline import invariants
from pipeline.deeds import reversible
from pipeline.models import Move
from tests.factories import ActionFactory
from tests.funnel.mailing import MONDAY, lead, live, move, ready, states, steps, went

LATER = MONDAY + timedelta(minutes=9)


@pytest.fixture
def series(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    steps(board["Auftrag erhalten"].sequence, 0, 5)
    return board


@pytest.fixture
def crowd(series, anna):
    """Two contacts with an active series, one without."""
    people = [lead(series["Nicht erreicht"]) for _ in range(3)]
    for contact in people[:2]:
        move(anna, contact, series["Erfolgreich kontaktiert"], MONDAY - timedelta(days=1))
    return people


def mails(account) -> tuple:
    """Return everything that decides what is sent."""
    series = Enrolment.objects.of(account).exclude(reason=EnrolmentReason.UNDONE).order_by("pk")
    planned = Message.objects.of(account).exclude(reason=MessageReason.UNDONE).order_by("pk")
    return (
        list(series.values_list("pk", "state", "reason", "address")),
        list(planned.values_list("pk", "state", "reason", "planned_for", "message_id", "cancelled_by")),
    )


def done(what, anna, crowd, board):
    whose = {"user": anna, "contact_ids": [contact.pk for contact in crowd], "now": MONDAY}
    if what == "trash":
        return reversible.trash(**whose)
    name, enrol = what.split("+") if "+" in what else (what, "")
    return reversible.move(column_id=board[name].pk, enrol=bool(enrol), **whose)


@pytest.mark.parametrize(
    "what",
    ["trash", "Kein Auftrag", "Termin vereinbart", "Auftrag erhalten", "Auftrag erhalten+mails"],
)
def test_undo_restores_all_mails(anna, krueger, crowd, series, what):
    before = mails(krueger)
    deed = done(what, anna, crowd, series)
    assert mails(krueger) != before
    reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
    assert mails(krueger) == before
    assert Enrolment.objects.filter(state=EnrolmentState.ACTIVE).count() == 2
    assert invariants.broken(krueger) == []


def test_undoing_an_emptied_column_restores_the_paused_series(anna, krueger, crowd, series):
    for contact in crowd:
        move(anna, contact, series["Termin vereinbart"], MONDAY - timedelta(hours=1))
    before = mails(krueger)
    goal = {"column_id": series["Termin vereinbart"].pk, "target_id": series["Kein Auftrag"].pk}
    deed = reversible.empty_and_remove(user=anna, now=MONDAY, **goal)
    assert not Enrolment.objects.exclude(state=EnrolmentState.ENDED).exists()
    reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
    assert mails(krueger) == before
    assert Enrolment.objects.filter(state=EnrolmentState.PAUSED).count() == 2
    assert invariants.broken(krueger) == []


def test_no_mail_of_a_bulk_change_is_sent_while_it_can_be_undone(anna, krueger, crowd, series):
    deed = done("Auftrag erhalten+mails", anna, crowd, series)
    first = Message.objects.of(krueger).filter(planned_by__isnull=False, state="planned").earliest("planned_for")
    assert first.planned_for == MONDAY + reversible.UNDO
    assert claiming.due(MONDAY + reversible.UNDO - timedelta(seconds=1)) == []
    assert claiming.due(MONDAY + reversible.UNDO) != []
    reversible.reverse(user=anna, deed_id=deed.pk, now=MONDAY + reversible.UNDO - timedelta(seconds=1))
    assert not Message.objects.filter(step__sequence=series["Auftrag erhalten"].sequence, state="planned").exists()


def test_mails_sent_meanwhile_stay_sent(anna, krueger, crowd, series):
    deed = done("Auftrag erhalten+mails", anna, crowd, series)
    went(crowd[2], live(crowd[2])[0])
    reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
    assert "sent" in [state for _subject, state in states(crowd[2])]
    assert live(crowd[2]) == []


class TestNo:
    def test_contacts_who_unsubscribed_meanwhile_are_not_mailed_again(self, anna, krueger, crowd, series):
        deed = done("trash", anna, crowd, series)
        mail = Message.objects.filter(contact=crowd[0]).first()
        withdrawal.unsubscribe(unsubscription=unsubscription(mail), now=MONDAY + timedelta(minutes=1))
        reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
        assert live(crowd[0]) == []
        assert not Enrolment.objects.filter(contact=crowd[0], state=EnrolmentState.ACTIVE).exists()
        assert len(live(crowd[1])) == 3

    def test_contacts_who_replied_meanwhile_are_not_mailed_again(self, anna, krueger, crowd, series):
        deed = done("Kein Auftrag", anna, crowd, series)
        answer = {"kind": Kind.MAIL_IN, "performed_at": MONDAY + timedelta(minutes=2)}
        ActionFactory(contact=crowd[0], text="Danke, nein.", **answer)
        reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
        assert live(crowd[0]) == []
        assert len(live(crowd[1])) == 3

    def test_a_series_paused_by_hand_meanwhile_stays_paused(self, anna, krueger, crowd, series):
        deed = done("Auftrag erhalten+mails", anna, crowd, series)
        enrolments.pause(user=anna, contact_id=crowd[2].pk, now=MONDAY + timedelta(minutes=1))
        reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
        assert (Enrolment.objects.get(contact=crowd[2]).state, live(crowd[2])) == (EnrolmentState.ENDED, [])
        assert invariants.broken(krueger) == []


def test_a_step_planned_for_another_contact_with_the_address_is_not_planned_twice(anna, krueger, crowd, series):
    deed = done("trash", anna, crowd, series)
    twin = lead(series["Nicht erreicht"], email=crowd[0].email)
    move(anna, twin, series["Erfolgreich kontaktiert"], MONDAY + timedelta(minutes=1))
    reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
    assert (len(live(twin)), live(crowd[0])) == (3, [])
    assert invariants.broken(krueger) == []


def test_undo_clears_the_causes(anna, krueger, crowd, series):
    deed = done("trash", anna, crowd, series)
    reversible.reverse(user=anna, deed_id=deed.pk, now=LATER)
    assert not EnrolmentChange.objects.of(krueger).filter(cause=-deed.pk).exists()
    assert Move.objects.of(krueger).count() == 2  # of their way to the series
