"""Signs of life: of the sending, and of whoever should do it."""

from datetime import datetime, timedelta

from django.db.models import Subquery
from procrastinate.contrib.django.models import ProcrastinateWorker

from funnel.models import Pulse
from funnel.transport import holds

SILENT_AFTER = timedelta(minutes=1)  # without a sign of life something counts as standing


def beat(now: datetime) -> None:
    """A sweep came through."""
    Pulse.objects.update_or_create(pk=1, defaults={"at": now})


def last_signs(account_id: int) -> tuple[datetime | None, int | None]:
    """When the last sweep came through, and the id of what holds the office's mails: one statement for both."""
    hold = Subquery(holds.open_for(account_id).values("pk")[:1])
    return Pulse.objects.filter(pk=1).values_list("at", hold).first() or (None, None)


def is_worker_alive(now: datetime) -> bool:
    """Whether a worker lives, whatever it does: the queue's own sign of life comes every ten seconds."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - SILENT_AFTER).exists()
