"""Mails under crashes and races, with real processes, threads, and a real mail server."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from funnel import outbox
from funnel.models import Message
from pipeline.invariants import broken
from tests.funnel.bulk import due_messages
from tests.funnel.mailing import MONDAY, ready, steps
from tests.funnel.sink import Sink, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
State = Message.State
CHECKOUT = Path(__file__).resolve().parents[2]
A_LEASE_LATER = outbox.LEASE + timedelta(minutes=1)
SWEEP = """
import sys, django
django.setup()
from datetime import datetime
from funnel import outbox
outbox.sweep(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.fixture
def column(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0)
    return board["Erfolgreich kontaktiert"]


def sweeper(server: Sink, now: datetime) -> subprocess.Popen:
    """A worker's sweep as a process that can be killed."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    url = f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    given = {"DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR), "EMAIL_URL": server.url}
    command = [sys.executable, "-c", SWEEP, now.isoformat()]
    return subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | given)


def killed_after(process: subprocess.Popen, server: Sink, mails: int, pause: float) -> None:
    """Kills the process so many mails and an instant later, unless it is done before."""
    wanted = len(server.mails) + mails
    while len(server.mails) < wanted and process.poll() is None:
        time.sleep(0.001)
    time.sleep(pause)
    process.kill()
    process.wait()


@pytest.mark.parametrize(("count", "kills"), [(200, 3), pytest.param(5000, 20, marks=pytest.mark.prove)])
def test_a_worker_that_is_killed_sends_nothing_twice_and_loses_nothing(anna, column, promise, count, kills):
    row = promise(f"{count} mails, worker killed {kills} times", "0 twice, 0 lost")
    due_messages(anna, column, count, MONDAY)
    chance, now = random.Random(1), MONDAY
    with mail_server() as server:
        for _ in range(kills):
            killed_after(sweeper(server, now), server, count // (kills + 2), chance.random() / 200)
            now += A_LEASE_LATER
        while Message.objects.filter(state__in=(State.PLANNED, State.CLAIMED, State.SENDING)).exists():
            assert sweeper(server, now).wait(120) == 0
            now += A_LEASE_LATER
        arrived = Counter(mail["Message-ID"] for _, mail in server.mails)
    states = Counter(Message.objects.values_list("state", flat=True))
    unclear = set(Message.objects.filter(state=State.UNCLEAR).values_list("message_id", flat=True))
    sent = set(Message.objects.filter(state=State.SENT).values_list("message_id", flat=True))
    assert set(arrived.values()) == {1}
    assert sent <= set(arrived) <= sent | unclear
    assert states[State.SENT] + states[State.UNCLEAR] == count
    assert states[State.UNCLEAR] <= kills
    assert broken() == []
    row.reached(f"0 twice, 0 lost, {states[State.UNCLEAR]} unclear")
