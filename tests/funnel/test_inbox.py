"""Received mails: replies, automatic replies, bounces and complaints."""

import threading
from datetime import timedelta

import pytest

from contacts.models import Action
from funnel.incoming.classify import ReceivedKind
from funnel.models import Enrolment, Message, Suppression
from funnel.replies import inbox
from tests.funnel.mailboxes import mailbox
from tests.funnel.mailing import MONDAY, mailed

NOW = MONDAY + timedelta(hours=2)


@pytest.fixture
def dan(anna, board):
    """A contact that was sent the first of three mails."""
    return mailed(anna, board)


@pytest.fixture
def sent(dan):
    return Message.objects.get(contact=dan, state="sent")


def reply(sent, *headers: str) -> bytes:
    lines = [
        "From: Dan <dan@post.example>",
        "To: anna@krueger.example",
        "Date: Mon, 23 Nov 2026 10:30:00 +0000",
        f"In-Reply-To: {sent.message_id}",
        f"References: <older@elsewhere.example> {sent.message_id}",
    ]
    if not any(header.startswith("Subject") for header in headers):
        lines.append("Subject: =?utf-8?q?AW=3A_Gr=C3=BC=C3=9Fe?=")
    return "\r\n".join([*lines, *headers, "", "Rufen Sie mich an."]).encode()


def bounce(sent, status: str) -> bytes:
    return f"""From: MAILER-DAEMON@relay.example
Date: Mon, 23 Nov 2026 10:30:00 +0000
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; dan@post.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--b
Content-Type: text/rfc822-headers

Subject: Mail 1
Message-ID: {sent.message_id}

--b--
""".replace("\n", "\r\n").encode()


def complaint(sent) -> bytes:
    return f"""From: fbl@provider.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Spam.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {sent.message_id}
Subject: Mail 1

Text

--b--
""".replace("\n", "\r\n").encode()


def series(contact):
    row = Enrolment.objects.get(contact=contact)
    return row.state, row.reason


def test_a_reply_ends_the_series_and_is_an_action(dan, sent):
    assert inbox.receive(reply(sent), now=NOW) is ReceivedKind.REPLY
    assert series(dan) == ("ended", "reply")
    assert not Message.objects.filter(contact=dan, state="planned").exists()
    (action,) = Action.objects.filter(contact=dan, kind="mail_in")
    assert action.text == "AW: Grüße"
    assert action.performed_at < NOW


def test_a_reply_is_matched_by_reference_if_a_provider_made_the_message_id(dan, sent):
    provider = "<e921d18a.AWUAAKFW@mailjet.example>"
    answer = f"In-Reply-To: {provider}\r\nReferences: {sent.message_id} {provider}\r\n\r\nJa, gern."
    assert inbox.receive(answer.encode(), now=NOW) is ReceivedKind.REPLY
    assert series(dan) == ("ended", "reply")


def test_the_same_mail_read_twice_has_one_effect(dan, sent):
    for _ in range(2):
        inbox.receive(reply(sent), now=NOW)
    assert Action.objects.filter(contact=dan, kind="mail_in").count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Auto-Submitted: auto-generated; type=vacation",),
        ("Precedence: auto_reply",),
        ("X-Autoreply: yes",),
        ("Subject: Automatische Antwort: Ihr Haus",),
        ("Subject: Out of Office: back on Monday",),
    ],
)
def test_an_automatic_reply_ends_no_series(dan, sent, headers):
    assert inbox.receive(reply(sent, *headers), now=NOW) is ReceivedKind.AUTOMATIC
    assert series(dan) == ("active", "")
    assert not Action.objects.filter(contact=dan, kind="mail_in").exists()


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1"])
def test_a_hard_bounce_suppresses_the_address(krueger, dan, sent, status):
    assert inbox.receive(bounce(sent, status), now=NOW) is ReceivedKind.HARD_BOUNCE
    assert series(dan) == ("ended", "bounce")
    assert Suppression.objects.of(krueger).get().reason == "bounce"
    (action,) = Action.objects.filter(contact=dan, kind="bounce")
    assert action.text == f"smtp; 550 {status} no such user"


@pytest.mark.parametrize("status", ["4.2.2", "5.2.2", "5.2.122", "5.4.4"])
def test_a_full_mailbox_or_a_limit_ends_no_series(dan, sent, status):
    assert inbox.receive(bounce(sent, status), now=NOW) is ReceivedKind.SOFT_BOUNCE
    assert series(dan) == ("active", "")
    assert Suppression.objects.count() == 0


def test_a_complaint_suppresses_the_address(krueger, dan, sent):
    assert inbox.receive(complaint(sent), now=NOW) is ReceivedKind.COMPLAINT
    assert series(dan) == ("ended", "complaint")
    assert Suppression.objects.of(krueger).get().reason == "complaint"


def test_mails_without_reference_to_ours_change_nothing(dan, sent, unwritten):
    strange = reply(sent).replace(sent.message_id.encode(), b"<strange@elsewhere.example>")
    with unwritten():
        assert inbox.receive(strange, now=NOW) is ReceivedKind.OTHER
        assert inbox.receive(b"", now=NOW) is ReceivedKind.OTHER
        assert inbox.receive(b"\xff\x00 no mail at all", now=NOW) is ReceivedKind.OTHER


def test_each_mail_in_the_mailbox_is_read_once(dan, sent, settings):
    with mailbox([reply(sent), bounce(sent, "4.2.2")]) as server:
        settings.IMAP_URL = server.url
        assert inbox.poll(now=NOW) == 2
        assert inbox.poll(now=NOW) == 0
    assert series(dan) == ("ended", "reply")
    assert threading.active_count() < 20


def test_without_a_mailbox_nothing_is_read(settings):
    settings.IMAP_URL = ""
    assert inbox.poll(now=NOW) == 0
