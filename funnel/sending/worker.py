"""Sending: claim due messages, deliver them, record the outcome. State lives in the rows; the worker holds none."""

import time
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base.notices import Kind
from contacts.telling import tell_of_many
from funnel.models import Message, MessageState
from funnel.sending import claiming, heartbeat
from funnel.sending.pool import DeliveryPool
from funnel.transport import holds

LEASE = timedelta(minutes=2)  # longer than delivering one mail can take
IDLE_SECONDS = 0.02  # seconds


def sweep(*, now: datetime | None = None, seconds: float = 50) -> Counter[str]:
    """Send due messages for at most `seconds`. Return the number of messages per resulting state.

    Sweeps may run concurrently. `now` fixes the clock for tests; by default each claim reads it.
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
            if not claimed:  # all postponed, or locked by another worker
                time.sleep(IDLE_SECONDS)
            pool.submit(claimed, now)
            if pool.tally:  # an earlier batch is complete
                heartbeat.beat(now or timezone.now())
    heartbeat.beat(now or timezone.now())  # last, so that a sweep that fails does not beat
    return pool.tally


@transaction.atomic
def reconcile(*, now: datetime) -> int:
    """Clean up after dead workers. Return the number of messages that became unclear.

    Claimed messages were never handed over and are planned again. Whether messages in `sending` arrived is unknown, so
    they become unclear, and are sent again only when a user says so.
    """
    left = Message.objects.filter(claimed_at__lt=now - LEASE).select_for_update(skip_locked=True)
    claimed, sending = (
        list(left.filter(state=state).values_list("pk", "account", "contact"))
        for state in (MessageState.CLAIMED, MessageState.SENDING)
    )
    Message.objects.filter(pk__in=[pk for pk, _account, _contact in claimed]).update(
        state=MessageState.PLANNED, claimed_at=None
    )
    Message.objects.filter(pk__in=[pk for pk, _account, _contact in sending]).update(
        state=MessageState.UNCLEAR,
        finished_at=now,
        answer=_("Der Versand brach ab, bevor der Mailserver antwortete."),
    )
    found = [*claimed, *sending]
    for account_id in {account for _pk, account, _contact in found}:
        tell_of_many(Kind.MAILED, account_id, [contact for _pk, account, contact in found if account == account_id])
    return len(sending)
