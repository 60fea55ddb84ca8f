"""Starting a series for many contacts at once: `enrolments.change_status` in a few statements for all of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import User
from base.notices import Kind
from contacts.models import Contact
from contacts.telling import tell_of_many
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, MessageReason
from funnel.permission import eligibility
from funnel.series import planning
from funnel.series.bulk_changes import BulkChange
from funnel.series.enrolments import NEEDS_PERSON, lock_rows


@dataclass
class Started:
    """The result of `start_many`: the number of mails planned per contact, and why other contacts are not mailed.

    Reasons are `MessageReason` or `EnrolmentReason`. Contacts whose series was active already are in neither.
    """

    mails: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    left_alone: list[int] = field(default_factory=list)  # refused contacts whose series was not changed

    def add(self, other: "Started") -> None:
        """Add the results for other contacts."""
        self.mails |= other.mails
        self.refused |= other.refused
        self.left_alone += other.left_alone


@transaction.atomic
def start_many(
    *,
    contacts: Sequence[Contact],
    sequence_id: int,
    waits: bool,
    causes: Mapping[int, int | None],
    actor: User | None,
    now: datetime,
) -> Started:
    """Enrol contacts of one office in a sequence, within the caller's transaction.

    Contacts that may not be mailed wait for consent, as after a single move; with `waits` False they are left as they
    are. Manual pauses are kept. `causes` maps contacts to their status change, if any. Idempotent for active series.
    """
    started = Started()
    if not contacts:
        return started
    account_id, addresses = contacts[0].account_id, {contact.pk: contact.email for contact in contacts}
    started.refused = eligibility.missing_many(account_id, addresses)
    started.left_alone = [] if waits else [*started.refused]
    concerned = [contact for contact in contacts if waits or contact.pk not in started.refused]
    rows = lock_rows(account_id, [contact.pk for contact in concerned])
    work = BulkChange(account_id, causes, actor, now)
    others = [row for row in rows if row.sequence_id != sequence_id and row.state != EnrolmentState.ENDED]
    work.change(others, EnrolmentState.ENDED, EnrolmentReason.STATUS)
    work.cancel(others, MessageReason.STOPPED)
    there = {row.contact_id: row for row in rows if row.sequence_id == sequence_id}
    entering = []
    for contact in concerned:
        row = there.get(contact.pk) or Enrolment(
            account_id=account_id, contact=contact, sequence_id=sequence_id, state="", started_at=now
        )
        if row.state == EnrolmentState.PAUSED and row.reason in NEEDS_PERSON:
            started.refused[contact.pk] = row.reason
        elif row.state == EnrolmentState.ACTIVE:
            started.refused.pop(contact.pk, None)
        else:
            row.address = contact.email.strip().lower()
            entering.append(row)
    work.change(
        [row for row in entering if row.contact_id in started.refused], EnrolmentState.PAUSED, EnrolmentReason.NO_BASIS
    )
    _plan([row for row in entering if row.contact_id not in started.refused], work, started)
    tell_of_many(Kind.MAILED, account_id, [row.contact_id for row in (*others, *entering)], actor)
    return started


def paused(account_id: int, contact_ids: Collection[int], sequence_id: int) -> set[int]:
    """Return the contacts whose series is paused by hand, which no status change lifts."""
    rows = Enrolment.objects.of(account_id).filter(contact__in=contact_ids, sequence=sequence_id)
    by_hand = rows.filter(state=EnrolmentState.PAUSED, reason=EnrolmentReason.MANUAL)
    return set(by_hand.values_list("contact", flat=True))


def _plan(rows: list[Enrolment], work: BulkChange, started: Started) -> None:
    if not rows:
        return
    kept = [row for row in rows if row.pk is not None]
    work.change(rows, EnrolmentState.ACTIVE, "")
    work.cancel(kept, MessageReason.REPLANNED)
    planned = planning.plan_many(rows, now=work.now, causes=work.causes)
    finished = [row for row in rows if not planned[row.pk]]
    work.change(finished, EnrolmentState.ENDED, EnrolmentReason.FINISHED)
    started.refused |= {row.contact_id: EnrolmentReason.FINISHED for row in finished}
    started.mails = {row.contact_id: len(planned[row.pk]) for row in rows if planned[row.pk]}
