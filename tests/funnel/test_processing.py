"""Reading a mailbox: each mail is processed once, and none blocks another."""

import imaplib
import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as post
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from contacts.models import Action
from funnel.incoming.classify import BOUNCES, ReceivedKind
from funnel.models import Arrival, Hold, Message, Suppression
from funnel.replies import doubts, inbox, quarantine
from funnel.sending import heartbeat, worker
from funnel.series import enrolments
from tests.funnel.mailboxes import mailbox
from tests.funnel.mailing import MONDAY, lead, mailed, move, states, steps
from tests.funnel.test_classify import nested
from tests.funnel.test_inbox import reply, series
from tests.markup import page_of

NOW = MONDAY + timedelta(hours=2)
MAILS = Path(__file__).parent / "mails"
NAMED = b"<OURS.abcdefghijklmnopqrstuvwx@kontakte.example>"
# What each mail does: the state of the series, and why the address is closed.
OPEN, GONE = (("active", ""), None), (("ended", "bounce"), "bounce")
EFFECTS = {
    "bounce-plain-in-reply-to": GONE,
    "challenge-response": OPEN,
    "dsn-1-1-quota": OPEN,
    "dsn-DSN-success": OPEN,
    "dsn-Exchange-recipient-over-limit": OPEN,
    "dsn-Exchange-recipient-rate-limited": OPEN,
    "dsn-GMX-quota": OPEN,
    "dsn-GMX-web-de-policy": OPEN,
    "dsn-Gmail-DMARC": OPEN,
    "dsn-Gmail-inactive": GONE,
    "dsn-Gmail-receiving-too-fast": OPEN,
    "dsn-Gmail-unknown": GONE,
    "dsn-IP-blocked-5-1-0": OPEN,
    "dsn-O365-daily-limit-of-the-sender": OPEN,
    "dsn-O365-not-found": GONE,
    "dsn-O365-sender-blocked-as-spam": OPEN,
    "dsn-O365-unknown-AD": GONE,
    "dsn-T-Online-spam": OPEN,
    "dsn-delayed": OPEN,
    "dsn-exim-user-unknown": GONE,
    "dsn-message-id-dns": OPEN,
    "dsn-null-MX": GONE,
    "dsn-sender-domain-has-no-MX-5-1-7": OPEN,
    "dsn-sender-refused-5-1-8": OPEN,
    "dsn-user-unknown-in-5-7-1": GONE,
    "mdn-gelesen": OPEN,
    "poison-empty-message-id": OPEN,
    "reply-objection": (("ended", "reply"), "doubt"),
}


@pytest.fixture
def dan(anna, board):
    """A contact that was sent the first of three mails."""
    return mailed(anna, board, "max@kunde.example")


@pytest.fixture
def sent(dan):
    return Message.objects.get(contact=dan, state="sent")


def case(name: str, sent: Message) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes().replace(NAMED, sent.message_id.encode())


def poll(settings, server, now=NOW) -> int:
    settings.IMAP_URL = server.url
    return inbox.poll(now=now)


def set_aside() -> list[tuple[int, str]]:
    return list(Arrival.objects.exclude(fault="").order_by("uid").values_list("uid", "fault"))


def test_the_expected_effect_of_every_mail_is_listed():
    assert {path.stem for path in MAILS.glob("*.eml")} == set(EFFECTS)


@pytest.mark.parametrize("name", EFFECTS)
def test_each_mail_has_its_expected_effect(krueger, dan, sent, settings, name):
    run, reason = EFFECTS[name]
    with mailbox([case(name, sent)]) as server:
        assert poll(settings, server) == 1
    assert series(dan) == run
    assert [row.reason for row in Suppression.objects.of(krueger)] == ([reason] if reason else [])
    assert bool(set_aside()) == name.startswith("poison")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dsn-sender-refused-5-1-8", "sender"),
        ("dsn-Gmail-DMARC", "policy"),
        ("dsn-O365-daily-limit-of-the-sender", "limit"),
    ],
)
def test_a_fault_of_our_own_holds_sending_and_is_shown(dan, sent, settings, login, anna, name, kind):
    with mailbox([case(name, sent)]) as server:
        poll(settings, server)
    (hold,) = Hold.objects.all()
    heartbeat.beat(timezone.now())
    assert (hold.kind, hold.ended_at) == (kind, None)
    assert hold.answer in page_of(login(anna).get("/funnel/outbox/")).replace("&#x27;", "'")
    sent.refresh_from_db()
    assert sent.came_back.startswith("abgelehnt, es liegt am Absender: smtp; 55")


@pytest.mark.parametrize("name", ["dsn-GMX-quota", "dsn-T-Online-spam", "dsn-message-id-dns", "dsn-Gmail-unknown"])
def test_other_faults_hold_nothing(dan, sent, settings, name):
    with mailbox([case(name, sent)]) as server:
        poll(settings, server)
    assert Hold.objects.count() == 0


def test_an_automatic_reply_and_a_failed_delivery_are_shown_in_the_ledger(dan, sent, settings):
    with mailbox([case("challenge-response", sent)]) as server:
        poll(settings, server)
    sent.refresh_from_db()
    assert sent.came_back.startswith("automatische Antwort: Bitte bestaetigen Sie")
    with mailbox([case("dsn-GMX-quota", sent)]) as server:
        poll(settings, server)
    sent.refresh_from_db()
    assert sent.came_back.startswith("nicht zugestellt: smtp; 552")
    assert not Action.objects.filter(contact=dan, kind="mail_in").exists()


POISON = [
    nested("mixed", 3000),
    b"References: " + b"<a@b>\n " * 20_000 + b"\n\nx",
    b"In-Reply-To: <>\n\nx",
    b"References: <a@[b\n\nx",
    b"Content-Type: text/plain; charset=\xff\xfe\nSubject: =?\x00?q?=00?=\n\n\xff\x00",
]


def test_a_poison_mail_does_not_block_the_following_ones(dan, sent, settings):
    with mailbox([*POISON, reply(sent)]) as server:
        assert poll(settings, server) == 6
        assert poll(settings, server) == 0
        assert server.flagged == {1, 2, 3, 4}
        assert server.seen == {5, 6}
    assert series(dan) == ("ended", "reply")
    assert set_aside() == [(1, "too_deep"), (2, "long_header"), (3, "bad_reference"), (4, "bad_reference")]


EXPLODE = """
CREATE FUNCTION explode() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.text = 'Bumm' THEN RAISE EXCEPTION 'no'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER explode BEFORE INSERT ON contacts_action FOR EACH ROW EXECUTE FUNCTION explode();
"""


def test_a_mail_that_cannot_be_processed_is_set_aside(dan, sent, settings):
    with connection.cursor() as cursor:
        cursor.execute(EXPLODE)
    with mailbox([reply(sent, "Subject: Bumm"), reply(sent)]) as server:
        assert poll(settings, server) == 2
    assert series(dan) == ("ended", "reply")
    assert set_aside() == [(1, "not_carried_out")]


def test_a_mail_that_the_server_cannot_deliver_to_us_is_set_aside(dan, sent, settings):
    with mailbox([b"x", reply(sent)]) as server:
        server.refused = {1}
        assert poll(settings, server) == 2
    assert series(dan) == ("ended", "reply")
    assert set_aside() == [(1, "unreadable")]


def test_a_mail_that_repeatedly_breaks_the_connection_is_skipped(dan, sent, settings):
    with mailbox([b"x", reply(sent)]) as server:
        server.broken = {1}
        for _ in range(inbox.MAX_FAILURES):
            with pytest.raises((OSError, imaplib.IMAP4.abort)):
                poll(settings, server)
        assert poll(settings, server) == 1
    assert series(dan) == ("ended", "reply")
    assert set_aside() == [(1, "unreadable")]


def test_five_hundred_mutated_mails_block_nothing(dan, sent, settings):
    dice = random.Random(73)
    originals = [case(name, sent) for name in EFFECTS if EFFECTS[name] == OPEN]
    mails = [mutated(dice.choice(originals), dice) for _ in range(500)]
    with mailbox([*mails, reply(sent)]) as server:
        assert sum(iter(lambda: poll(settings, server), 0)) == 501
        assert len(server.seen | server.flagged) == 501
    assert Arrival.objects.count() == 501
    assert Action.objects.filter(contact=dan, kind="mail_in", text="AW: Grüße").exists()


def mutated(mail: bytes, dice: random.Random) -> bytes:
    """Return the mail with some bytes lost, doubled, replaced, or cut off."""
    odd = [
        b"\x00",
        b"\xff",
        b"=?",
        b"\n\n",
        b"<",
        b"@",
        b"--b",
        b"%",
        b"=\n",
        b"\r",
        b'"',
        b";" * 50,
        b"\xf0\x9f",
        b"<>",
    ]
    for _ in range(dice.randint(1, 12)):
        at, length = dice.randrange(len(mail)), dice.randint(1, 40)
        change = dice.choice(["lose", "double", "put", "cut"])
        piece = mail[at : at + length]
        if change == "lose":
            mail = mail[:at] + mail[at + length :]
        elif change == "double":
            mail = mail[:at] + piece * dice.randint(2, 30) + mail[at:]
        elif change == "put":
            mail = mail[:at] + dice.choice(odd) * dice.randint(1, 5) + mail[at:]
        elif dice.random() < 0.2:
            mail = mail[: at + 1]
        mail = mail or b"x"
    return mail


def test_a_mail_that_somebody_has_opened_is_read_anyway(dan, sent, settings):
    with mailbox([b"Subject: old\n\nx"]) as server:
        server.seen = {1}
        assert poll(settings, server) == 0  # it was there, and read, before we came
        server.mails.append(reply(sent))
        server.seen = {1, 2}
        assert poll(settings, server) == 1
    assert series(dan) == ("ended", "reply")


def test_a_mail_marked_unread_again_is_not_read_again(dan, sent, settings):
    with mailbox([reply(sent)]) as server:
        assert poll(settings, server) == 1
        server.seen.clear()
        assert poll(settings, server) == 0


def test_a_renumbered_folder_is_read_without_repeating_effects(dan, sent, settings):
    with mailbox([b"Subject: x\n\nx", case("dsn-GMX-quota", sent)]) as server:
        assert poll(settings, server) == 2
        Message.objects.filter(pk=sent.pk).update(came_back="")
        server.validity, server.mails = 2, [case("dsn-GMX-quota", sent), reply(sent)]
        assert poll(settings, server, NOW + timedelta(hours=1)) == 2
        assert poll(settings, server, NOW + timedelta(hours=2)) == 0
    sent.refresh_from_db()
    assert sent.came_back == ""
    assert series(dan) == ("ended", "reply")


def test_the_operator_is_notified_once_and_can_have_a_mail_read_again(dan, sent, settings, capsys):
    settings.OPERATOR_EMAIL = "betrieb@kontakte.example"
    with mailbox([b"In-Reply-To: <>\n\nx"]) as server:
        poll(settings, server)
        assert quarantine.notify_operator(now=NOW) == 1
        assert quarantine.notify_operator(now=NOW + timedelta(hours=2)) == 0
        (told,) = post.outbox
        assert told.to == ["betrieb@kontakte.example"]
        assert "unlesbar" in told.body
        call_command("inbox")
        (arrival,) = Arrival.objects.all()
        assert f"Nr. {arrival.pk}," in capsys.readouterr().out
        server.mails[0] = reply(sent)
        call_command("inbox", again=arrival.pk)
        assert poll(settings, server) == 1
    assert series(dan) == ("ended", "reply")
    with pytest.raises(CommandError):
        call_command("inbox", again=arrival.pk)


def test_the_operator_is_notified_of_poison_mails_at_most_once_an_hour(db, settings):
    for hour, told in [(0, 1), (0.5, 0), (1.5, 2)]:
        with mailbox([b"In-Reply-To: <>\n\n%d" % int(hour * 10)]) as server:
            poll(settings, server, NOW + timedelta(hours=hour))
        assert quarantine.notify_operator(now=NOW + timedelta(hours=hour)) == told


@pytest.mark.parametrize(
    ("name", "run"),
    [("dsn-Gmail-unknown", ("paused", "failed")), ("dsn-sender-refused-5-1-8", ("active", ""))],
)
def test_a_bounce_that_names_only_the_recipient_neither_suppresses_nor_holds(anna, board, dan, sent, login, name, run):
    named = case(name, sent).replace(sent.message_id.encode(), b"<strange@mx.example>")
    named = re.sub(rb"[\w.]+@kunde.example", b"max@kunde.example", named)
    assert inbox.receive(named, now=MONDAY + timedelta(days=8)) is ReceivedKind.OTHER  # too late for anything
    for minute in range(3):
        assert inbox.receive(named, now=NOW + timedelta(minutes=minute)) in BOUNCES
    assert series(dan) == run
    assert (Suppression.objects.count(), Hold.objects.count()) == (0, 0)
    assert not Action.objects.filter(contact=dan, kind="bounce").exists()
    page = page_of(login(anna).get(f"/contacts/{dan.pk}/"))
    assert "vermutlich nicht zugestellt; die Meldung nennt nur die Adresse" in page
    if run[0] == "paused":
        enrolments.resume(user=anna, contact_id=dan.pk, now=NOW)
        assert series(dan) == ("active", "")


@pytest.mark.parametrize("objects", [False, True])
def test_a_possible_objection_holds_the_mails_of_all_contacts_with_the_address(anna, board, dan, sent, objects):
    steps(board["Neue Kontakte"].sequence, 0, 1)
    other = lead(board["Nicht erreicht"], email="Max@kunde.example")
    move(anna, other, board["Neue Kontakte"])
    inbox.receive(case("reply-objection", sent), now=NOW)
    assert (series(dan), series(other)) == (("ended", "reply"), ("active", ""))
    assert not Action.objects.filter(contact=other, kind="mail_in").exists()
    waits = [("Mail 1", "planned"), ("Mail 2", "planned")]
    for days in range(10):
        assert worker.sweep(now=NOW + timedelta(days=days)) == {}
    assert states(other) == waits
    assert post.outbox == []
    decided = NOW + timedelta(days=10)
    doubts.decide(user=anna, contact_id=dan.pk, objects=objects, now=decided)
    worker.sweep(now=decided + timedelta(days=1))
    assert series(dan)[0] == "ended"
    assert series(other) == (("ended", "objection") if objects else ("active", ""))
    assert [mail.to for mail in post.outbox] == ([] if objects else [["max@kunde.example"]])


def test_our_own_footer_quoted_without_marks_is_no_objection(dan, sent):
    Message.objects.filter(pk=sent.pk).update(text="Guten Tag\nKeine Mails mehr? Hier abbestellen.\n")
    answer = reply(sent).replace(b"Rufen Sie mich an.", b"Ja, gern.\n\nKeine Mails mehr? Hier abbestellen.")
    inbox.receive(answer, now=NOW)
    assert Suppression.objects.count() == 0
