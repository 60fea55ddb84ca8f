"""Sending: claim what is due, hand it over, write down how it ended. The rows are the truth, the worker only walks."""

import time
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from funnel.models import Message, MessageState
from funnel.sending import claiming, heartbeat
from funnel.sending.pool import DeliveryPool
from funnel.transport import holds

LEASE = timedelta(minutes=2)  # longer than handing over one mail can take
IDLE_SECONDS = 0.02  # seconds


def sweep(*, now: datetime | None = None, seconds: float = 50) -> Counter[str]:
    """Sends what is due, for so long at most; answers how many messages ended in which state. Several may run at once.

    `now` fixes the clock (for tests); by default it is the real one at each claim.
    """
    until = time.monotonic() + seconds
    reconcile(now=now or timezone.now())
    waiting = claiming.unready_offices()
    with DeliveryPool() as pool:
        while time.monotonic() < until:
            moment = now or timezone.now()
            pool.try_again(holds.due_for_trial(moment), now, waiting)
            ids = claiming.due(moment, waiting | holds.held_offices())
            if not ids:
                break
            claimed = claiming.claim(ids, now=moment)
            if not claimed:  # all put off, or in somebody else's hands
                time.sleep(IDLE_SECONDS)
            pool.submit(claimed, now)
            if pool.tally:  # an earlier batch is through
                heartbeat.beat(now or timezone.now())
    heartbeat.beat(now or timezone.now())  # last: a sweep that ends in a fault gives no sign of life
    return pool.tally


@transaction.atomic
def reconcile(*, now: datetime) -> int:
    """What a dead worker left: claimed messages were never handed over and are planned again; of those being sent
    nobody knows, so they are unclear, shown and never sent again by themselves. Answers how many were unclear.
    """
    left = Message.objects.filter(claimed_at__lt=now - LEASE).select_for_update(skip_locked=True)
    claimed = list(left.filter(state=MessageState.CLAIMED).values_list("pk", flat=True))
    sending = list(left.filter(state=MessageState.SENDING).values_list("pk", flat=True))
    Message.objects.filter(pk__in=claimed).update(state=MessageState.PLANNED, claimed_at=None)
    Message.objects.filter(pk__in=sending).update(
        state=MessageState.UNCLEAR,
        finished_at=now,
        answer=_("Der Versand brach ab, bevor der Mailserver antwortete."),
    )
    return len(sending)
