"""Nobody is mailed twice, whoever sends at the same time, and whoever is killed meanwhile."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Account, Role
from pipeline.alerts import telling, wishes
from pipeline.models import Alert, Wish
from tests.factories import ContactFactory, UserFactory
from tests.funnel.sink import Sink, mail_server
from tests.pipeline.working import CHECKOUT, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]


@contextmanager
def sender(server: Sink) -> Iterator[subprocess.Popen[bytes]]:
    """Mail what is due, in a process of its own."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    given = {
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={host}",
        "DATA_DIR": str(settings.DATA_DIR),
        "EMAIL_URL": server.url,
    }
    command = [sys.executable, "-m", "tests.pipeline.alert_sender"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | given, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def told(account: Account, number: int) -> list[str]:
    """Have so many users be told of one contact each, at once; return their addresses."""
    people = UserFactory.create_batch(number, account=account, role=Role.MANAGER)
    for user in people:
        wish = {"mail": Wish.Mail.AT_ONCE, "leads": Wish.Leads.ALL, "quiet_from": None, "quiet_until": None}
        wishes.settle(user=user, now=timezone.now(), **wish)
    contact = ContactFactory(account=account)
    telling.tell(account_id=account.pk, contact_ids=[contact.pk], why=Alert.Why.NEW, now=timezone.now())
    return sorted(user.email for user in people)


def test_two_workers_send_each_mail_once(krueger: Account) -> None:
    with mail_server() as server, sender(server), sender(server):
        people = told(krueger, 20)
        wait_until(lambda: not Alert.objects.exists() and len(server.mails) >= 20)
    assert sorted(to for to, _mail in server.mails) == people


def test_whoever_is_killed_while_a_server_takes_a_mail_does_not_send_it_again(krueger: Account) -> None:
    with mail_server() as server:
        server.stall = 3600
        with sender(server) as victim:
            people = told(krueger, 5)
            wait_until(lambda: len(server.contents) == 1)  # taken, and not yet answered
            victim.kill()
            victim.wait()
    with mail_server() as second, sender(second):
        wait_until(lambda: not Wish.objects.filter(mail_at__isnull=False).exists() and len(second.mails) >= 4)
    assert sorted(to for to, _mail in [*server.mails, *second.mails]) == people


def test_a_mail_that_a_server_may_have_is_not_sent_again(krueger: Account) -> None:
    with mail_server(drops_after_dot=True) as server, sender(server):
        people = told(krueger, 3)
        wait_until(lambda: len(server.mails) >= 3 and not Wish.objects.filter(mail_at__isnull=False).exists())
    assert sorted(to for to, _mail in server.mails) == people and not Alert.objects.exists()
