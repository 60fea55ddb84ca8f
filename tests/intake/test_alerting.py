"""Who is told of what arrives: of contacts that came by themselves, once."""

import json
from datetime import time
from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from contacts.models import Contact
from intake import alerting, deciding, taking
from intake.hooks import learning
from intake.models import Arrival, InletKind, Result
from pipeline.alerts import mailing, wishes
from pipeline.models import Alert, Column, Wish
from tests.intake.arriving import NOW, OLGA, inlet, kept, later, read
from tests.intake.hooking import hook_of, send


@pytest.fixture
def hook(anna: User, board: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(taking.READERS, InletKind.HOOK, read)
    return inlet(anna.account)


def wish(user: User) -> None:
    quiet = {"quiet_from": time(20), "quiet_until": time(7)}
    wishes.settle(user=user, mail=Wish.Mail.AT_ONCE, leads=Wish.Leads.ALL, now=NOW, **quiet)


def subjects(seconds: float) -> list[str]:
    mail.outbox.clear()
    alerting.tell_waiting(now=later(seconds))
    mailing.send_due(now=later(seconds))
    return [one.subject for one in mail.outbox]


def test_a_lead_and_a_further_inquiry_are_told_once_each(anna: User, hook: Any) -> None:
    wish(anna)
    taking.take(kept(hook, OLGA).pk, NOW)
    assert subjects(0) == ["1 Kontakt wartet auf Sie"] and "Olga Wagner (neu)" in mail.outbox[0].body
    assert subjects(600) == []
    taking.take(kept(hook, OLGA).pk, NOW)
    assert subjects(1200) == ["1 Kontakt wartet auf Sie"] and "(erneut angefragt)" in mail.outbox[0].body
    assert subjects(1800) == []


def test_tests_faults_and_what_a_robot_may_have_sent_tell_nobody(anna: User, hook: Any) -> None:
    wish(anna)
    for arrival in (
        kept(hook, {**OLGA, "is_test": True}),
        kept(hook, unread="kaputt"),
        kept(hook, no_lead="Werbung"),
        kept(hook, {"facts": {"city": "Bonn"}}),
    ):
        taking.take(arrival.pk, NOW)
    refused = kept(hook, OLGA)
    Arrival.objects.filter(pk=refused.pk).update(result=Result.REFUSED)
    assert subjects(0) == [] and not Alert.objects.exists()


def test_what_a_colleague_enters_from_the_tray_tells_nobody(anna: User, hook: Any) -> None:
    wish(anna)
    arrival = taking.take(kept(hook, unread="kaputt").pk, NOW)
    new = Column.objects.of(anna.account).get(key=Column.Key.NEW)
    entry = {"key": None, "anyway": True, "values": {"last_name": "Berg"}, "column": new, "assignee": None}
    deciding.enter(user=anna, arrival_id=arrival.pk, now=NOW, **entry)
    assert subjects(0) == []


def test_reading_again_tells_once_of_all(anna: User, board: Any) -> None:
    wish(anna)
    hook = hook_of(anna.account)
    for number in range(5):
        place = send(hook, json.dumps({"Feld 7": f"l{number}@st.example"}).encode())
        assert place.status_code == 200
    Arrival.objects.update(result=Result.UNREAD, contact=None, is_told=False)
    Contact.objects.all().delete()
    for number, arrival in enumerate(Arrival.objects.all()):
        arrival.raw = json.dumps({"email": f"l{number}@st.example", "name": f"Lead {number}"}).encode()
        arrival.save()
    learning.read_again(user=anna, inlet_id=hook.pk, now=later(60))
    assert Contact.objects.count() == 5
    assert subjects(60) == ["5 Kontakte warten auf Sie"]
    assert subjects(3600) == []


def test_with_nothing_to_tell_it_is_one_statement(anna: User, hook: Any, django_assert_num_queries: Any) -> None:
    taking.take(kept(hook, OLGA).pk, NOW)
    alerting.tell_waiting(now=NOW)
    with django_assert_num_queries(3):  # a transaction around it
        assert alerting.tell_waiting(now=NOW) == 0
