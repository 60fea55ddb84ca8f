"""Mails under crashes and races, with real processes, threads, and a real mail server."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from contacts.models import Contact
from funnel.models import EnrolmentReason, Message, MessageState
from funnel.sending import claiming, delivery, pool, worker
from funnel.series import enrolments
from funnel.transport.smtp import Relay
from pipeline import leads
from pipeline.invariants import broken
from pipeline.models import Column
from tests.funnel.bulk import due_messages
from tests.funnel.mailing import MONDAY, move, ready, steps
from tests.funnel.sink import Sink, mail_server
from tests.prove.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
CHECKOUT = Path(__file__).resolve().parents[2]
A_LEASE_LATER = worker.LEASE + timedelta(minutes=1)
SWEEP = """
import sys, django
django.setup()
from datetime import datetime
from funnel.sending import worker
worker.sweep(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.fixture
def column(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0)
    return board["Erfolgreich kontaktiert"]


def sweeper(server: Sink, now: datetime) -> subprocess.Popen:
    """Run a sweep in a process that can be killed."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    url = f"postgres://{database['USER']}@/{database['NAME']}?host={host}"
    given = {"DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR), "EMAIL_URL": server.url}
    command = [sys.executable, "-c", SWEEP, now.isoformat()]
    return subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | given)


def killed_after(process: subprocess.Popen, server: Sink, mails: int, pause: float) -> None:
    """Kill the process after some mails and a moment, unless it ends before."""
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
        while Message.objects.filter(
            state__in=(MessageState.PLANNED, MessageState.CLAIMED, MessageState.SENDING)
        ).exists():
            assert sweeper(server, now).wait(120) == 0
            now += A_LEASE_LATER
        arrived = Counter(mail["Message-ID"] for _, mail in server.mails)
    states = Counter(Message.objects.values_list("state", flat=True))
    unclear = set(Message.objects.filter(state=MessageState.UNCLEAR).values_list("message_id", flat=True))
    sent = set(Message.objects.filter(state=MessageState.SENT).values_list("message_id", flat=True))
    assert set(arrived.values()) == {1}
    assert sent <= set(arrived) <= sent | unclear
    assert states[MessageState.SENT] + states[MessageState.UNCLEAR] == count
    assert states[MessageState.UNCLEAR] <= kills * pool.THREADS
    assert broken() == []
    row.reached(f"0 twice, 0 lost, {states[MessageState.UNCLEAR]} unclear")


def stops(anna: User, board: dict[str, Column]) -> list[Callable[[Contact], object]]:
    """The ways to end a series."""
    stop = {"account_id": anna.account_id, "reason": EnrolmentReason.UNSUBSCRIBED, "now": MONDAY}
    lost = board["Kein Auftrag"]
    return [
        lambda contact: move(anna, contact, lost, MONDAY),
        lambda contact: enrolments.stop(contact_ids=[contact.pk], **stop),
        lambda contact: leads.trash(user=anna, contact_ids=[contact.pk], now=MONDAY),
        lambda contact: erase(anna, contact),
    ]


def erase(anna: User, contact: Contact) -> None:
    leads.trash(user=anna, contact_ids=[contact.pk], now=MONDAY)
    leads.erase_expired(now=MONDAY + timedelta(days=leads.TRASH_DAYS + 1))


def sweep(relay: Relay) -> None:
    """Deliver a batch as the worker does."""
    for message in claiming.claim(claiming.due(MONDAY), now=MONDAY):
        delivery.deliver(message, relay, now=MONDAY)


def raced(anna, board, column, server, rounds) -> tuple[list[str], Counter[str]]:
    """Race stops against sweeps. Return what went wrong, and how the races ended."""
    due_messages(anna, column, rounds, MONDAY)
    left, ways = list(Contact.objects.order_by("pk")), stops(anna, board)
    Message.objects.update(planned_for=MONDAY + timedelta(days=1))
    relay, wrong, endings = Relay(server.url), [], Counter()
    contact = left[0]

    def prepare(turn: int) -> None:
        nonlocal contact
        contact = left[turn]
        Message.objects.filter(contact=contact).update(planned_for=MONDAY)
        connection.close()

    def stopped(turn: int) -> str:
        """Return the message's state when the stop has committed."""
        ways[turn % len(ways)](contact)
        row = Message.objects.filter(contact=contact.pk).first()
        return row.state if row else "erased"

    answers = race([lambda turn: sweep(relay), stopped], rounds, prepare)
    relay.close()
    for turn, (swept, seen) in enumerate(answers):
        row = Message.objects.filter(contact=left[turn].pk).first()
        arrived = len(server.sent_to(left[turn].email))
        endings[row.state if row else "erased"] += 1
        if swept is not None or not isinstance(seen, str) or seen == MessageState.PLANNED:
            wrong.append(f"{turn}: {swept!r}, {seen!r}")
        if seen == MessageState.CANCELLED and arrived:
            wrong.append(f"{turn}: sent after the stop")
        if row and arrived != (row.state == MessageState.SENT):
            wrong.append(f"{turn}: {row.state}, {arrived} arrived")
    return wrong + [sentence for _, sentence in broken()], endings


@pytest.mark.parametrize("rounds", [100, pytest.param(2000, marks=pytest.mark.prove)])
def test_nothing_is_claimed_after_a_stop(anna, board, column, promise, rounds):
    row = promise(f"{rounds} races of status change, unsubscribe, trash, erasure and the sweep", "0 wrong")
    with mail_server() as server:
        wrong, endings = raced(anna, board, column, server, rounds)
    assert wrong == []
    assert endings[MessageState.SENT] > 0
    assert endings[MessageState.CANCELLED] > 0
    row.reached("0 wrong")


def claim_without_lock(ids, *, now):
    """Claim without the lock, as a planted bug."""
    found = Message.objects.filter(pk__in=ids, state=MessageState.PLANNED).select_related(
        "contact__assignee", "step__sequence", "account__sender"
    )
    messages = list(found)
    time.sleep(0.005)
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=MessageState.CLAIMED, claimed_at=now, finished_at=None
    )
    return messages


@pytest.mark.breaks_invariants
def test_a_claim_without_the_lock_is_caught(anna, board, column, monkeypatch):
    monkeypatch.setattr(claiming, "claim", claim_without_lock)
    with mail_server() as server:
        wrong, _ = raced(anna, board, column, server, 40)
    assert wrong
