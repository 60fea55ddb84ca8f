"""Several offices at once: each has its own threads, and its own mail server if it has one."""

import socket
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from funnel.models import Message, Sender
from funnel.sending import worker
from funnel.transport import holds
from tests.funnel.mailing import MONDAY, lead, move, ready, steps
from tests.funnel.sink import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
HELD = MONDAY + timedelta(minutes=10)


@pytest.fixture
def two(anna, paul, hansen, board):
    """Three mails due in one office, one in another."""
    for user in (anna, paul):
        ready(user.account)
        steps(user.account.columns.get(key="contacted").sequence, 0)
    for user, count in ((anna, 3), (paul, 1)):
        columns = user.account.columns
        for _ in range(count):
            contact = lead(columns.get(name="Nicht erreicht"))
            move(user, contact, columns.get(key="contacted"))
    return {"anna": anna.account, "paul": paul.account}


def relay(account, url):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OFFICE_RELAY", url)
        call_command("office", "relay", "--id", str(account.pk))


def test_each_office_uses_its_own_server(two):
    with mail_server() as one, mail_server() as other:
        relay(two["anna"], one.url)
        relay(two["paul"], other.url)
        assert worker.sweep(now=HELD) == {"sent": 4}
        assert (len(one.mails), len(other.mails)) == (3, 1)


def test_an_unresponsive_server_of_one_office_delays_no_other(two, settings):
    settings.EMAIL_TIMEOUT = 1
    with mail_server() as alive, socket.create_server(("127.0.0.1", 0)) as mute:
        relay(two["anna"], f"smtp://127.0.0.1:{mute.getsockname()[1]}")  # takes the call and says nothing
        relay(two["paul"], alive.url)
        assert worker.sweep(now=HELD)["sent"] == 1
        waiting = Message.objects.of(two["anna"]).filter(state="planned", attempts=0, planned_for__lte=HELD)
        assert (waiting.count(), holds.held_offices()) == (3, {two["anna"].pk})


def test_only_addresses_of_servers_are_accepted(two):
    with pytest.raises(CommandError):
        relay(two["anna"], "file:///etc/passwd")
    with pytest.raises(CommandError):
        relay(Account(pk=0), "")
    assert set(Sender.objects.values_list("relay", flat=True)) == {""}
