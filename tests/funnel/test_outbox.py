"""Sending what is due: everything is checked again at the last moment, and every outcome is recorded."""

from datetime import time, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import Http404

from base.refusals import Conflict
from contacts import actions
from contacts.models import Consent, Contact
from funnel import contact_messages
from funnel.invariants import nothing_is_sent_twice
from funnel.models import Enrolment, Holiday, Message, MessageReason, MessageState, Pulse, Sender, Sequence, Step
from funnel.permission.suppression import address_hash, is_suppressed, suppress
from funnel.sending import availability, claiming, delivery, heartbeat, pool, worker
from funnel.series import enrolments, maintenance, manual
from funnel.transport import holds
from funnel.transport.smtp import Relay
from pipeline.deeds import reversible
from tests.funnel.mailing import MONDAY, grant, lead, move, ready, steps
from tests.funnel.sink import mail_server
from tests.markup import page_of

HELD = MONDAY + timedelta(minutes=10)  # when the first mail after a move may leave


@pytest.fixture
def server(settings):
    """A mail server that accepts everything, as EMAIL_URL."""
    with mail_server() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture
def column(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1, 1)
    return board["Erfolgreich kontaktiert"]


@pytest.fixture
def dan(anna, board, column):
    """A contact in „Erfolgreich kontaktiert“ since Monday, 10:00."""
    contact = lead(board["Nicht erreicht"], last_name="Daniels", email="dan@post.example")
    move(anna, contact, column)
    return contact


def message(contact, number=0):
    return Message.objects.get(contact=contact, step__position=number)


def series(contact):
    row = Enrolment.objects.get(contact=contact)
    return row.state, row.reason


def test_nothing_is_sent_during_the_grace_period(dan, server):
    assert worker.sweep(now=HELD - timedelta(seconds=1)) == {}
    assert server.mails == []


def test_due_mails_are_sent_once(dan, server):
    assert worker.sweep(now=HELD) == {"sent": 1}
    assert worker.sweep(now=HELD) == {}
    (mail,) = server.sent_to("dan@post.example")
    sent = message(dan)
    assert (sent.state, sent.finished_at, sent.attempts) == (MessageState.SENT, HELD, 1)
    assert mail["Message-ID"] == sent.message_id
    assert (mail["Subject"], sent.subject) == ("Mail 1", "Mail 1")
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == sent.text.strip()
    dan.refresh_from_db()
    assert (dan.action_counts, dan.last_action_at) == ({"funnel_mail": 1}, HELD)


def test_the_state_sending_is_on_disk_before_sending_and_the_outcome_is_written_without_waiting(dan, server):
    waits = []

    def watch(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql in (delivery.BEGIN, delivery.SENT):
            waits.append(context["connection"].connection.execute("SHOW synchronous_commit").fetchone()[0])
        return found

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO on")
    with connection.execute_wrapper(watch):
        worker.sweep(now=HELD)
    assert waits == ["on", "off"]


def test_the_next_day_brings_the_next_step(dan, server):
    for day in range(3):
        worker.sweep(now=HELD + timedelta(days=day))
    assert [mail["Subject"] for mail in server.sent_to("dan@post.example")] == ["Mail 1", "Mail 2"]
    assert message(dan, 2).planned_for > HELD + timedelta(days=2)  # two in seven days are enough


def test_the_third_mail_in_seven_days_waits_for_the_eighth(dan, server):
    days = [day for day in range(10) if worker.sweep(now=HELD + timedelta(days=day)) == {"sent": 1}]
    assert days == [0, 1, 7]


def test_a_later_step_waits_for_an_earlier_one(dan, server):
    Message.objects.filter(contact=dan, step__position=0).update(planned_for=HELD + timedelta(minutes=30))
    Message.objects.filter(contact=dan, step__position=1).update(planned_for=HELD)
    assert worker.sweep(now=HELD) == {}
    worker.sweep(now=HELD + timedelta(minutes=31))
    assert [mail["Subject"] for mail in server.mails and server.sent_to("dan@post.example")] == ["Mail 1"]


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        (MONDAY.replace(hour=20), MONDAY + timedelta(days=1, hours=-2)),
        (MONDAY + timedelta(days=5), MONDAY + timedelta(days=7, hours=-2)),
    ],
)
def test_outside_the_window_mails_are_postponed(dan, server, closed, opens):
    assert worker.sweep(now=closed) == {}
    assert (message(dan).state, message(dan).planned_for) == (MessageState.PLANNED, opens)
    assert worker.sweep(now=opens) == {"sent": 1}


def test_on_a_holiday_mails_are_postponed(dan, krueger, server):
    Holiday.objects.create(account=krueger, day=HELD.date(), name="Betriebsausflug")
    assert worker.sweep(now=HELD) == {}
    assert message(dan).planned_for.date() == HELD.date() + timedelta(days=1)


class TestChecks:
    def test_consent_withdrawn_meanwhile(self, dan, server):
        Consent.objects.filter(contact=dan).update(granted=False)
        assert worker.sweep(now=HELD) == {}
        assert (message(dan).state, message(dan).reason) == (MessageState.SKIPPED, MessageReason.NO_CONSENT)
        assert series(dan) == ("paused", "no_basis")

    def test_the_series_continues_when_consent_is_given_again(self, dan, server):
        Consent.objects.filter(contact=dan).update(granted=False)
        worker.sweep(now=HELD)
        grant(dan, HELD)
        assert maintenance.resume_ready(now=HELD + timedelta(hours=1)) == 1
        assert worker.sweep(now=HELD + timedelta(hours=2)) == {"sent": 1}

    def test_address_suppressed_meanwhile(self, krueger, dan, server):
        digest = address_hash(krueger.pk, dan.email)
        suppress(account_id=krueger.pk, digest=digest, reason="objection", now=MONDAY)
        assert worker.sweep(now=HELD) == {}
        assert (message(dan).state, message(dan).reason) == (MessageState.SKIPPED, MessageReason.SUPPRESSED)

    def test_address_changed_meanwhile(self, dan, server):
        dan.email = "neu@post.example"
        dan.save(update_fields=["email"])
        assert worker.sweep(now=HELD) == {}
        assert message(dan).reason == MessageReason.ADDRESS_CHANGED
        assert series(dan) == ("paused", "address")

    def test_a_step_that_is_off_is_skipped(self, dan, server):
        Step.objects.filter(pk=message(dan).step_id).update(is_on=False)
        worker.sweep(now=HELD)
        assert (message(dan).state, message(dan).reason) == (MessageState.SKIPPED, MessageReason.STEP_OFF)
        assert worker.sweep(now=HELD + timedelta(days=1)) == {"sent": 1}

    def test_a_reply_recorded_by_a_colleague_ends_the_series(self, anna, dan, server):
        actions.perform(contact=dan, kind="mail_in", actor=anna, now=MONDAY + timedelta(hours=1))
        assert worker.sweep(now=HELD) == {}
        assert series(dan) == ("ended", "reply")
        assert not Message.objects.filter(contact=dan, state=MessageState.PLANNED).exists()

    @pytest.mark.parametrize("model", [Sender, Sequence])
    def test_nothing_is_sent_while_office_or_series_is_off(self, dan, server, model):
        model.objects.all().update(is_on=False)
        assert worker.sweep(now=HELD) == {}
        assert message(dan).state == MessageState.PLANNED
        model.objects.all().update(is_on=True)
        assert worker.sweep(now=HELD) == {"sent": 1}

    def test_nothing_is_sent_without_an_impressum(self, dan, server):
        Sender.objects.all().update(street="")
        assert worker.sweep(now=HELD) == {}
        assert (message(dan).state, message(dan).planned_for) == (MessageState.PLANNED, HELD)
        Sender.objects.all().update(street="Lindenallee 12")
        assert worker.sweep(now=HELD + timedelta(days=1)) == {"sent": 1}

    def test_nothing_is_sent_when_the_impressum_was_cleared_meanwhile(self, dan, server):
        ids = claiming.due(HELD)
        Sender.objects.all().update(street="")
        assert claiming.claim(ids, now=HELD) == []
        assert message(dan).state == MessageState.PLANNED

    @pytest.mark.parametrize("is_what_stood_still", [Sender, Sequence, Pulse])
    def test_mails_overdue_by_more_than_a_week_are_not_sent(self, dan, server, is_what_stood_still):
        """Mails planned for Monday, Tuesday and Wednesday, with worker or funnel down for a week."""
        tuesday = HELD + timedelta(days=8)
        if is_what_stood_still is not Pulse:
            is_what_stood_still.objects.all().update(is_on=False)
            assert worker.sweep(now=tuesday - timedelta(days=1)) == {}
            is_what_stood_still.objects.all().update(is_on=True)
        assert worker.sweep(now=tuesday + timedelta(minutes=1)) == {}
        assert worker.sweep(now=tuesday + timedelta(minutes=2)) == {"sent": 1}
        assert [(message(dan, n).state, message(dan, n).reason) for n in range(3)] == [
            (MessageState.SKIPPED, MessageReason.TOO_LATE),
            (MessageState.SKIPPED, MessageReason.TOO_LATE),
            (MessageState.SENT, ""),
        ]

    def test_a_user_may_send_overdue_mails(self, anna, dan, server):
        tuesday = HELD + timedelta(days=8)
        manual.send_now(user=anna, message_id=message(dan).pk, now=tuesday)
        assert worker.sweep(now=tuesday) == {"sent": 1}

    def test_nothing_of_a_paused_series_is_sent(self, anna, dan, server):
        enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        assert worker.sweep(now=HELD) == {}
        assert message(dan).state == MessageState.PLANNED

    def test_mails_that_cannot_be_sent_are_skipped(self, dan, server):
        Step.objects.filter(pk=message(dan).step_id).update(body="{{user.password}}")
        worker.sweep(now=HELD)
        assert (message(dan).state, message(dan).reason) == (MessageState.SKIPPED, MessageReason.BAD_TEXT)
        assert server.mails == []


class TestEndings:
    def test_a_permanent_refusal_pauses_the_series(self, dan, server):
        server.answers["RCPT"] = "554 5.6.0 cannot read this"
        assert worker.sweep(now=HELD) == {"failed": 1}
        assert (message(dan).reason, message(dan).answer) == (MessageReason.REFUSED, "554 5.6.0 cannot read this")
        assert series(dan) == ("paused", "failed")
        server.answers.clear()
        assert worker.sweep(now=HELD + timedelta(days=2)) == {}

    def test_an_unknown_recipient_is_a_bounce(self, krueger, anna, board, dan, server):
        server.answers["RCPT"] = "550 5.1.1 <dan@post.example>: user unknown"
        assert worker.sweep(now=HELD) == {"failed": 1}
        assert (message(dan).reason, message(dan, 1).state) == (MessageReason.BOUNCED, MessageState.CANCELLED)
        assert series(dan) == ("ended", "bounce")
        assert is_suppressed(krueger.pk, "dan@post.example")
        dan.refresh_from_db()
        assert dan.action_counts == {"bounce": 1}

    @pytest.mark.parametrize("phase", ["RCPT", "DATA"])
    def test_no_mail_is_lost_while_we_are_on_a_blocklist(self, anna, board, column, dan, krueger, server, phase):
        others = [lead(board["Nicht erreicht"]) for _ in range(2)]
        for other in others:
            move(anna, other, column)
        server.answers[phase] = "554 5.7.1 client host [192.0.2.1] blocked using zen.spamhaus.org"
        assert worker.sweep(now=HELD) == {"planned": 3}
        assert holds.current(krueger.pk).kind == "blocked"
        assert worker.sweep(now=HELD + timedelta(minutes=14)) == {}
        assert worker.sweep(now=HELD + timedelta(minutes=15)) == {"planned": 1}  # one mail shows it goes on
        server.answers.clear()
        assert worker.sweep(now=HELD + timedelta(minutes=45)) == {"sent": 3}
        assert holds.current(krueger.pk) is None

    def test_no_mail_fails_after_days_on_a_blocklist(self, dan, krueger, server):
        server.answers["RCPT"] = "554 5.7.1 blocked using zen.spamhaus.org"
        for hours in range(0, 24 * 7, 3):
            worker.sweep(now=HELD + timedelta(hours=hours))
        assert message(dan).state == MessageState.PLANNED
        server.answers.clear()
        assert worker.sweep(now=HELD + timedelta(days=8)) == {"sent": 1}

    def test_a_filter_that_refuses_one_mail_delays_no_other(self, anna, board, column, dan, krueger, server):
        server.answers["RCPT"] = "554 5.7.1 this looks like spam"
        assert worker.sweep(now=HELD) == {"planned": 1}
        assert holds.current(krueger.pk) is None

    def test_many_temporary_refusals_in_a_row_hold_sending(self, anna, board, column, krueger, server):
        for _ in range(7):
            move(anna, lead(board["Nicht erreicht"]), column)
        server.answers["RCPT"] = "450 4.7.1 not now"
        with pool.DeliveryPool() as deliveries:
            deliveries._deliver(claiming.claim(claiming.due(HELD), now=HELD), HELD)
        attempts = Message.objects.filter(step__position=0).order_by("pk").values_list("attempts", flat=True)
        assert list(attempts) == [1, 1, 1, 1, 1, 0, 0]
        assert holds.current(krueger.pk).kind == "busy"

    def test_a_temporary_refusal_of_one_recipient_is_retried_for_72_hours_and_then_fails(self, dan, server):
        Sender.objects.all().update(window_from=time(0), window_until=time(23, 59))
        server.answers["DATA"] = "451 4.7.1 greylisted"
        now, waits = HELD, []
        while message(dan).state == MessageState.PLANNED:
            assert sum(worker.sweep(now=now).values()) == 1
            waits.append((message(dan).planned_for - now).total_seconds() / 60)
            last, now = now, max(now, message(dan).planned_for)
        assert waits[:9] == [2, 4, 8, 16, 32, 64, 128, 240, 240]
        assert timedelta(hours=72) <= last - HELD < timedelta(hours=72) + waits[-2] * timedelta(minutes=1)
        assert (message(dan).state, message(dan).reason) == (MessageState.FAILED, MessageReason.GAVE_UP)
        assert message(dan).answer == "451 4.7.1 greylisted"
        assert series(dan) == ("paused", "failed")
        assert server.mails == []

    def test_a_mail_is_unclear_and_never_sent_again_if_the_connection_breaks_after_the_dot(self, dan, server):
        server.drops_after_dot = True
        assert worker.sweep(now=HELD) == {"unclear": 1}
        server.drops_after_dot = False
        assert worker.sweep(now=HELD + timedelta(hours=3)) == {}
        assert len(server.mails) == 1
        assert message(dan).state == MessageState.UNCLEAR

    def test_stopped_between_claiming_and_sending(self, krueger, dan, server):
        (claimed,) = claiming.claim(claiming.due(HELD), now=HELD)
        stop = {"account_id": krueger.pk, "contact_ids": [dan.pk], "reason": "unsubscribed"}
        enrolments.stop(**stop, now=HELD)
        assert delivery.deliver(claimed, Relay(server.url), now=HELD).state == MessageState.CANCELLED
        assert server.mails == []

    def test_mails_claimed_by_a_dead_worker_are_planned_again(self, dan, server):
        claiming.claim(claiming.due(HELD), now=HELD)
        assert worker.sweep(now=HELD + timedelta(minutes=1)) == {}
        assert worker.sweep(now=HELD + timedelta(minutes=3)) == {"sent": 1}

    def test_a_hanging_server_makes_one_mail_unclear_and_the_others_wait(self, anna, board, column, dan, server):
        for _ in range(2):
            move(anna, lead(board["Nicht erreicht"]), column)
        server.drops_after_dot = True
        assert worker.sweep(now=HELD) == {"unclear": 1, "planned": 2}
        server.drops_after_dot = False
        assert worker.sweep(now=HELD + timedelta(minutes=2)) == {}
        assert worker.sweep(now=HELD + timedelta(minutes=5)) == {"sent": 2}
        assert len(server.mails) == 3

    def test_mails_a_dead_worker_was_sending_are_unclear(self, dan, server):
        Message.objects.filter(pk=message(dan).pk).update(state=MessageState.SENDING, claimed_at=HELD)
        worker.sweep(now=HELD + timedelta(minutes=3))
        assert message(dan).state == MessageState.UNCLEAR
        assert server.mails == []

    @pytest.mark.parametrize("address", ["dan@müller.example", "dän@post.example", "dan@ö..example"])
    def test_an_invalid_address_stops_no_sweep(self, anna, board, column, dan, server, address):
        other = lead(board["Nicht erreicht"])
        move(anna, other, column)
        Contact.objects.filter(pk=dan.pk).update(email=address)
        Message.objects.filter(contact=dan).update(address=address)
        worker.sweep(now=HELD)
        assert message(other).state == MessageState.SENT
        assert message(dan).state in (MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED)

    def test_an_unusable_address_waits_for_another_one_and_the_page_says_so(self, anna, dan, server, login):
        Contact.objects.filter(pk=dan.pk).update(email="jörg@post.example")
        Message.objects.filter(contact=dan).update(address="jörg@post.example")
        worker.sweep(now=HELD)
        assert (message(dan).state, message(dan).reason) == (MessageState.SKIPPED, MessageReason.NO_ADDRESS)
        assert series(dan) == ("paused", "no_basis")
        assert "keine gültige E-Mail-Adresse" in page_of(login(anna).get(f"/contacts/{dan.pk}/"))

    def test_a_mail_that_cannot_be_rendered_stops_no_sweep(self, anna, board, column, dan, server, krueger):
        other = lead(board["Nicht erreicht"])
        move(anna, other, column)
        Message.objects.filter(contact=dan, step__position=0).update(message_id="<a@b\nBcc: x@y.example>")
        worker.sweep(now=HELD)
        assert (message(dan).state, message(other).state) == (MessageState.SKIPPED, MessageState.SENT)
        assert series(dan) == ("paused", "failed")


class TestByHand:
    def test_send_now_ignores_grace_period_window_and_caps(self, anna, dan, server):
        sunday = MONDAY - timedelta(days=1)
        manual.send_now(user=anna, message_id=message(dan).pk, now=sunday)
        manual.send_now(user=anna, message_id=message(dan, 1).pk, now=sunday)
        assert worker.sweep(now=sunday) == {"sent": 2}

    def test_send_now_ends_a_pause_but_does_not_restart_an_ended_series(self, anna, krueger, dan, server):
        enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)
        assert worker.sweep(now=MONDAY) == {"sent": 1}

    def test_a_later_pause_takes_send_now_back(self, anna, dan, server):
        manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)
        enrolments.pause(user=anna, contact_id=dan.pk, now=MONDAY)
        assert worker.sweep(now=MONDAY) == {}
        manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)
        assert worker.sweep(now=MONDAY) == {"sent": 1}

    @pytest.mark.parametrize("are_many", [False, True])
    def test_a_column_that_pauses_takes_send_now_back(self, anna, krueger, dan, server, board, are_many):
        manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)
        missed = board["Nicht erreicht"]
        if are_many:
            reversible.move(user=anna, contact_ids=[dan.pk], column_id=missed.pk, enrol=False, now=MONDAY)
        else:
            move(anna, dan, missed)
        assert series(dan) == ("paused", "status")
        assert worker.sweep(now=MONDAY) == {}

    def test_send_now_needs_consent(self, anna, dan, server):
        Consent.objects.filter(contact=dan).update(granted=False)
        with pytest.raises(Conflict, match="keine Einwilligung"):
            manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)

    def test_send_now_needs_an_impressum_and_says_so(self, anna, dan, server):
        Sender.objects.all().update(street="")
        with pytest.raises(Conflict, match="Im Impressum fehlt: Straße und Hausnummer"):
            manual.send_now(user=anna, message_id=message(dan).pk, now=MONDAY)
        assert not message(dan).is_urgent

    def test_cancel(self, anna, dan, server):
        manual.cancel(user=anna, message_id=message(dan).pk, now=MONDAY)
        with pytest.raises(Conflict):
            manual.cancel(user=anna, message_id=message(dan).pk, now=MONDAY)
        assert worker.sweep(now=HELD) == {}
        assert message(dan).reason == MessageReason.BY_HAND

    def test_users_of_other_offices_find_nothing(self, paul, dan):
        for verb in (manual.send_now, manual.cancel):
            with pytest.raises(Http404):
                verb(user=paul, message_id=message(dan).pk, now=MONDAY)


class TestAgain:
    """„Noch einmal senden“: only users send failed or unclear mails again."""

    @pytest.fixture
    def failed(self, dan, server):
        server.answers["RCPT"] = "554 5.6.0 cannot read this"
        worker.sweep(now=HELD)
        server.answers.clear()
        return message(dan)

    def test_a_failed_mail_is_sent_and_the_series_continues(self, anna, dan, failed, server):
        later = HELD + timedelta(days=1)
        manual.send_again(user=anna, message_id=failed.pk, now=later)
        assert series(dan) == ("active", "")
        assert worker.sweep(now=later) == {"sent": 1}
        again = message(dan)
        assert (again.state, again.again_by, again.again_after, again.attempts) == ("sent", anna, "failed", 1)
        assert worker.sweep(now=later + timedelta(days=1)) == {"sent": 1}
        assert [mail["Subject"] for _, mail in server.mails] == ["Mail 1", "Mail 2"]

    def test_an_unclear_mail_is_sent_and_the_risk_is_recorded(self, anna, dan, krueger, server):
        server.drops_after_dot = True
        worker.sweep(now=HELD)
        server.drops_after_dot = False
        later = HELD + timedelta(days=1)
        manual.send_again(user=anna, message_id=message(dan).pk, now=later)
        assert worker.sweep(now=later) == {"sent": 1}
        (run,) = contact_messages.load(dan).runs
        assert run.lines[0].again == (
            "Noch einmal senden, entschieden von Anna Krüger. Ob die Mail schon angekommen war, ist unklar: "
            "Sie kann zweimal ankommen."
        )
        assert list(nothing_is_sent_twice(krueger.pk)) == []

    def test_sending_again_twice_is_refused(self, anna, failed):
        manual.send_again(user=anna, message_id=failed.pk, now=HELD)
        with pytest.raises(Conflict, match="lässt sich nicht noch einmal senden"):
            manual.send_again(user=anna, message_id=failed.pk, now=HELD)

    def test_sending_again_needs_consent(self, anna, dan, failed):
        grant(dan, HELD + timedelta(minutes=1), False)
        with pytest.raises(Conflict, match="keine Einwilligung"):
            manual.send_again(user=anna, message_id=failed.pk, now=HELD)

    def test_nothing_is_sent_again_to_a_suppressed_address_or_in_a_stopped_series(self, anna, dan, server):
        server.answers["RCPT"] = "550 5.1.1 user unknown"
        worker.sweep(now=HELD)
        with pytest.raises(Conflict, match="Adresse gesperrt"):
            manual.send_again(user=anna, message_id=message(dan).pk, now=HELD)
        assert not contact_messages.load(dan).runs[0].lines[0].can_go_again

    def test_users_of_other_offices_find_nothing(self, paul, failed):
        with pytest.raises(Http404):
            manual.send_again(user=paul, message_id=failed.pk, now=HELD)

    def test_a_change_of_status_does_not_skip_it(self, anna, board, column, dan, failed):
        """Steps are never skipped, however the card is moved meanwhile."""
        move(anna, dan, board["Termin vereinbart"], HELD + timedelta(hours=1))
        move(anna, dan, column, HELD + timedelta(hours=2))
        assert series(dan) == ("paused", "failed")
        enrolments.resume(user=anna, contact_id=dan.pk, now=HELD + timedelta(hours=3))
        assert series(dan) == ("active", "")

    def test_the_page_offers_sending_again(self, anna, dan, failed, login):
        html = page_of(login(anna).get(f"/contacts/{dan.pk}/"))
        assert f"/funnel/messages/{failed.pk}/repetition/" in html
        answer = login(anna).post(f"/funnel/messages/{failed.pk}/repetition/", follow=True)
        assert "Noch einmal senden, entschieden von Anna Krüger." in page_of(answer)


def test_one_address_gets_one_mail_a_day_for_all_its_contacts(anna, board, dan, server):
    steps(board["Auftrag erhalten"].sequence, 0)
    twin = lead(board["Nicht erreicht"], email="dan@post.example")
    move(anna, twin, board["Auftrag erhalten"])
    assert worker.sweep(now=HELD) == {"sent": 1}
    assert worker.sweep(now=HELD + timedelta(days=1)) == {"sent": 1}


def test_offices_take_turns(anna, paul, hansen, board, column):
    ready(hansen)
    foreign = hansen.columns.get(key="contacted")
    steps(foreign.sequence, 0)
    for _ in range(4):
        move(anna, lead(board["Nicht erreicht"]), column)
    move(paul, lead(foreign.account.columns.get(key="new")), foreign, MONDAY + timedelta(seconds=30))
    ids = claiming.due(HELD + timedelta(minutes=1))
    offices = [Message.objects.get(pk=pk).account_id for pk in ids]
    assert offices[:2] == [column.account_id, hansen.pk]


def test_a_minute_without_a_sweep_is_shown_as_silence(anna):
    now = MONDAY.astimezone(anna.account.zone)
    assert availability.outage(anna, now) is None
    for at in (now - timedelta(hours=1), now):
        heartbeat.beat(at)
    assert availability.outage(anna, now + timedelta(seconds=59)) is None
    outage = availability.outage(anna, now + timedelta(seconds=61))
    assert outage is not None
    assert outage.headline == "E-Mail-Versand steht seit 10:00"
    assert Pulse.objects.count() == 1


def test_a_sweep_records_its_heartbeat_at_the_end(db):
    worker.sweep(now=MONDAY)
    assert Pulse.objects.get().at == MONDAY
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funnel_message RENAME COLUMN planned_for TO gone")
    with pytest.raises(ProgrammingError), transaction.atomic():
        worker.sweep(now=HELD)
    assert Pulse.objects.get().at == MONDAY
