"""The webhook: events as the providers document them, and unauthorized callers."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.core import checks
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from contacts.models import Action, Consent
from funnel import apps, contact_messages
from funnel.models import Enrolment, Message, Suppression
from funnel.replies import inbox, withdrawal
from funnel.sending import worker
from tests.funnel.mailing import MONDAY, lead, mailed, move, ready, states, steps, went
from tests.funnel.providers import PROOF, configure, provider
from tests.funnel.test_inbox import NOW as READ
from tests.funnel.test_inbox import bounce as bounce_mail

WHERE = "/webhooks/mail/"
HELD = MONDAY + timedelta(minutes=10)  # when the first mail after a move may leave
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECONDS = int(AT.timestamp())
GONE = "smtp;550 5.1.1 The email account that you tried to reach does not exist."


@pytest.fixture
def dan(anna, board):
    """A contact that was sent the first of three mails."""
    return mailed(anna, board)


@pytest.fixture
def sent(dan):
    return Message.objects.get(contact=dan, state="sent")


def postmark(message_id: str, **values: object) -> dict:
    event = {
        "RecordType": "Bounce",
        "ID": 901542550,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed",
        "Metadata": {"message_id": message_id},
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": GONE,
        "Email": "dan@post.example",
        "From": "buero@krueger.example",
        "BouncedAt": "2026-11-23T04:30:00.3963933-05:00",
        "Inactive": True,
        "Subject": "Mail 1",
    }
    return event | values


def subscription(message_id: str, **values: object) -> dict:
    event = {
        "RecordType": "SubscriptionChange",
        "MessageID": "a4909a96-73d7-4c49-b148-a54522d3f7ac",
        "MessageStream": "broadcast",
        "ChangedAt": "2026-11-23T09:30:00Z",
        "Recipient": "dan@post.example",
        "Origin": "Recipient",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
        "Metadata": {"message_id": message_id},
    }
    return event | values


def mailjet(message_id: str, **values: object) -> dict:
    event = {
        "event": "bounce",
        "time": SECONDS,
        "MessageID": 13792286917004336,
        "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
        "email": "dan@post.example",
        "mj_campaign_id": 0,
        "mj_contact_id": 0,
        "customcampaign": "",
        "CustomID": "",
        "Payload": json.dumps({"message_id": message_id}),
        "blocked": False,
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "comment": GONE,
    }
    return event | values


def mailgun(message_id: str, key: str = "signing", **values: object) -> dict:
    event = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "recipient": "dan@post.example",
        "timestamp": SECONDS + 0.389832,
        "log-level": "error",
        "user-variables": {"message_id": message_id},
        "message": {"headers": {"to": "dan@post.example", "message-id": message_id.strip("<>")}},
        "delivery-status": {"code": 550, "description": "", "message": GONE},
    }
    token, stamp = "1234567890abcdef1234567890abcdef", str(SECONDS)
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature},
        "event-data": event | values,
    }


EVENTS = {"mailgun": mailgun, "mailjet": mailjet, "postmark": postmark}
HARD = {"mailgun": {}, "mailjet": {}, "postmark": {}}
COMPLAINT = {
    "mailgun": {"event": "complained"},
    "mailjet": {"event": "spam", "source": "JMRPP"},
    "postmark": {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512},
}


def call(content: object, headers: dict[str, str] = PROOF):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    client = Client(enforce_csrf_checks=True)
    return client.post(WHERE, body, content_type="application/json", headers=headers)


def series(contact):
    row = Enrolment.objects.get(contact=contact)
    return row.state, row.reason


def suppressed(account):
    return [row.reason for row in Suppression.objects.of(account)]


def noted(contact, kind):
    return [(action.text, action.performed_at) for action in Action.objects.filter(contact=contact, kind=kind)]


@pytest.mark.parametrize("name", EVENTS)
class TestOfEachProvider:
    def test_a_hard_bounce_suppresses_the_address(self, settings, name, krueger, dan, sent):
        configure(settings, name)
        assert call(EVENTS[name](sent.message_id)).status_code == 200
        assert series(dan) == ("ended", "bounce")
        assert suppressed(krueger) == ["bounce"]
        assert states(dan) == [("Mail 1", "sent"), ("Mail 2", "cancelled"), ("Mail 3", "cancelled")]
        ((text, at),) = noted(dan, "bounce")
        assert (text, at.replace(microsecond=0)) == (GONE, AT)

    def test_a_complaint_suppresses_the_address(self, settings, name, krueger, dan, sent):
        configure(settings, name)
        assert call(EVENTS[name](sent.message_id, **COMPLAINT[name])).status_code == 200
        assert series(dan) == ("ended", "complaint")
        assert suppressed(krueger) == ["complaint"]
        assert len(noted(dan, "opt_out")) == 1

    def test_a_repeated_event_has_no_further_effect(self, settings, name, dan, sent):
        configure(settings, name)
        bounce = EVENTS[name](sent.message_id)
        call(bounce)
        later = EVENTS[name](sent.message_id, BouncedAt="2026-11-23T10:00:00Z", time=SECONDS + 9, timestamp=SECONDS)
        assert [call(bounce).status_code, call(later).status_code] == [200, 200]
        assert len(noted(dan, "bounce")) == 1

    def test_a_repeated_event_does_not_restore_a_lifted_suppression(self, settings, name, anna, krueger, dan, sent):
        configure(settings, name)
        bounce = EVENTS[name](sent.message_id)
        call(bounce)
        withdrawal.lift(user=anna, contact_id=dan.pk, wording="Doch, bitte.", method="spoken", now=timezone.now())
        assert call(bounce).status_code == 200
        assert suppressed(krueger) == []

    def test_an_event_of_an_unknown_message_changes_nothing(self, settings, name, dan, sent, unwritten):
        configure(settings, name)
        with unwritten():
            assert call(EVENTS[name]("<strange@elsewhere.example>")).status_code == 200

    def test_callers_without_the_secret_are_refused(self, settings, name, dan, sent, unwritten):
        configure(settings, name)
        wrong = {"Authorization": f"Basic {b64encode(b'hook:wrong').decode()}"}
        with unwritten():
            for headers in ({}, wrong, {"Authorization": "Basic"}, {"Authorization": "Basic ä"}):
                answer = call(EVENTS[name](sent.message_id), headers)
                assert (answer.status_code, answer.content) == (401, b"")
                assert answer.headers["WWW-Authenticate"] == 'Basic realm="webhook"'

    def test_malformed_events_are_refused(self, settings, name, dan, unwritten):
        configure(settings, name)
        bodies = [b"", b"{", b"\xff\xfe", b"null", b"5", b'"x"', b"[1]", b"[[]]", b"[" * 100_000, b"{}" * 2]
        with unwritten():
            found = [call(body).status_code for body in bodies]
        assert [status for status in found if status not in (400, 401)] == []  # 401: unsigned at Mailgun

    def test_too_large_events_are_not_read(self, settings, name, dan, unwritten):
        configure(settings, name)
        with unwritten():
            assert call(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)).status_code == 413

    def test_odd_values_do_no_harm(self, settings, name, dan, sent):
        configure(settings, name)
        odd = "a\x00\ud800\r\nb" + "x" * 5000
        values = {
            "mailgun": {"delivery-status": {"message": odd}, "timestamp": 9e9},
            "mailjet": {"comment": odd, "time": 9_000_000_000},
            "postmark": {"Details": odd, "BouncedAt": "2255-03-01T00:00:00"},
        }
        assert call(EVENTS[name](odd, **values[name])).status_code == 200
        assert call(EVENTS[name](sent.message_id, **values[name])).status_code == 200
        ((text, at),) = noted(dan, "bounce")
        assert text == ("a? b" + "x" * 5000)[:300]
        assert at.year < 2255

    def test_odd_times_do_no_harm(self, settings, name, dan, sent):
        configure(settings, name)
        for odd in ("x", None, -(10**30), 10**30, [], {}, "2026-13-45T00:00:00Z"):
            call_again = call(EVENTS[name](sent.message_id, BouncedAt=odd, time=odd, timestamp=odd))
            assert call_again.status_code in (200, 400)

    def test_without_a_secret_all_callers_are_refused(self, settings, name, dan, sent, unwritten):
        configure(settings, name, secret="")
        with unwritten():
            assert call(EVENTS[name](sent.message_id)).status_code == 404
        assert checks.run_checks(include_deployment_checks=True).count(apps.NO_WEBHOOK) == 1

    def test_with_a_secret_the_check_passes(self, settings, name):
        configure(settings, name)
        assert apps.check_webhook() == []


def test_without_a_provider_the_webhook_is_a_404(dan, sent, unwritten):
    with unwritten():
        assert call(postmark(sent.message_id)).status_code == 404
    assert apps.check_webhook() == []


def test_only_post_is_allowed(settings, db):
    configure(settings, "postmark")
    assert [Client().get(WHERE).status_code, Client().head(WHERE).status_code] == [405, 405]


def test_mailgun_signs_its_events(settings, dan, sent, unwritten):
    configure(settings, "mailgun")
    with unwritten():
        assert call(mailgun(sent.message_id, key="another")).status_code == 401
        assert call({"event-data": mailgun(sent.message_id)["event-data"]}).status_code == 401


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("mailgun", {"severity": "temporary", "reason": "generic"}),
        ("mailgun", {"reason": "suppress-complaint"}),
        ("mailgun", {"reason": "espblock"}),
        ("mailgun", {"event": "delivered"}),
        ("mailgun", {"event": "opened"}),
        ("mailjet", {"hard_bounce": False}),
        ("mailjet", {"error": "quota exceeded"}),
        ("mailjet", {"error_related_to": "spam", "error": "content blocked"}),
        ("mailjet", {"hard_bounce": False, "error": "greylisted", "error_related_to": "domain"}),
        ("mailjet", {"event": "blocked", "hard_bounce": None, "error": "preblocked"}),
        ("mailjet", {"event": "sent"}),
        ("postmark", {"Type": "SoftBounce", "TypeCode": 4096}),
        ("postmark", {"Type": "Transient", "TypeCode": 2}),
        ("postmark", {"Type": "SpamNotification", "TypeCode": 512}),
        ("postmark", {"Type": "AutoResponder", "TypeCode": 64}),
        ("postmark", {"RecordType": "Delivery", "Type": None}),
        ("postmark", {"RecordType": "Open", "Type": None}),
    ],
)
def test_events_that_do_not_name_a_dead_address_change_nothing(settings, name, values, dan, sent, unwritten):
    configure(settings, name)
    with unwritten():
        assert call(EVENTS[name](sent.message_id, **values)).status_code == 200


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("mailgun", lambda one: mailgun(one, event="unsubscribed")),
        ("mailjet", lambda one: mailjet(one, event="unsub", mj_list_id=0)),
        ("postmark", subscription),
    ],
)
def test_unsubscribing_at_the_provider_is_a_withdrawal(settings, name, event, krueger, dan, sent):
    configure(settings, name)
    for _ in range(2):
        assert call(event(sent.message_id)).status_code == 200
    assert series(dan) == ("ended", "unsubscribed")
    assert suppressed(krueger) == ["unsubscribed"]
    newest = Consent.objects.filter(contact=dan).latest("pk")
    place = "Abmeldung beim Versanddienst, E-Mail an d•••@p•••.example"
    assert (newest.granted, newest.place) == (False, place)
    assert [text for text, _at in noted(dan, "opt_out")] == [place]


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ({"SuppressionReason": "HardBounce"}, ["bounce"]),
        ({"SuppressionReason": "SpamComplaint"}, ["complaint"]),
        ({"SuppressSending": False, "SuppressionReason": None}, []),
        ({"Origin": "Customer"}, []),
        ({"Origin": "Admin"}, []),
    ],
)
def test_reasons_for_suppression_at_postmark(settings, values, reasons, krueger, dan, sent):
    configure(settings, "postmark")
    assert call(subscription(sent.message_id, **values)).status_code == 200
    assert suppressed(krueger) == reasons


def test_mailjet_sends_several_events_at_once(settings, krueger, board, anna, dan, sent):
    configure(settings, "mailjet")
    eve = lead(board["Nicht erreicht"], email="eve@post.example")
    move(anna, eve, board["Erfolgreich kontaktiert"])
    went(eve, "Mail 1")
    of_eve = Message.objects.get(contact=eve, state="sent")
    told = [
        mailjet(sent.message_id, event="sent"),
        mailjet(sent.message_id, event="spam"),
        mailjet("<strange@elsewhere.example>"),
        mailjet(of_eve.message_id),
    ]
    assert call(told).status_code == 200
    assert (series(dan), series(eve)) == (("ended", "complaint"), ("ended", "bounce"))


def test_the_same_bounce_by_mailbox_and_provider_has_one_effect(settings, dan, sent):
    configure(settings, "postmark")
    inbox.receive(bounce_mail(sent, "5.1.1"), now=READ)
    call(postmark(sent.message_id))
    assert len(noted(dan, "bounce")) == 1


def test_only_the_sending_office_is_changed(settings, krueger, hansen, paul, dan, sent):
    """The other office has the same address, and nothing happens there."""
    configure(settings, "postmark")
    ready(hansen)
    foreign = hansen.columns.get(key="contacted")
    steps(foreign.sequence, 0, 1)
    same = lead(hansen.columns.get(key="new"), email="dan@post.example")
    move(paul, same, foreign)
    call(postmark(sent.message_id))
    assert (series(dan), series(same)) == (("ended", "bounce"), ("active", ""))
    assert {account.name: suppressed(account) for account in Account.objects.all()} == {
        krueger.name: ["bounce"],
        hansen.name: [],
    }


def test_a_bounce_leaves_an_unclear_mail_unclear(settings, krueger, dan, sent):
    """The bounce proves that it was sent, but the row stays for a user to look at."""
    configure(settings, "postmark")
    Message.objects.filter(pk=sent.pk).update(state="unclear")
    Action.objects.filter(contact=dan, kind="funnel_mail").delete()
    dan.refresh_from_db()
    dan.action_counts = {}
    dan.save(update_fields=["action_counts"])
    call(postmark(sent.message_id))
    sent.refresh_from_db()
    assert (sent.state, series(dan), suppressed(krueger)) == ("unclear", ("ended", "bounce"), ["bounce"])


@pytest.mark.parametrize("name", EVENTS)
def test_from_the_move_to_the_bounce(settings, name, anna, board, krueger):
    """A mail accepted by the provider that bounces: series, address, action and ledger show it."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1, 1)
    dan = lead(board["Nicht erreicht"], email="dan@post.example")
    move(anna, dan, board["Erfolgreich kontaktiert"])
    with provider(settings, name) as server:
        assert worker.sweep(now=HELD) == {"sent": 1}
        (asked,) = server.asked
    message = Message.objects.get(contact=dan, state="sent")
    assert message.answer in ("<one@krueger.example>", "456", "0a129aee-e1cd-480d-b08d-4f48548ff48d")
    noted_there = {
        "mailgun": lambda: asked.form["v:message_id"],
        "mailjet": lambda: json.loads(asked.json["Globals"]["EventPayload"])["message_id"],
        "postmark": lambda: asked.json["Metadata"]["message_id"],
    }[name]()
    assert noted_there == message.message_id
    assert call(EVENTS[name](noted_there)).status_code == 200
    assert series(dan) == ("ended", "bounce")
    assert suppressed(krueger) == ["bounce"]
    assert worker.sweep(now=HELD + timedelta(days=3)) == {}
    dan.refresh_from_db()
    assert dan.action_counts == {"funnel_mail": 1, "bounce": 1}
    (run,) = contact_messages.load(dan).runs
    assert run.state == "beendet: unzustellbar"
    assert [(line.subject, line.why) for line in run.lines] == [
        ("Mail 1", ""),
        ("Mail 2", "abgesagt: unzustellbar"),
        ("Mail 3", "abgesagt: unzustellbar"),
    ]
