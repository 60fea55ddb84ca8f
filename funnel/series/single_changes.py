"""Changing one series in one statement, as each drop does. Locking and deciding is left to the callers."""

from datetime import datetime

from accounts.models import User
from base import notices
from base.sql import all_rows, columns_of, listed, loaded, one_row
from contacts.models import Contact
from funnel.models import Enrolment

ENROLMENT = columns_of(Enrolment)
LOCK = f"""
SELECT {listed("run", ENROLMENT)} FROM funnel_enrolment AS run
WHERE run.account_id = %(account)s AND run.contact_id = %(contact)s ORDER BY run.id FOR UPDATE
"""
# The ORM takes three statements, and six times as long to compose them as PostgreSQL to run them.
NOTE = """
INSERT INTO funnel_enrolmentchange (account_id, enrolment_id, cause, state_before, reason_before, state, reason,
                                    actor_id, at)
SELECT %(account)s, id, %(cause)s, %(state_before)s, %(reason_before)s, %(state)s, %(reason)s, %(actor)s, %(now)s
FROM changed
RETURNING enrolment_id, (SELECT assignee_id FROM contacts_contact WHERE id = %(contact)s)
"""
BEGIN = f"""
WITH changed AS (
    INSERT INTO funnel_enrolment (account_id, contact_id, sequence_id, state, reason, address, started_at, changed_at)
    VALUES (%(account)s, %(contact)s, %(sequence)s, %(state)s, %(reason)s, %(address)s, %(started)s, %(now)s)
    RETURNING id
)
{NOTE}
"""
CHANGE = f"""
WITH changed AS (
    UPDATE funnel_enrolment SET state = %(state)s, reason = %(reason)s, address = %(address)s, changed_at = %(now)s
    WHERE id = %(id)s AND account_id = %(account)s
    RETURNING id
), cancelled AS (
    UPDATE funnel_message
    SET state = 'cancelled', reason = %(cancelling)s, cancelled_by = %(cause)s, finished_at = %(now)s
    WHERE %(cancelling)s <> '' AND account_id = %(account)s AND enrolment_id = %(id)s
      AND state IN ('planned', 'claimed')
), calmed AS (
    UPDATE funnel_message SET is_urgent = false
    WHERE %(state)s = 'paused' AND account_id = %(account)s AND enrolment_id = %(id)s
      AND state = 'planned' AND is_urgent
)
{NOTE}
"""


def lock(contact: Contact) -> list[Enrolment]:
    """Lock and return all enrolments of the contact, in order of id."""
    rows = all_rows(LOCK, {"account": contact.account_id, "contact": contact.pk})
    return [loaded(Enrolment, ENROLMENT, row) for row in rows]


def change(
    row: Enrolment,
    state: str,
    reason: str,
    *,
    cause: int | None,
    actor: User | None,
    now: datetime,
    cancelling: str = "",
) -> None:
    """Save a series with a new state and record the change. One without an id is inserted.

    With a reason for `cancelling`, what is planned or claimed is cancelled. Pausing takes back „Jetzt senden“, which
    may be asked for again while the series is paused.
    """
    values = {
        "id": row.pk,
        "account": row.account_id,
        "contact": row.contact_id,
        "sequence": row.sequence_id,
        "state_before": row.state,
        "reason_before": row.reason,
        "state": str(state),
        "reason": str(reason),
        "address": row.address,
        "started": row.started_at,
        "cause": cause,
        "actor": actor.pk if actor else None,
        "now": now,
        "cancelling": str(cancelling),
    }
    found = one_row(BEGIN if row.pk is None else CHANGE, values)
    row.state, row.reason, row.changed_at = state, reason, now
    if found:
        row.pk, assignee_id = found
        seen = [notices.Seen.kept(row.contact_id, assignee_id)]
        notices.tell(notices.Kind.MAILED, row.account_id, seen, user=actor.pk if actor else None)
