"""Slowing down on a busy machine: mails wait, and none fails."""

from collections import namedtuple

import psutil
import pytest

from funnel.models import Message
from funnel.sending import worker
from funnel.transport import throttle
from tests.funnel.bulk import due_messages
from tests.funnel.mailing import MONDAY, ready, steps

Times = namedtuple("Times", "user nice system idle guest guest_nice")


@pytest.mark.parametrize(
    ("spent", "share"),
    [
        (Times(0, 0, 0, 10, 0, 0), 0),
        (Times(6, 0, 2, 2, 0, 0), 0.8),
        (Times(2, 7, 0, 1, 0, 0), 0.2),  # the worker itself is nice
        (Times(5, 0, 0, 5, 5, 0), 0.5),  # a guest's time is counted twice by Linux
        (Times(0, 0, 0, 0, 0, 0), 0),
    ],
)
def test_nice_processes_do_not_count_as_load(spent, share):
    before = Times(3, 1, 4, 1, 5, 9)
    after = Times(*(was + more for was, more in zip(before, spent, strict=True)))
    assert throttle.busy_share(before, after) == pytest.approx(share)


def test_the_machine_reports_the_times_used():
    assert {"user", "system", "idle"} <= set(psutil.cpu_times()._fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("busy_share_at", [-1, 2])
def test_on_a_busy_machine_mails_wait_but_all_are_sent(anna, board, krueger, monkeypatch, busy_share_at):
    pauses = []
    monkeypatch.setattr(throttle, "BUSY_SHARE", busy_share_at)
    monkeypatch.setattr(throttle, "INTERVAL", 0)
    monkeypatch.setattr(throttle.time, "sleep", pauses.append)
    ready(krueger)
    column = board["Erfolgreich kontaktiert"]
    steps(column.sequence, 0)
    due_messages(anna, column, 20, MONDAY)
    assert worker.sweep(now=MONDAY) == {"sent": 20}
    assert Message.objects.filter(state="sent").count() == 20
    assert pauses.count(throttle.PAUSE) == (20 if busy_share_at < 0 else 0)
