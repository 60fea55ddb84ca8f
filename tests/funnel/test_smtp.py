"""Handing a mail to mail servers that reply in every way SMTP knows."""

import select
import socket
import threading

import pytest
from django.core.mail import EmailMultiAlternatives

from funnel.letters.mime import to_bytes
from funnel.models import HoldKind
from funnel.transport.outcome import Result
from funnel.transport.smtp import Relay
from tests.funnel.sink import mail_server


def mail(text: str = "Schöne Grüße") -> EmailMultiAlternatives:
    message = EmailMultiAlternatives("Über uns", text, "Büro <buero@krueger.example>", ["dan@post.example"])
    message.attach_alternative("<p>Schöne Grüße</p>", "text/html")
    return message


def send(url: str, **kwargs: str):
    relay = Relay(url)
    try:
        return relay.send(mail(**kwargs), "dan@post.example")
    finally:
        relay.close()


def test_accepted():
    with mail_server() as server:
        assert send(server.url).result is Result.SENT
        (taken,) = server.sent_to("dan@post.example")
        assert taken["subject"] == "Über uns"
        assert taken.get_body(("plain",)).get_content().strip() == "Schöne Grüße"


def test_a_line_of_one_dot_arrives_unchanged():
    with mail_server() as server:
        send(server.url, text="oben\n.\nunten")
        (taken,) = server.sent_to("dan@post.example")
        assert taken.get_body(("plain",)).get_content().split() == ["oben", ".", "unten"]


def test_many_mails_share_a_connection():
    with mail_server() as server:
        relay = Relay(server.url)
        results = [relay.send(mail(), "dan@post.example").result for _ in range(3)]
        connection = relay.smtp
        relay.close()
        assert results == [Result.SENT] * 3
        assert connection is not None
        assert len(server.mails) == 3


@pytest.mark.parametrize("phase", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("550 5.1.1 no such user", Result.GONE),
        ("554 5.6.0 cannot read this", Result.REFUSED),
        ("552 5.2.2 mailbox full", Result.LATER),
        ("554 5.7.1 this looks like spam", Result.LATER),
        ("554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", Result.LATER),
        ("451 4.7.1 later, please", Result.LATER),
        ("421 4.3.2 shutting down", Result.LATER),
    ],
)
def test_refused(phase, answer, result):
    with mail_server(answers={phase: answer}) as server:
        outcome = send(server.url)
        assert (outcome.result, outcome.answer) == (result, answer)
        assert server.mails == []


@pytest.mark.parametrize("answer", ["550 not from here", "451 not now"])
def test_a_refused_sender_is_no_fault_of_the_mail(answer):
    with mail_server(answers={"MAIL": answer}) as server:
        outcome = send(server.url)
        assert (outcome.result, outcome.answer) == (Result.HELD, answer)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (
            "554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org",
            HoldKind.BLOCKED,
        ),
        ("550 5.7.26 this mail is unauthenticated, DMARC policy", HoldKind.POLICY),
        ("550 5.7.1 sender address rejected", HoldKind.SENDER),
        ("550 5.4.5 you have exceeded your daily sending limit", HoldKind.LIMIT),
        ("454 4.7.1 relay access denied", ""),
        ("550 5.7.1 relay access denied", HoldKind.POLICY),
        ("550 5.1.1 no such user", ""),
        ("450 4.2.0 greylisted", ""),
        ("452 4.3.1 out of disk", HoldKind.BUSY),
        ("421 4.3.2 shutting down", HoldKind.CONNECTION),
    ],
)
def test_refusals_are_attributed_to_mail_sender_or_server(answer, fault):
    with mail_server(answers={"RCPT": answer}) as server:
        assert send(server.url).fault == fault


def test_a_refused_login_is_no_fault_of_the_mail():
    with mail_server() as server:  # offers no login
        assert send(server.url.replace("smtp://", "smtp://me:secret@")).result is Result.HELD


def test_the_next_mail_is_sent_after_a_refused_one():
    with mail_server(answers={"RCPT": "554 5.6.0 no"}) as server:
        relay = Relay(server.url)
        assert relay.send(mail(), "dan@post.example").result is Result.REFUSED
        server.answers.clear()
        assert relay.send(mail(), "dan@post.example").result is Result.SENT
        relay.close()


def test_a_second_response_is_not_attributed_to_the_next_mail():
    with mail_server(answers={"DATA": "250 OK\r\n250 OK"}) as server:
        relay = Relay(server.url)
        assert relay.send(mail(), "dan@post.example").result is Result.SENT
        assert relay.send(mail(), "eva@post.example").result is Result.LATER
        assert relay.send(mail(), "eva@post.example").result is Result.SENT
        relay.close()
        assert [address for address, _ in server.mails] == ["dan@post.example", "eva@post.example"]


def test_the_next_mail_uses_a_new_connection_if_the_server_closed_the_last():
    with mail_server(closes_after=1) as server:
        relay = Relay(server.url)
        for _ in range(3):
            assert relay.send(mail(), "dan@post.example").result is Result.SENT
            assert select.select([relay.smtp.sock], [], [], 2)[0]  # the server has closed
        relay.close()
        assert len(server.mails) == 3


def test_a_mail_is_unclear_if_the_connection_breaks_after_the_dot():
    with mail_server(drops_after_dot=True) as server:
        assert send(server.url).result is Result.UNCLEAR
        assert len(server.mails) == 1


def test_a_mail_is_unclear_if_the_server_stalls_after_the_dot(settings):
    settings.EMAIL_TIMEOUT = 0.3
    with mail_server(stall=2) as server:
        assert send(server.url).result is Result.UNCLEAR


def test_nothing_was_accepted_if_the_server_never_responds_to_data(settings):
    settings.EMAIL_TIMEOUT = 0.5
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=mute_after_data, args=(server,), daemon=True).start()
        assert send(f"smtp://127.0.0.1:{server.getsockname()[1]}").result is Result.LATER


def mute_after_data(server: socket.socket) -> None:
    line, _ = server.accept()
    with line, line.makefile("rwb", buffering=0) as stream:
        stream.write(b"220 mute\r\n")
        while command := stream.readline():
            if command.upper().startswith(b"DATA"):
                stream.readline()
                return
            stream.write(b"250 OK\r\n")


def test_connection_refused():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outcome = send(f"smtp://127.0.0.1:{port}")
    assert (outcome.result, outcome.fault) == (Result.HELD, HoldKind.CONNECTION)
    assert "refused" in outcome.answer.lower()


def test_without_a_server_mails_are_files(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert Relay().send(mail(), "dan@post.example").result is Result.SENT
    (file,) = tmp_path.iterdir()
    assert "dan@post.example" in file.read_text()


def test_a_domain_with_umlauts_is_sent_as_punycode():
    with mail_server() as server:
        relay = Relay(server.url)
        assert relay.send(mail(), "dan@müller.example").result is Result.SENT
        relay.close()
        assert [address for address, _ in server.mails] == ["dan@xn--mller-kva.example"]


@pytest.mark.parametrize("address", ["dän@post.example", "dan@" + "ö" * 70 + ".example", "dan@ö..example"])
def test_an_address_without_an_ascii_form_is_refused_and_blocks_nothing(address):
    with mail_server() as server:
        relay = Relay(server.url)
        refused = relay.send(mail(), address)
        assert refused.result is Result.REFUSED
        assert refused.answer == "Die E-Mail-Adresse enthält Zeichen, mit denen nichts zu ihr gelangt."
        assert relay.send(mail(), "eva@post.example").result is Result.SENT
        relay.close()


def test_umlauts_are_sent_in_seven_bits_and_arrive_unchanged():
    long = "Schöne Grüße aus Köln, " * 60
    with mail_server() as server:
        send(server.url, text=f"{long}\n.\nEnde  ")
        (taken,) = server.sent_to("dan@post.example")
        parts = [part for part in taken.walk() if not part.is_multipart()]
        assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
        assert taken.as_bytes().isascii()
        assert taken.get_body(("plain",)).get_content().replace("\r\n", "\n").strip("\n") == f"{long}\n.\nEnde  "


def test_no_header_starts_with_an_empty_line():
    odd = mail()
    odd.extra_headers["List-Unsubscribe"] = f"<https://krueger.example/u/{'x' * 200}/>"
    odd.subject = "Ä" * 150
    head = to_bytes(odd).split(b"\r\n\r\n", 1)[0]
    assert f"List-Unsubscribe: <https://krueger.example/u/{'x' * 200}/>".encode() in head
    assert not [line for line in head.split(b"\r\n") if line.rstrip().endswith(b":")]
    assert max(map(len, head.split(b"\r\n"))) < 998
