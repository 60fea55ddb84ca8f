"""The heartbeat of sending, and of the worker that does it."""

from datetime import datetime, timedelta

from django.db.models import Subquery
from procrastinate.contrib.django.models import ProcrastinateWorker

from funnel.models import Pulse
from funnel.transport import holds

SILENT_AFTER = timedelta(minutes=1)  # without a heartbeat


def beat(now: datetime) -> None:
    """Record that a sweep completed."""
    Pulse.objects.update_or_create(pk=1, defaults={"at": now})


def last_signs(account_id: int) -> tuple[datetime | None, int | None]:
    """Return when the last sweep completed and the id of a hold of the office, in one statement."""
    hold = Subquery(holds.open_for(account_id).values("pk")[:1])
    return Pulse.objects.filter(pk=1).values_list("at", hold).first() or (None, None)


def is_worker_alive(now: datetime) -> bool:
    """Return whether a worker is alive. The queue records its heartbeat every ten seconds."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - SILENT_AFTER).exists()
