"""Exactly once: what arrived is taken in by several processes that are killed between taking in and marking."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from contacts.models import Action, Contact
from intake.models import Arrival, Inlet, InletKind, Result
from pipeline.models import Card
from tests.intake.arriving import kept
from tests.pipeline.working import CHECKOUT, is_quiet, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]


@contextmanager
def taker(pause: float, name: str = "taker") -> Iterator[subprocess.Popen]:
    """Take what waits, with so many seconds between taking in and marking."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    given = {
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={host}",
        "DATA_DIR": str(settings.DATA_DIR),
        "PAUSE": str(pause),
        "PGAPPNAME": name,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.intake.taker"], cwd=CHECKOUT, env=os.environ | given, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def in_the_middle() -> bool:
    """Whether the victim has taken in a lead and not yet marked its arrival."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'idle in transaction'"
        )
        return bool(cursor.fetchone()[0])


def waiting() -> Any:
    return Arrival.objects.filter(result=Result.WAITING)


def at_once() -> None:
    """Let nobody wait for the pause after an attempt that ended with its process."""
    waiting().update(due_at=timezone.now(), attempts=1)


def kill_in_the_middle(count: int) -> None:
    for _kill in range(count):
        with taker(0.2, "victim") as victim:
            wait_until(in_the_middle, 60, pause=0.005)
            victim.kill()
            victim.wait()
        at_once()
    wait_until(is_quiet)


def test_nothing_is_lost_or_doubled_when_takers_are_killed(anna, board):
    hook = Inlet.objects.create(account=anna.account, kind=InletKind.HOOK, name="x", created_at=timezone.now())
    people = [{"facts": {"last_name": f"Lead{n}"}, "emails": [f"l{n}@st.example"]} for n in range(30)]
    for person in people:
        kept(hook, person, key=person["emails"][0], now=timezone.now())
        kept(hook, person, key=person["emails"][0], now=timezone.now())  # whoever sent it got no answer
    at_once()
    with ExitStack() as stack:
        stack.enter_context(taker(1))  # not done before all are killed
        kill_in_the_middle(3)
        stack.enter_context(taker(0))
        wait_until(lambda: not waiting().exists())
    assert sorted(Contact.objects.values_list("email", flat=True)) == sorted(one["emails"][0] for one in people)
    assert (Action.objects.count(), Card.objects.count()) == (30, 30)
    assert set(Arrival.objects.values_list("result", flat=True)) == {Result.NEW}
