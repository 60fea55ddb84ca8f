"""What a status change does to a contact's mails."""

from datetime import timedelta

import pytest
from django.http import Http404

from base.refusals import Conflict, NotUnderstood
from contacts.models import Consent
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message, MessageReason
from funnel.permission.suppression import address_hash, suppress
from funnel.series import enrolments, maintenance
from pipeline import leads
from pipeline.cards import bulk
from pipeline.cards.moves import reverse
from pipeline.models import Column
from tests.funnel.mailing import MONDAY, grant, lead, live, move, ready, states, steps, went
from tests.markup import page_of


@pytest.fixture
def series(board, krueger):
    """Three steps after „Erfolgreich kontaktiert“, two after „Auftrag erhalten“."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    steps(board["Auftrag erhalten"].sequence, 0, 5)
    steps(board["Neue Kontakte"].sequence, 0)
    return board


@pytest.fixture
def dan(series):
    return lead(series["Nicht erreicht"], last_name="Daniels")


def enrolment(contact):
    return Enrolment.objects.get(contact=contact)


def test_system_column_enrols_and_announces(anna, dan, series):
    moved = move(anna, dan, series["Erfolgreich kontaktiert"])
    assert enrolment(dan).state == EnrolmentState.ACTIVE
    planned = list(Message.objects.filter(contact=dan).order_by("planned_for"))
    hold = MONDAY + timedelta(minutes=10)
    assert [message.planned_for for message in planned] == [
        hold,
        hold + timedelta(days=3),
        hold + timedelta(days=10),
    ]
    assert {message.planned_by for message in planned} == {moved.move.pk}
    assert len({message.message_id for message in planned}) == 3
    announced = moved.announcement
    assert (announced.subject, announced.planned_for, announced.count) == ("Mail 1", hold, 3)


def test_another_system_column_cancels_planned_mails(anna, dan, series):
    move(anna, dan, series["Erfolgreich kontaktiert"])
    move(anna, dan, series["Auftrag erhalten"])
    assert [state for _, state in states(dan)] == ["cancelled"] * 3 + ["planned"] * 2
    assert Enrolment.objects.filter(contact=dan, state=EnrolmentState.ACTIVE).count() == 1


def test_own_column_pauses_and_coming_back_continues_with_unsent_steps(anna, dan, series):
    move(anna, dan, series["Erfolgreich kontaktiert"])
    went(dan, "Mail 1")
    move(anna, dan, series["Termin vereinbart"])
    assert (enrolment(dan).state, enrolment(dan).reason) == (EnrolmentState.PAUSED, EnrolmentReason.STATUS)
    later = MONDAY + timedelta(days=1)
    moved = move(anna, dan, series["Erfolgreich kontaktiert"], later)
    assert live(dan) == ["Mail 2", "Mail 3"]
    assert moved.announcement.planned_for == MONDAY + timedelta(days=3)


def test_own_column_in_which_mails_continue_changes_nothing(anna, dan, series):
    Column.objects.filter(name="Termin vereinbart").update(mails_continue=True)
    move(anna, dan, series["Erfolgreich kontaktiert"])
    move(anna, dan, series["Termin vereinbart"])
    assert (enrolment(dan).state, len(live(dan))) == (EnrolmentState.ACTIVE, 3)


def test_lost_column_ends_the_series(anna, dan, series):
    move(anna, dan, series["Erfolgreich kontaktiert"])
    move(anna, dan, series["Kein Auftrag"])
    assert (enrolment(dan).state, enrolment(dan).reason, live(dan)) == (EnrolmentState.ENDED, EnrolmentReason.LOST, [])


def test_moving_back_within_three_seconds_leaves_one_plan(anna, dan, series):
    for number, name in enumerate(
        ("Neue Kontakte", "Erfolgreich kontaktiert", "Neue Kontakte", "Erfolgreich kontaktiert")
    ):
        move(anna, dan, series[name], MONDAY + timedelta(seconds=number))
    assert live(dan) == ["Mail 1", "Mail 2", "Mail 3"]
    first = Message.objects.filter(contact=dan, state="planned").earliest("planned_for")
    assert first.planned_for == MONDAY + timedelta(minutes=10, seconds=3)


class TestUndo:
    def test_undoing_an_entry_cancels_its_mails(self, anna, dan, series):
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
        assert live(dan) == []
        assert (enrolment(dan).state, enrolment(dan).reason) == (EnrolmentState.ENDED, EnrolmentReason.UNDONE)

    def test_undoing_a_change_of_series_restores_the_plan_exactly(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        rows = Message.objects.filter(contact=dan).order_by("pk")
        before = list(rows.values("pk", "state", "planned_for", "message_id"))
        moved = move(anna, dan, series["Auftrag erhalten"], MONDAY + timedelta(seconds=2))
        reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
        assert list(rows.values("pk", "state", "planned_for", "message_id")[:3]) == before
        assert live(dan) == ["Mail 1", "Mail 2", "Mail 3"]
        assert Enrolment.objects.get(contact=dan, state=EnrolmentState.ACTIVE).sequence_id == (
            series["Erfolgreich kontaktiert"].sequence_id
        )

    def test_undoing_a_pause_continues_as_planned(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        rows = Message.objects.filter(contact=dan).order_by("pk").values("pk", "state", "planned_for")
        before = list(rows)
        moved = move(anna, dan, series["Termin vereinbart"])
        reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
        assert list(rows.all()) == before
        assert enrolment(dan).state == EnrolmentState.ACTIVE

    def test_undoing_the_end_of_a_series_without_steps(self, anna, series):
        steps(series["Erfolgreich kontaktiert"].sequence)
        dan = lead(series["Nicht erreicht"])
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert (enrolment(dan).state, enrolment(dan).reason) == (EnrolmentState.ENDED, EnrolmentReason.FINISHED)
        reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
        assert (enrolment(dan).state, enrolment(dan).reason) == (EnrolmentState.ENDED, EnrolmentReason.UNDONE)

    def test_mails_sent_meanwhile_stay_sent(self, anna, dan, series):
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        went(dan, "Mail 1")
        reverse(user=anna, move_id=moved.move.pk, now=MONDAY + timedelta(seconds=5))
        assert states(dan) == [("Mail 1", "sent"), ("Mail 2", "cancelled"), ("Mail 3", "cancelled")]


class TestBasis:
    def test_without_consent_the_series_waits_and_the_page_says_so(self, anna, dan, series):
        Consent.objects.all().delete()
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert moved.announcement.why_not == MessageReason.NO_CONSENT
        assert (enrolment(dan).state, enrolment(dan).reason, live(dan)) == (
            EnrolmentState.PAUSED,
            EnrolmentReason.NO_BASIS,
            [],
        )

    def test_the_series_starts_automatically_when_consent_is_given(self, anna, dan, series):
        Consent.objects.all().delete()
        move(anna, dan, series["Erfolgreich kontaktiert"])
        assert maintenance.resume_ready(now=MONDAY) == 0
        grant(dan)
        assert maintenance.resume_ready(now=MONDAY) == 1
        assert live(dan) == ["Mail 1", "Mail 2", "Mail 3"]
        assert maintenance.resume_ready(now=MONDAY) == 0

    def test_a_withdrawal_counts_though_consent_was_given_before(self, anna, dan, series):
        grant(dan, MONDAY - timedelta(days=1))
        Consent.objects.filter(occurred_at=MONDAY - timedelta(days=1)).update(granted=False)
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert (moved.announcement.why_not, live(dan)) == (MessageReason.NO_CONSENT, [])

    def test_without_address_the_series_waits(self, anna, series):
        dan = lead(series["Nicht erreicht"], email="")
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert moved.announcement.why_not == MessageReason.NO_ADDRESS

    def test_a_suppressed_address_is_never_planned(self, anna, krueger, dan, series):
        digest = address_hash(krueger.pk, dan.email.upper())
        suppress(account_id=krueger.pk, digest=digest, reason="unsubscribed", now=MONDAY)
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert moved.announcement.why_not == MessageReason.SUPPRESSED
        assert live(dan) == []

    def test_two_contacts_with_one_address_get_each_step_once(self, anna, dan, series):
        twin = lead(series["Nicht erreicht"], email=dan.email.upper())
        move(anna, dan, series["Erfolgreich kontaktiert"])
        move(anna, twin, series["Erfolgreich kontaktiert"])
        assert live(dan) == ["Mail 1", "Mail 2", "Mail 3"]
        assert states(twin) == [("Mail 1", "skipped"), ("Mail 2", "skipped"), ("Mail 3", "skipped")]


class TestByHand:
    def test_pause_and_resume(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        assert (enrolment(dan).state, enrolment(dan).reason) == (EnrolmentState.PAUSED, EnrolmentReason.MANUAL)
        with pytest.raises(Conflict):
            enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        enrolments.resume(user=anna, contact_id=dan.pk, now=MONDAY + timedelta(days=1))
        assert (enrolment(dan).state, live(dan)) == (EnrolmentState.ACTIVE, ["Mail 1", "Mail 2", "Mail 3"])

    def test_a_series_paused_by_hand_stays_paused_through_moves(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        move(anna, dan, series["Termin vereinbart"])
        moved = move(anna, dan, series["Erfolgreich kontaktiert"])
        assert moved.announcement.why_not == EnrolmentReason.MANUAL
        assert enrolment(dan).state == EnrolmentState.PAUSED

    def test_users_of_other_offices_find_nothing(self, anna, paul, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        with pytest.raises(Http404):
            enrolments.pause(user=paul, contact_id=dan.pk, now=MONDAY)

    def test_a_new_address_needs_consent_of_its_own(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        enrolments.suspend(contact=dan, reason=EnrolmentReason.ADDRESS, now=MONDAY)
        with pytest.raises(Conflict, match="eigene Einwilligung"):
            enrolments.resume(user=anna, contact_id=dan.pk, now=MONDAY + timedelta(hours=1))
        grant(dan, MONDAY + timedelta(minutes=30))
        enrolments.resume(user=anna, contact_id=dan.pk, now=MONDAY + timedelta(hours=1))
        assert enrolment(dan).state == EnrolmentState.ACTIVE


class TestMany:
    def test_bulk_changes_enrol_nobody_and_end_active_series(self, anna, dan, series):
        other = lead(series["Nicht erreicht"])
        move(anna, dan, series["Erfolgreich kontaktiert"])
        bulk.move_many(user=anna, contact_ids=[dan.pk, other.pk], column_id=series["Auftrag erhalten"].pk, now=MONDAY)
        assert (live(dan), live(other)) == ([], [])
        assert enrolment(dan).state == EnrolmentState.ENDED

    def test_bulk_changes_enrol_on_request_and_announce_the_number_of_mails(self, anna, dan, series, login):
        silent = lead(series["Nicht erreicht"], email="")
        page = page_of(login(anna).get("/contacts/selection/status/", {"contact": [dan.pk, silent.pk]}))
        assert "1 Kontakt darf E-Mails bekommen." in page
        assert "Bei 1 Kontakt fehlt die Einwilligung oder die E-Mail-Adresse" in page
        assert "Erfolgreich kontaktiert</bdi>“ 3 Mails" in page
        target = series["Erfolgreich kontaktiert"].pk
        answer = login(anna).post(
            "/contacts/selection/status/", {"contact": [dan.pk, silent.pk], "column": target, "enrol": "1"}
        )
        assert answer.status_code == 302
        assert live(dan) == ["Mail 1", "Mail 2", "Mail 3"]
        assert (live(silent), enrolment(silent).reason) == ([], EnrolmentReason.NO_BASIS)

    def test_bulk_changes_enrol_at_most_five_hundred(self, anna, dan, series):
        asked = {"contact_ids": range(501), "column_id": series["Erfolgreich kontaktiert"].pk}
        with pytest.raises(NotUnderstood):
            bulk.move_many(user=anna, now=MONDAY, enrol=True, **asked)

    def test_bulk_changes_into_an_own_column_pause(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        bulk.move_many(user=anna, contact_ids=[dan.pk], column_id=series["Termin vereinbart"].pk, now=MONDAY)
        assert enrolment(dan).state == EnrolmentState.PAUSED

    def test_trashing_ends_the_series_and_restoring_does_not_enrol(self, anna, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        leads.trash(user=anna, contact_ids=[dan.pk], now=MONDAY)
        assert (enrolment(dan).reason, live(dan)) == (EnrolmentReason.TRASHED, [])
        leads.restore(user=anna, contact_ids=[dan.pk], now=MONDAY)
        assert (enrolment(dan).state, live(dan)) == (EnrolmentState.ENDED, [])

    def test_adding_a_contact_enrols_only_on_request(self, anna, krueger, series):
        values = {"last_name": "Neu", "email": "neu@post.example"}
        silent = leads.add(account=krueger, actor=anna, values=values, now=MONDAY)
        asked = leads.add(account=krueger, actor=anna, values=values, now=MONDAY, enrol=True)
        assert not Enrolment.objects.filter(contact=silent).exists()
        assert enrolment(asked).reason == EnrolmentReason.NO_BASIS

    def test_stop_is_idempotent(self, anna, krueger, dan, series):
        move(anna, dan, series["Erfolgreich kontaktiert"])
        stop = {"account_id": krueger.pk, "contact_ids": [dan.pk], "reason": EnrolmentReason.UNSUBSCRIBED}
        assert enrolments.stop(**stop, now=MONDAY) == 1
        assert enrolments.stop(**stop, now=MONDAY) == 0
        assert live(dan) == []
