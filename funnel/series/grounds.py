"""What decides how a series goes on: whether the contact may be mailed, what they had, what is to come and when.

One statement reads it, because each drop into a status with a series needs all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Account
from base.sql import all_rows, columns_of, listed, loaded
from contacts.models import Contact
from funnel.models import MessageReason, Sender, Step
from funnel.permission import eligibility, schedule
from funnel.permission.suppression import hashes
from funnel.series import planning

SENDER = columns_of(Sender, "account_id", "name", "legal_name", "window_from", "window_until")
OFFICE = columns_of(Account, "id", "name", "time_zone")
STEP = columns_of(Step, "id", "account_id", "sequence_id", "position", "delay_days", "send_at", "subject")
# `consent.counts` says which evidence counts, `planning.DONE` which steps are over.
DONE = f"account_id = %(account)s AND contact_id = %(contact)s AND state IN {tuple(map(str, planning.DONE))}"
READ = f"""
SELECT
    EXISTS (SELECT FROM funnel_suppression WHERE account_id = %(account)s AND address_hash = ANY(%(hashes)s)),
    (SELECT evidence.granted
     FROM contacts_consent AS evidence JOIN contacts_contact AS contact ON contact.id = evidence.contact_id
     WHERE evidence.account_id = %(account)s AND evidence.contact_id = %(contact)s AND evidence.channel = 'email'
       AND (evidence.address = lower(contact.email) OR NOT evidence.granted OR evidence.address = '')
       AND evidence.is_proven
     ORDER BY evidence.occurred_at DESC, evidence.id DESC LIMIT 1),
    (SELECT max(moment) FROM (
         SELECT DISTINCT ON (step_id) finished_at AS moment FROM funnel_message
         WHERE {DONE} ORDER BY step_id, finished_at DESC
     ) AS done),
    ARRAY(SELECT day FROM funnel_holiday WHERE account_id = %(account)s),
    {listed("sender", SENDER)}, {listed("office", OFFICE)}, {listed("step", STEP)}
FROM funnel_sender AS sender
JOIN accounts_account AS office ON office.id = sender.account_id
LEFT JOIN funnel_step AS step ON step.account_id = sender.account_id AND step.sequence_id = %(sequence)s
    AND step.removed_at IS NULL AND step.is_on
    AND NOT EXISTS (SELECT FROM funnel_message WHERE step_id = step.id AND {DONE})
WHERE sender.account_id = %(account)s
ORDER BY step.position
"""


@dataclass(frozen=True)
class Grounds:
    """The grounds for one contact in one sequence."""

    lacking: str  # why the contact may not be mailed, as a `MessageReason`, or ""
    steps: list[Step]  # those that the contact has not received
    last: datetime | None  # when the last mail left
    window: schedule.Window
    sender: Sender  # with the office; what else it knows is not loaded


def read(contact: Contact, sequence_id: int) -> Grounds:
    """Return the grounds for this contact in this sequence. The caller has locked the contact's enrolments."""
    address = contact.email.strip().lower()
    values = {
        "account": contact.account_id,
        "contact": contact.pk,
        "sequence": sequence_id,
        "hashes": hashes(contact.account_id, address),
    }
    rows = all_rows(READ, values)
    if not rows:
        raise Sender.DoesNotExist
    is_suppressed, is_granted, last, holidays, *more = rows[0]
    sender = _sender(more)
    window = schedule.Window(sender.account.zone, sender.window_from, sender.window_until, frozenset(holidays))
    steps = [loaded(Step, STEP, row[-len(STEP) :]) for row in rows if row[-len(STEP)] is not None]
    return Grounds(_lacking(address, is_suppressed, is_granted), steps, last, window, sender)


def _lacking(address: str, is_suppressed: bool, is_granted: bool | None) -> str:
    if not eligibility.has_address(address):
        return MessageReason.NO_ADDRESS
    if is_suppressed:
        return MessageReason.SUPPRESSED
    return "" if is_granted else MessageReason.NO_CONSENT


def _sender(values: list[Any]) -> Sender:
    sender = loaded(Sender, SENDER, values[: len(SENDER)])
    sender.account = loaded(Account, OFFICE, values[len(SENDER) : len(SENDER) + len(OFFICE)])
    return sender
