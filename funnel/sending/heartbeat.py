"""The heartbeat of sending, and of the worker that does it."""

from datetime import datetime, timedelta

from procrastinate.contrib.django.models import ProcrastinateWorker

from base.sql import one_row
from funnel.models import Pulse

SILENT_AFTER = timedelta(minutes=1)  # without a heartbeat


def beat(now: datetime) -> None:
    """Record that a sweep completed."""
    Pulse.objects.update_or_create(pk=1, defaults={"at": now})


# Plain SQL, because each board asks: to have the ORM compose it took a seventh of the board's processor time.
SIGNS = """
SELECT at, (
    SELECT id FROM funnel_hold
    WHERE ended_at IS NULL AND (account_id = %(account)s OR (account_id IS NULL AND EXISTS (
        SELECT FROM funnel_sender WHERE account_id = %(account)s AND relay = ''
    )))
    LIMIT 1
)
FROM funnel_pulse WHERE id = 1
"""


def last_signs(account_id: int) -> tuple[datetime | None, int | None]:
    """Return when the last sweep completed and the id of a hold of the office (`holds.open_for`), in one statement."""
    at, hold = one_row(SIGNS, {"account": account_id}) or (None, None)
    return at, hold


def is_worker_alive(now: datetime) -> bool:
    """Return whether a worker is alive. The queue records its heartbeat every ten seconds."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - SILENT_AFTER).exists()
