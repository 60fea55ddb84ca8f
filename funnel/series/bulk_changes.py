"""Changing many series in a few statements. Locking and deciding is left to the callers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import User
from funnel.models import Enrolment, EnrolmentChange, EnrolmentState, Message, MessageReason, MessageState

# Each series has its own cause. For 400 series with 1,200 messages, `bulk_update` took 9.5 s and an update for each
# series 3.1 s, this statement 0.5 s.
CANCEL = """
UPDATE funnel_message SET state = 'cancelled', reason = %s, finished_at = %s, cancelled_by = ended.cause
FROM unnest(%s::bigint[], %s::bigint[]) AS ended(enrolment, cause)
WHERE account_id = %s AND enrolment_id = ended.enrolment AND state IN ('planned', 'claimed')
"""


@dataclass(frozen=True)
class BulkChange:
    """What the changes of many series have in common. The caller has locked the rows."""

    account_id: int
    causes: Mapping[int, int | None]
    actor: User | None
    now: datetime

    def change(self, rows: Sequence[Enrolment], state: str, reason: str) -> None:
        """Save the rows with a new state, and record the change. Rows without an id are inserted.

        Pausing takes back „Jetzt senden“, as it does for a single one.
        """
        if not rows:
            return
        before = [(row.state, row.reason) for row in rows]
        known = [row for row in rows if row.pk is not None]
        for row in rows:
            row.state, row.reason, row.changed_at = state, reason, self.now
        Enrolment.objects.bulk_create(row for row in rows if row.pk is None)
        Enrolment.objects.of(self.account_id).bulk_update(known, ["state", "reason", "address", "changed_at"])
        if state == EnrolmentState.PAUSED:
            urgent = Message.objects.of(self.account_id).filter(state=MessageState.PLANNED, is_urgent=True)
            urgent.filter(enrolment__in=[row.pk for row in known]).update(is_urgent=False)
        EnrolmentChange.objects.bulk_create(
            EnrolmentChange(
                account_id=self.account_id,
                enrolment=row,
                cause=self.causes.get(row.contact_id),
                state_before=state_before,
                reason_before=reason_before,
                state=state,
                reason=reason,
                actor=self.actor,
                at=self.now,
            )
            for row, (state_before, reason_before) in zip(rows, before, strict=True)
        )

    def end(self, rows: Sequence[Enrolment], reason: str) -> None:
        """End the series and cancel what is planned or claimed."""
        self.change(rows, EnrolmentState.ENDED, reason)
        self.cancel(rows, MessageReason.STOPPED)

    def cancel(self, rows: Sequence[Enrolment], reason: str) -> None:
        """Cancel what is planned or claimed, each message with the cause of its contact."""
        if not rows:
            return
        ids = [row.pk for row in rows]
        causes = [self.causes.get(row.contact_id) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(CANCEL, [reason, self.now, ids, causes, self.account_id])
