"""Notices of possible objections and of holds: sent once, to the right people, by a server that works."""

# ruff: noqa: F811  (fixtures of other modules)

from datetime import timedelta

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import members
from accounts.models import Role
from accounts.posting import NotTaken
from base import vault
from contacts.models import Contact
from funnel import tasks
from funnel.models import Hold, HoldKind, Sender
from funnel.replies import doubts, inbox
from funnel.transport import alerts, holds
from tests.accounts.test_posting import port  # noqa: F401  (a mail server that is away)
from tests.factories import UserFactory
from tests.funnel.mailing import MONDAY
from tests.funnel.sink import mail_server
from tests.funnel.test_inbox import reply
from tests.funnel.test_processing import NOW, case, dan, sent  # noqa: F401  (the scene)

LATER = NOW + timedelta(minutes=10)


def waiting(name: str) -> list[dict]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name, status="todo").order_by("pk")]


def doubts_told() -> list[str]:
    for job in waiting(alerts.DOUBT_TASK):
        tasks.tell_of_doubt(**job)
    return sorted(address for one in mail.outbox for address in one.to)


def holds_told(now=LATER) -> list[str]:
    alerts.notify_of_holds(now=now)
    for job in waiting(alerts.HOLD_TASK):
        tasks.tell_of_hold(**job)
    return sorted(address for one in mail.outbox for address in one.to)


def test_the_assignee_is_asked_once_to_decide(dan, sent, sofia):
    Contact.objects.filter(pk=dan.pk).update(assignee=sofia)
    inbox.receive(case("reply-objection", sent), now=NOW)
    inbox.receive(case("reply-objection", sent), now=NOW)
    again = reply(sent, "Message-ID: <another@kunde.example>").replace(b"Rufen Sie mich an.", b"Keine Mails mehr!")
    inbox.receive(again, now=NOW + timedelta(hours=1))
    assert doubts_told() == [sofia.email]
    (asked,) = mail.outbox
    assert asked.subject == f"Ist das ein Werbewiderspruch? Antwort von {dan}"
    assert f"http://testserver/contacts/{dan.pk}/#permission" in asked.body
    assert asked.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("gone", [False, True])
def test_without_an_assignee_the_leaders_are_asked(anna, mehmet, sofia, dan, sent, gone):
    if gone:
        Contact.objects.filter(pk=dan.pk).update(assignee=sofia)
        members.deactivate(actor=anna, member_id=sofia.pk)
    inbox.receive(case("reply-objection", sent), now=NOW)
    assert doubts_told() == [anna.email, mehmet.email]


def test_no_notice_is_sent_for_decided_doubts_and_plain_replies(anna, dan, sent):
    inbox.receive(reply(sent), now=NOW)
    assert waiting(alerts.DOUBT_TASK) == []
    inbox.receive(case("reply-objection", sent), now=NOW)
    doubts.decide(user=anna, contact_id=dan.pk, objects=False, now=NOW)
    assert doubts_told() == []


def test_the_operator_and_every_office_are_notified_of_a_fault_of_the_installation(
    anna,
    paul,
    dan,
    sent,
    settings,
):
    settings.OPERATOR_EMAIL = "betrieb@kontakte.example"
    inbox.receive(case("dsn-sender-refused-5-1-8", sent), now=NOW)
    assert holds_told(NOW) == sorted([anna.email, paul.email, "betrieb@kontakte.example"])
    assert alerts.notify_of_holds(now=NOW + timedelta(days=1)) == 0
    told = {one.to[0]: one for one in mail.outbox}
    assert told[anna.email].subject == "E-Mail-Versand steht: die Absenderadresse wird nicht angenommen"
    assert "steht seit 23.11., 12:00" in told[anna.email].body  # Berlin
    assert "ihr Betreiber hat diese Nachricht auch bekommen" in told[anna.email].body
    assert "ihr Betreiber" not in told["betrieb@kontakte.example"].body
    assert "Von selbst geht es nicht weiter" in told[anna.email].body
    assert "@kunde.example" not in told[paul.email].body


def test_only_its_administrators_are_notified_of_an_offices_own_server(krueger, anna, mehmet, paul):
    UserFactory(account=krueger, role=Role.ADMINISTRATOR, is_active=False)
    invited = UserFactory(account=krueger, role=Role.ADMINISTRATOR)
    invited.set_unusable_password()
    invited.save()
    holds.hold(account_id=krueger.pk, kind=HoldKind.LOGIN, answer="535 no <x@y.example>", now=NOW)
    assert holds_told() == [anna.email]
    assert "535 no <x@y.example>" in mail.outbox[0].body


def test_short_holds_send_no_notice(krueger, anna):
    holds.hold(account_id=krueger.pk, kind=HoldKind.CONNECTION, answer="", now=NOW)
    assert holds_told(NOW + timedelta(minutes=9)) == []
    holds.release(account_id=krueger.pk, now=NOW + timedelta(minutes=9))
    assert holds_told(LATER) == []


def test_it_is_sent_by_the_installations_server_if_the_offices_own_is_unreachable(
    krueger,
    anna,
    port,
):
    Sender.objects.of(krueger).update(relay=vault.seal(vault.RELAY, "smtp://127.0.0.1:1"))
    holds.hold(account_id=krueger.pk, kind=HoldKind.CONNECTION, answer="", now=NOW)
    with mail_server(port) as server:
        holds_told()
        assert [address for address, _ in server.mails] == [anna.email]


def test_it_waits_for_the_installations_own_server_and_then_says_how_long_the_hold_took(
    krueger,
    anna,
    port,
    settings,
):
    settings.OPERATOR_EMAIL = "betrieb@kontakte.example"
    holds.hold(account_id=None, kind=HoldKind.CONNECTION, answer="", now=NOW)
    with pytest.raises(NotTaken):
        holds_told()
    holds.release(account_id=None, now=NOW + timedelta(hours=6))
    with mail_server(port) as server:
        for job in waiting(alerts.HOLD_TASK):
            tasks.tell_of_hold(**job)
        (told,) = server.sent_to("betrieb@kontakte.example")
        assert len(server.mails) == 2
    assert told["Subject"] == "E-Mail-Versand stand: der Mailserver ist nicht erreichbar"
    assert "stand von 23.11., 12:00 bis 23.11., 18:00" in told.get_content()


def test_a_response_shown_to_all_offices_names_no_address(db):
    holds.hold(account_id=None, kind=HoldKind.POLICY, answer="550 no <dan@post.example> here", now=MONDAY)
    assert Hold.objects.get().answer == "550 no … here"
