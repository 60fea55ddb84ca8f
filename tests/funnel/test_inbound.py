"""Our own addresses with a token, by which bounces, replies and unsubscribing find their message."""

from datetime import timedelta
from email import message_from_bytes

import pytest
from django.conf import settings as configured

from contacts.models import Contact
from funnel.incoming.classify import ReceivedKind
from funnel.letters import inbound, rendering
from funnel.letters.inbound import Purpose, Token
from funnel.models import Arrival, Message, Suppression
from funnel.replies import inbox
from funnel.sending import worker
from tests.funnel.mailboxes import mailbox
from tests.funnel.mailing import MONDAY, lead, move, ready, steps
from tests.funnel.sink import mail_server
from tests.funnel.test_inbox import series

NOW = MONDAY + timedelta(hours=2)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def open_mailbox(settings):
    settings.MAIL_IN = "post@kontakte.example"
    settings.IMAP_URL = "imaps://post:x@kontakte.example/INBOX"
    settings.DEFAULT_FROM_EMAIL = "Kontakte <noreply@kontakte.example>"
    return settings


@pytest.fixture
def server(open_mailbox):
    """The installation's own mail server."""
    with mail_server() as sink:
        open_mailbox.EMAIL_BACKEND, open_mailbox.EMAIL_HOST = SMTP, "127.0.0.1"
        open_mailbox.EMAIL_PORT, open_mailbox.EMAIL_URL = sink.port, sink.url
        open_mailbox.EMAIL_USE_TLS = open_mailbox.EMAIL_USE_SSL = False
        yield sink


@pytest.fixture
def dan(anna, board, krueger, sofia):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1, 1)
    contact = lead(board["Nicht erreicht"], email="dan@post.example")
    Contact.objects.filter(pk=contact.pk).update(assignee=sofia)
    move(anna, contact, board["Erfolgreich kontaktiert"])
    return contact


@pytest.fixture
def sent(dan, server):
    worker.sweep(now=MONDAY + timedelta(minutes=11))
    return Message.objects.get(contact=dan, state="sent")


def answer(sent, *headers: str, body: bytes = b"Gern, rufen Sie mich an.\n", purpose=Purpose.REPLY) -> bytes:
    to = inbound.address(purpose, sent.pk)
    lines = ["From: Dan <dan@post.example>", f"To: {to.upper()}", "Subject: Ihr Angebot", *headers]
    return "\n".join([*lines, "", ""]).encode() + body


def read(settings, *mails: bytes) -> None:
    with mailbox(list(mails)) as box:
        settings.IMAP_URL = box.url
        assert inbox.poll(now=NOW) == len(mails)


def test_a_token_is_case_insensitive_and_cannot_be_forged(open_mailbox):
    address = inbound.address(Purpose.REPLY, 4711)
    assert address.startswith("post+r3mv-")
    assert inbound.parse(["other@x.example", address.upper()]) == Token(Purpose.REPLY, 4711)
    assert inbound.parse([address.replace("+r3mv", "+r3mw")]) is None
    assert inbound.parse([address.replace("+r", "+b")]) is None
    assert inbound.parse([address.replace("@kontakte", "@elsewhere")]) is None
    assert len(inbound.address(Purpose.REPLY, 2**63 - 1).split("@")[0]) <= 64


def test_without_a_mailbox_no_address_is_used(dan, settings):
    assert configured.MAIL_IN == ""
    message = Message.objects.filter(contact=dan).select_related("contact__assignee", "account__sender").first()
    mail = rendering.render_message(message).letter
    assert mail.reply_to == ['"Sofia Vogt" <sofia@krueger.example>']
    assert "mailto:" not in mail.extra_headers["List-Unsubscribe"]
    assert mail.verp == ""


def test_each_mail_has_its_own_envelope_sender_and_replies_come_to_us(sent, server):
    assert server.senders == [inbound.address(Purpose.BOUNCE, sent.pk)]
    (mail,) = server.sent_to("dan@post.example")
    assert mail["Reply-To"] == f"Sofia Vogt <{inbound.address(Purpose.REPLY, sent.pk)}>"
    https, by_mail = mail["List-Unsubscribe"].strip().split(", ")
    assert https.startswith("<http")
    assert by_mail == f"<mailto:{inbound.address(Purpose.UNSUBSCRIBE, sent.pk)}?subject=Abmelden>"


def test_a_server_that_refuses_other_senders_gets_its_own(dan, server):
    server.takes_only = "noreply@kontakte.example"
    assert worker.sweep(now=MONDAY + timedelta(minutes=11))["sent"] == 1
    assert server.senders == ["noreply@kontakte.example"]


def test_a_bounce_is_recognised_by_its_address(krueger, dan, sent):
    to = inbound.address(Purpose.BOUNCE, sent.pk)
    raw = f"From: mailer-daemon@mx.example\nTo: {to}\nSubject: failure notice\n\n550 no such user"
    assert inbox.receive(raw.encode(), now=NOW) is ReceivedKind.HARD_BOUNCE
    assert series(dan) == ("ended", "bounce")
    assert Suppression.objects.of(krueger).get().reason == "bounce"


def test_a_reply_without_any_reference_ends_the_series(dan, sent):
    assert inbox.receive(answer(sent), now=NOW) is ReceivedKind.REPLY
    assert series(dan) == ("ended", "reply")


def test_a_reply_is_forwarded_to_the_assignee_byte_for_byte(sent, server, settings):
    raw = answer(sent, "DKIM-Signature: v=1; b=abc", body="Größe:\n.\n  Ende\n".encode())
    read(settings, raw)
    (mail,) = server.sent_to("sofia@krueger.example")
    assert mail["From"] == "Dan <dan@post.example>"
    assert server.contents[-1].endswith(raw.replace(b"\n", b"\r\n"))
    assert server.senders[-1] == "noreply@kontakte.example"
    assert Arrival.objects.get().passed_at == NOW


def test_forwarding_waits_for_an_unreachable_mail_server(sent, server, settings):
    with mailbox([answer(sent)]) as box:
        settings.IMAP_URL = box.url
        server.answers["RCPT"] = "451 later"
        inbox.poll(now=NOW)
        assert server.sent_to("sofia@krueger.example") == []
        del server.answers["RCPT"]
        inbox.poll(now=NOW)
        inbox.poll(now=NOW)
    assert len(server.sent_to("sofia@krueger.example")) == 1


def test_a_reply_that_must_not_be_forwarded_unchanged_is_attached(sent, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    raw = answer(sent)
    read(settings, raw)
    (mail,) = mailoutbox
    assert (mail.to, mail.reply_to) == (["sofia@krueger.example"], ["dan@post.example"])
    ((name, content, _kind),) = mail.attachments
    assert (name, content) == ("antwort.eml", raw)


def test_a_reply_without_assignee_is_forwarded_to_the_office(dan, sent, server, settings):
    Contact.objects.filter(pk=dan.pk).update(assignee=None)
    read(settings, answer(sent))
    assert len(server.sent_to("info@krueger.example")) == 1


def test_automatic_mails_and_forwarded_ones_are_not_forwarded(dan, sent, server, settings):
    read(settings, answer(sent, "Auto-Submitted: auto-replied"), answer(sent, "X-Kontakte-Passed-On: 1"))
    assert server.sent_to("sofia@krueger.example") == []
    assert series(dan) == ("active", "")


def test_a_reply_that_objects_is_forwarded_too(krueger, sent, server, settings):
    read(settings, answer(sent, body=b"Bitte keine weiteren E-Mails.\n"))
    assert len(server.sent_to("sofia@krueger.example")) == 1
    assert Suppression.objects.of(krueger).get().reason == "doubt"


def test_a_mail_program_may_unsubscribe_by_mail(krueger, dan, sent):
    raw = answer(sent, "Auto-Submitted: auto-generated", body=b"", purpose=Purpose.UNSUBSCRIBE)
    assert inbox.receive(raw, now=NOW) is ReceivedKind.UNSUBSCRIBED
    assert Suppression.objects.of(krueger).get().reason == "unsubscribed"
    assert series(dan) == ("ended", "unsubscribed")


def test_headers_of_a_reply_are_kept_in_order(sent, server, settings):
    read(settings, answer(sent, "Received: from a", "Received: from b"))
    passed = message_from_bytes(server.contents[-1])
    assert passed.get_all("Received") == ["from a", "from b"]
