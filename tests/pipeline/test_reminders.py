"""An unanswered lead goes round: to whoever has it, then to the managers; each stage once, whatever happens."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection

from accounts import members
from accounts.models import Account
from contacts import actions
from pipeline import reminders
from pipeline.alerts import mailing, wishes
from pipeline.inquiries import take_in
from pipeline.models import Alert, Card, Wish

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)  # a Monday
DAY = timedelta(days=1)


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def take(account, name="Lindner", assignee=None, now=NOW):
    contact = take_in(account=account, values={"last_name": name, "assignee": assignee}, now=now).contact
    Alert.objects.all().delete()
    return contact


def told():
    """Whom it is now to be told, by first name, and of whom."""
    found = Alert.objects.filter(why=Alert.Why.WAITING).order_by("user__first_name", "contact__last_name")
    return [f"{alert.user.first_name}: {alert.contact.last_name}" for alert in found]


@pytest.fixture
def office(anna, mehmet, sofia, jan, mara):
    return anna.account


def test_first_the_assignee_then_the_managers_each_once(office, sofia):
    take(office, assignee=sofia)
    assert (reminders.remind(now=at(59)), told()) == (0, [])
    assert (reminders.remind(now=at(60)), told()) == (1, ["Sofia: Lindner"])
    assert (reminders.remind(now=at(119)), told()) == (0, ["Sofia: Lindner"])
    assert (reminders.remind(now=at(120)), told()) == (1, ["Mehmet: Lindner", "Sofia: Lindner"])
    Alert.objects.all().delete()
    assert (reminders.remind(now=at(600)), told()) == (0, [])
    assert Card.objects.get().remind_at is None


def test_nobodys_lead_goes_to_the_managers_at_once_and_not_again(office):
    take(office)
    reminders.remind(now=at(60))
    assert told() == ["Mehmet: Lindner"]
    Alert.objects.all().delete()
    assert (reminders.remind(now=at(500)), told()) == (0, [])


def test_the_lead_of_an_absent_or_former_colleague_goes_to_the_managers(office, anna, sofia, jan):
    day = NOW.date()
    members.be_absent(actor=anna, member_id=sofia.pk, absent_from=day - DAY, absent_until=day)
    take(office, "Lenz", sofia)
    take(office, "Vogt", jan)
    members.deactivate(actor=anna, member_id=jan.pk)
    reminders.remind(now=at(60))
    assert told() == ["Mehmet: Lenz", "Mehmet: Vogt"]


def test_without_a_manager_who_is_here_administrators_are_told(office, anna, mehmet):
    members.be_absent(actor=anna, member_id=mehmet.pk, absent_from=date(2026, 11, 1), absent_until=None)
    take(office)
    reminders.remind(now=at(60))
    assert told() == ["Anna: Lindner"]


def test_nights_and_weekends_do_not_count(office, sofia):
    take(office, assignee=sofia, now=NOW.replace(day=27, hour=17, minute=30))  # Friday
    assert [reminders.remind(now=NOW.replace(day=day, hour=hour, minute=29)) for day, hour in ((28, 12), (30, 9))] == [
        *(0, 0)
    ]
    assert reminders.remind(now=NOW.replace(day=30, hour=9, minute=30)) == 1


@pytest.mark.parametrize("stage", [1, 2])
def test_an_answer_ends_it(office, sofia, stage):
    contact = take(office, assignee=sofia)
    if stage == 2:
        reminders.remind(now=at(60))
    actions.perform(contact=contact, kind="call", actor=sofia, now=at(61))
    assert reminders.remind(now=at(999)) == 0


def test_who_has_been_answered_on_the_telephone_is_not_mailed_about(office, anna, sofia):
    wishes.settle(user=sofia, mail=Wish.Mail.AT_ONCE, leads=Wish.Leads.OWN, quiet_from=None, quiet_until=None, now=NOW)
    contact = take(office, assignee=sofia)
    take(office, "Berg", assignee=sofia)
    reminders.remind(now=at(60))
    actions.perform(contact=contact, kind="call", actor=sofia, now=at(61))
    mailing.send_due(now=at(62))
    (sent,) = mail.outbox
    assert "Berg" in sent.body and "Lindner" not in sent.body


def test_what_an_office_changes_holds_for_those_who_wait_already(office, sofia):
    take(office, assignee=sofia)
    hours = {"account": office, "office_hours": office.office_hours, "managers_after": None}
    reminders.settle(**hours, late_after=30, now=at(10))
    assert (reminders.remind(now=at(10)), told()) == (0, [])
    assert (reminders.remind(now=at(30)), told()) == (1, ["Sofia: Lindner"])
    assert Card.objects.get().remind_at is None
    reminders.settle(**hours | {"managers_after": 45}, late_after=30, now=at(40))
    assert (reminders.remind(now=at(44)), reminders.remind(now=at(45))) == (0, 1)


def test_an_office_without_limits_is_never_told(office, sofia):
    reminders.settle(
        account=office, office_hours=office.office_hours, late_after=None, managers_after=None, now=NOW - DAY
    )
    take(Account.objects.get(pk=office.pk), assignee=sofia)
    assert Card.objects.get().remind_at is None


def test_each_office_is_told_of_its_own(office, sofia, hansen, paul):
    take(office, assignee=sofia)
    take(hansen, "Fremd")
    assert (reminders.remind(now=at(60)), told()) == (2, ["Paul: Fremd", "Sofia: Lindner"])


def test_an_office_whose_data_is_broken_keeps_no_other_waiting(office, sofia, hansen, paul, caplog, monkeypatch):
    monkeypatch.setattr(reminders, "DUE", reminders.DUE.replace("1000", "1"))
    take(office, assignee=sofia, now=at(-1))
    take(hansen, "Fremd")
    Account.objects.filter(pk=office.pk).update(time_zone="Nowhere")
    assert (reminders.remind(now=at(60)), told()) == (1, ["Paul: Fremd"])
    assert f"Office {office.pk} cannot be told" in caplog.text
    Account.objects.filter(pk=office.pk).update(time_zone=office.time_zone)
    assert (reminders.remind(now=at(61)), told()) == (1, ["Paul: Fremd", "Sofia: Lindner"])


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_each_lead_once(office, sofia):
    for number in range(30):
        take(office, f"Lead{number:02}", assignee=sofia)
    barrier = Barrier(2)

    def work(_number):
        try:
            barrier.wait(20)
            return reminders.remind(now=at(60)) + reminders.remind(now=at(60))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 30
    assert Alert.objects.filter(user=sofia, why=Alert.Why.WAITING).count() == 30


KILLED = """
import os, sys, django
django.setup()
from datetime import datetime
from pipeline import reminders
from pipeline.alerts import telling
tell = telling.tell
def dying(**given):
    tell(**given)
    os.kill(os.getpid(), 9)
telling.tell = dying
reminders.remind(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_has_told_nothing_and_the_next_one_tells(office, sofia, pytestconfig):
    take(office, assignee=sofia)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    run = [sys.executable, "-c", KILLED, at(60).isoformat()]
    killed = subprocess.run(run, cwd=pytestconfig.rootpath, env=os.environ | {"DATABASE_URL": url}, check=False)
    assert (killed.returncode, told()) == (-9, [])
    assert (reminders.remind(now=at(60)), told()) == (1, ["Sofia: Lindner"])


def test_a_lead_taken_back_into_its_column_is_not_told_of_again(office, sofia, board):
    take(office, assignee=sofia)
    reminders.remind(now=at(60))
    Alert.objects.all().delete()
    card = Card.objects.get()
    Card.objects.update(remind_at=card.waits_since)  # as undoing a move leaves it
    assert (reminders.remind(now=at(70)), told()) == (0, [])
