"""Handing a mail to HTTP servers that respond as the providers do."""

import smtplib
import socket

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives

from funnel.transport.outcome import Result
from funnel.transport.smtp import Relay
from tests.funnel.providers import YES, configure, provider

ALL = ("mailgun", "mailjet", "postmark")
HEADERS = {
    "Message-ID": "<one@krueger.example>",
    "Date": "Mon, 23 Nov 2026 10:10:00 +0100",
    "List-Unsubscribe": "<https://pipeline.example/u/x/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Auto-Submitted": "auto-generated",
    "Content-Language": "de",
}


def mail() -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        "Über uns",
        "Schöne Grüße",
        "Büro <buero@krueger.example>",
        ["dan@post.example"],
        reply_to=["Anna Krüger <anna@krueger.example>"],
        headers=HEADERS,
    )
    message.attach_alternative("<p>Schöne Grüße</p>", "text/html")
    return message


def send():
    relay = Relay()
    try:
        return relay.send(mail(), "dan@post.example")
    finally:
        relay.close()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("mailgun", "<one@krueger.example>"),
        ("mailjet", "456"),
        ("postmark", "0a129aee-e1cd-480d-b08d-4f48548ff48d"),
    ],
)
def test_accepted(settings, name, answer):
    with provider(settings, name) as server:
        outcome = send()
        assert (outcome.result, outcome.answer) == (Result.SENT, answer)
        assert len(server.asked) == 1


def test_request_to_postmark(settings):
    with provider(settings, "postmark") as server:
        send()
    (asked,) = server.asked
    assert (asked.path, asked.headers["X-Postmark-Server-Token"]) == ("/email", "token")
    kept = {name: value for name, value in HEADERS.items() if name != "Date"}
    content = asked.json
    headers = {header["Name"]: header["Value"] for header in content.pop("Headers")}
    assert headers == {**kept, "X-PM-KeepID": "true"}
    assert content == {
        "From": "Büro <buero@krueger.example>",
        "To": "dan@post.example",
        "ReplyTo": "Anna Krüger <anna@krueger.example>",
        "Subject": "Über uns",
        "TextBody": "Schöne Grüße",
        "HtmlBody": "<p>Schöne Grüße</p>",
        "Metadata": {"message_id": "<one@krueger.example>"},
        "TrackLinks": "None",
        "TrackOpens": False,
    }


def test_request_to_mailjet(settings):
    with provider(settings, "mailjet") as server:
        send()
    (asked,) = server.asked
    assert asked.json["Messages"] == [{"To": [{"Email": "dan@post.example"}]}]
    common = asked.json["Globals"]
    kept = {name: value for name, value in HEADERS.items() if name not in ("Date", "Message-ID")}
    assert common.pop("Headers") == {**kept, "References": "<one@krueger.example>"}
    assert common == {
        "From": {"Email": "buero@krueger.example", "Name": "Büro"},
        "ReplyTo": {"Email": "anna@krueger.example", "Name": "Anna Krüger"},
        "Subject": "Über uns",
        "TextPart": "Schöne Grüße",
        "HTMLPart": "<p>Schöne Grüße</p>",
        "EventPayload": '{"message_id": "<one@krueger.example>"}',
        "TrackOpens": "disabled",
        "TrackClicks": "disabled",
    }


def test_request_to_mailgun(settings):
    with provider(settings, "mailgun") as server:
        send()
    (asked,) = server.asked
    assert asked.path == "/krueger.example/messages"
    form = asked.form
    assert {name: form[f"h:{name.title()}"] for name in HEADERS if name != "Date"} == {
        name: value for name, value in HEADERS.items() if name != "Date"
    }
    assert "h:Date" not in form
    assert form["h:Reply-To"] == "Anna Krüger <anna@krueger.example>"
    assert (form["to"], form["subject"]) == ("dan@post.example", "Über uns")
    assert (form["text"], form["html"]) == ("Schöne Grüße", "<p>Schöne Grüße</p>")
    assert form["v:message_id"] == "<one@krueger.example>"
    assert (form["o:tracking-opens"], form["o:tracking-clicks"]) == ("no", "no")


def test_series_may_have_their_own_stream_at_postmark(settings):
    with provider(settings, "postmark") as server:
        configure(settings, "postmark", api=server.url, stream="broadcast")
        send()
        django_mail.send_mail("Passwort", "Text", None, ["anna@krueger.example"])
    assert [asked.json.get("MessageStream") for asked in server.asked] == ["broadcast", None]


def test_many_mails_share_a_connection(settings):
    with provider(settings, "postmark") as server:
        relay = Relay()
        results = [relay.send(mail(), "dan@post.example").result for _ in range(3)]
        relay.close()
        assert results == [Result.SENT] * 3
        assert (len(server.asked), server.lines) == (3, 1)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("status", "result"),
    [
        (302, Result.HELD),
        (400, Result.REFUSED),
        (401, Result.LATER),
        (402, Result.LATER),
        (403, Result.LATER),
        (404, Result.LATER),
        (408, Result.LATER),
        (413, Result.REFUSED),
        (429, Result.LATER),
        (500, Result.LATER),
        (503, Result.LATER),
        (502, Result.UNCLEAR),  # whoever stands before the server got no answer either
        (504, Result.UNCLEAR),
    ],
)
def test_other_statuses_do_not_mean_accepted(settings, name, status, result):
    """The body of the response makes no difference."""
    for body in ({"Message": "no"}, b"<html>no</html>", [1], 5, b""):
        with provider(settings, name, answer=(status, body)) as server:
            assert (body, send().result) == (body, result)
            assert len(server.asked) == 1


@pytest.mark.parametrize("name", ALL)
def test_an_unintelligible_acceptance_is_unclear(settings, name):
    for body in ({}, [1], 5, b"", b"<html>Hello</html>", b"null"):
        with provider(settings, name, answer=(200, body)):
            assert (body, send().result) == (body, Result.UNCLEAR)


def test_an_address_in_the_providers_spelling_counts_as_accepted(settings):
    answer = {"Messages": [{"Status": "success", "To": [{"Email": "DAN@post.example", "MessageID": 456}]}]}
    with provider(settings, "mailjet", answer=(200, answer)):
        outcome = send()
        assert (outcome.result, outcome.answer) == (Result.SENT, "456")


@pytest.mark.parametrize(
    ("code", "sentence", "result"),
    [
        (300, "Invalid 'To' address: 'dan@post.example'.", Result.REFUSED),
        (300, "Invalid metadata content.", Result.REFUSED),
        (406, "Found inactive addresses: dan@post.example. Inactive recipients are …", Result.REFUSED),
        (300, "Invalid 'From' address: 'buero@krueger.example'.", Result.LATER),
        (400, "The 'From' address is not a Sender Signature on your account.", Result.LATER),
        (405, "Not allowed to send: out of credits.", Result.LATER),
        (412, "Your account is pending approval.", Result.LATER),
    ],
)
def test_postmark_distinguishes_faults_of_mail_and_account_in_the_body(settings, code, sentence, result):
    with provider(settings, "postmark", answer=(422, {"ErrorCode": code, "Message": sentence})):
        outcome = send()
        assert outcome.result is result
        assert outcome.answer.startswith("422")


@pytest.mark.parametrize(
    ("status", "fault", "result"),
    [
        (400, {"ErrorCode": "mj-0013", "StatusCode": 400, "ErrorMessage": "invalid address"}, Result.REFUSED),
        (200, {"ErrorCode": "mj-0013", "StatusCode": 400, "ErrorMessage": "invalid address"}, Result.REFUSED),
        (400, {"ErrorCode": "send-0008", "StatusCode": 403, "ErrorMessage": "no such sender"}, Result.LATER),
    ],
)
def test_mailjet_distinguishes_faults_of_mail_and_account_in_the_body(settings, status, fault, result):
    with provider(settings, "mailjet", answer=(status, {"Messages": [{"Status": "error", "Errors": [fault]}]})):
        assert send().result is result


@pytest.mark.parametrize("name", ALL)
def test_a_mail_is_unclear_if_the_connection_breaks_after_the_request(settings, name):
    with provider(settings, name, drops=True) as server:
        assert send().result is Result.UNCLEAR
        assert len(server.asked) == 1


def test_a_mail_is_unclear_if_the_server_stalls(settings):
    settings.EMAIL_TIMEOUT = 0.3
    with provider(settings, "postmark", stall=1) as server:
        outcome = send()
        assert outcome.result is Result.UNCLEAR
        assert "timed out" in outcome.answer
        assert len(server.asked) == 1


def test_the_next_mail_is_sent_after_a_broken_connection(settings):
    with provider(settings, "postmark", drops=True) as server:
        relay = Relay()
        assert relay.send(mail(), "dan@post.example").result is Result.UNCLEAR
        server.drops = False
        assert relay.send(mail(), "dan@post.example").result is Result.SENT
        relay.close()


def test_connection_refused(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configure(settings, "postmark", api=f"http://127.0.0.1:{port}/")
    outcome = send()
    assert outcome.result is Result.HELD
    assert "refused" in outcome.answer.lower()


def test_an_unknown_host(settings):
    configure(settings, "postmark", api="http://nobody.invalid/")
    assert send().result is Result.HELD


def test_a_server_without_tls_handshake(settings):
    """A server that accepts connections but never responds: without TLS, nothing of the mail was sent."""
    settings.EMAIL_TIMEOUT = 0.3
    with socket.create_server(("127.0.0.1", 0)) as mute:
        configure(settings, "postmark", api=f"https://127.0.0.1:{mute.getsockname()[1]}/")
        assert send().result is Result.HELD


def test_an_office_uses_its_own_mail_server(settings):
    with provider(settings, "postmark") as server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        assert Relay(f"smtp://127.0.0.1:{port}").send(mail(), "dan@post.example").result is Result.HELD
        assert server.asked == []


@pytest.mark.parametrize("name", ALL)
def test_other_mails_are_sent_by_the_provider_too(settings, name):
    with provider(settings, name) as server:
        django_mail.send_mail("Passwort", "Hier ist der Link.", None, ["anna@krueger.example"])
        mail().send()
    assert len(server.asked) == 2
    assert "Date" not in server.asked[1].body.decode()


def test_a_stalling_provider_times_out(settings):
    with provider(settings, "postmark", stall=1), pytest.raises(OSError, match="timed out"):
        django_mail.get_connection(timeout=0.2).send_messages([mail()])


def test_a_refused_mail_raises_an_error_that_callers_handle(settings):
    with provider(settings, "postmark", answer=(401, {"ErrorCode": 10, "Message": "Bad token"})):
        with pytest.raises((OSError, smtplib.SMTPException), match="Bad token"):
            mail().send()
        assert mail().send(fail_silently=True) == 0


def test_every_provider_has_an_accepting_response():
    assert sorted(YES) == sorted(ALL)
