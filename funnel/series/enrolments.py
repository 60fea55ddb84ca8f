"""The only way in which contacts enter, leave, pause or resume a sequence.

Locks are always taken in the order enrolment, message. Stopping a series holds the enrolment's lock while cancelling,
and the sweep claims under the same lock, so a stopped message is never claimed afterwards.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.notices import Kind
from base.refusals import Conflict
from contacts import finding
from contacts.models import Contact
from contacts.telling import tell_of_many
from funnel.models import (
    Enrolment,
    EnrolmentReason,
    EnrolmentState,
    Message,
    MessageReason,
    Sender,
    Sequence,
)
from funnel.permission import eligibility
from funnel.series import grounds, planning, single_changes
from funnel.series.bulk_changes import BulkChange
from funnel.series.grounds import Grounds
from funnel.series.single_changes import change

# Not lifted by a status change: the person or the law forbids it.
FINAL: tuple[str, ...] = (
    EnrolmentReason.UNSUBSCRIBED,
    EnrolmentReason.OBJECTION,
    EnrolmentReason.BOUNCE,
    EnrolmentReason.COMPLAINT,
)
# Not lifted by a status change either: a user paused it, or has to look at it first.
NEEDS_PERSON: tuple[str, ...] = (EnrolmentReason.MANUAL, EnrolmentReason.FAILED)


class Effect(Enum):
    """What a new status means for the contact's mails."""

    ENROL = "enrol"  # a system column, entered by moving a single card
    PAUSE = "pause"  # a column of the office's own
    KEEP = "keep"  # the same, with mails that continue
    END = "end"  # a column for lost contacts, or a system column entered in bulk


@dataclass(frozen=True)
class Announcement:
    """What will be mailed next, for the message shown after a drop; `why_not` if nothing will."""

    subject: str = ""
    planned_for: datetime | None = None
    count: int = 0
    why_not: str = ""  # a `MessageReason`, or "" for a sequence without steps
    number: int = 0  # position of the next mail in the sequence, from 1
    sender: Sender | None = field(default=None, compare=False)  # whose mails they are, if that was read along


@transaction.atomic(savepoint=False)  # the callers' transaction ends with it
def change_status(
    *,
    contact: Contact,
    sequence: Sequence | int | None,
    effect: Effect,
    cause: int | None,
    actor: User | None,
    now: datetime,
) -> Announcement | None:
    """Apply a status change to the contact's mails, within the caller's transaction.

    Entering a sequence ends all others and continues at the first unsent step. Series paused by hand, or because a mail
    failed, stay paused. Return what comes next for `Effect.ENROL`, else None.
    """
    sequence_id = sequence.pk if isinstance(sequence, Sequence) else sequence
    rows = single_changes.lock(contact)
    if effect is Effect.KEEP:
        return None
    if effect is Effect.PAUSE:
        for row in rows:
            if row.state == EnrolmentState.ACTIVE:
                change(row, EnrolmentState.PAUSED, EnrolmentReason.STATUS, cause=cause, actor=actor, now=now)
        return None
    for row in rows:
        if row.sequence_id != sequence_id or effect is Effect.END:
            end(row, EnrolmentReason.LOST if effect is Effect.END else EnrolmentReason.STATUS, cause, actor, now)
    if effect is Effect.END or sequence_id is None:
        return None
    return _enrol(contact, sequence_id, rows, cause, actor, now)


@transaction.atomic
def leave_many(
    *,
    account_id: int,
    contact_ids: Collection[int],
    effect: Effect,
    causes: Mapping[int, int],
    actor: User | None,
    now: datetime,
) -> int:
    """Apply a status change that enrols nobody to many contacts. Return the number of series paused or ended.

    `causes` maps contacts to their status change, by which `undoing.undo_many` finds what to restore.
    """
    if effect is Effect.KEEP:
        return 0
    rows = [row for row in lock_rows(account_id, contact_ids) if row.state != EnrolmentState.ENDED]
    work = BulkChange(account_id, causes, actor, now)
    if effect is Effect.PAUSE:
        work.change(
            [row for row in rows if row.state == EnrolmentState.ACTIVE], EnrolmentState.PAUSED, EnrolmentReason.STATUS
        )
    else:
        work.end(rows, EnrolmentReason.LOST if effect is Effect.END else EnrolmentReason.STATUS)
    tell_of_many(Kind.MAILED, account_id, [row.contact_id for row in rows], actor)
    return len(rows)


@transaction.atomic
@notices.as_one(Kind.MAILED)
def pause(*, user: User, contact_id: int, now: datetime) -> Enrolment:
    """Pause the contact's active series. Raises what `finding.lock` raises, and Conflict if none is active."""
    contact = finding.lock(user, contact_id)
    row = _lock_one(contact, EnrolmentState.ACTIVE, _("Für diesen Kontakt läuft keine Serie."))
    change(row, EnrolmentState.PAUSED, EnrolmentReason.MANUAL, cause=None, actor=user, now=now)
    return row


@transaction.atomic
@notices.as_one(Kind.MAILED)
def resume(*, user: User, contact_id: int, now: datetime) -> Enrolment:
    """Resume the paused series at its next step, ten minutes from now at the earliest.

    Raises what `finding.lock` raises, and Conflict if nothing is paused or the contact may not be mailed.
    """
    contact = finding.lock(user, contact_id)
    row = _lock_one(contact, EnrolmentState.PAUSED, _("Für diesen Kontakt ist keine Serie pausiert."))
    lacking = eligibility.missing(contact)
    if lacking:
        raise Conflict(_("Es kann nichts gesendet werden: %s.") % MessageReason(lacking).label)
    if row.reason == EnrolmentReason.ADDRESS and not eligibility.consented_since(contact, row.changed_at):
        raise Conflict(_("Die neue E-Mail-Adresse braucht eine eigene Einwilligung."))
    replan(row, contact, cause=None, actor=user, now=now)
    return row


def continue_after_failure(row: Enrolment, *, actor: User | None, now: datetime) -> None:
    """Continue a series that is paused because a mail failed, or that was complete. The caller has locked it.

    A series paused for another reason stays paused. Raises Conflict if it was stopped, or if the contact has another
    active series.
    """
    if row.state == EnrolmentState.ENDED and row.reason != EnrolmentReason.FINISHED:
        raise Conflict(_("Diese Serie ist beendet: %s.") % row.get_reason_display())
    if row.state == EnrolmentState.ACTIVE or (
        row.state == EnrolmentState.PAUSED and row.reason != EnrolmentReason.FAILED
    ):
        return
    others = Enrolment.objects.of(row.account_id).filter(contact=row.contact_id, state=EnrolmentState.ACTIVE)
    if others.exclude(pk=row.pk).exists():
        raise Conflict(_("Für diesen Kontakt läuft inzwischen eine andere Serie."))
    change(row, EnrolmentState.ACTIVE, "", cause=None, actor=actor, now=now)


@transaction.atomic
def stop(
    *,
    account_id: int,
    contact_ids: Collection[int],
    reason: str,
    now: datetime,
    actor: User | None = None,
    cause: int | None = None,
) -> int:
    """End the series of these contacts and cancel what is planned or claimed. Return the number of series ended.

    Once this has committed, none of their messages is claimed. Idempotent. With a `cause`, `undoing.undo_many` restores
    them.
    """
    rows = [row for row in lock_rows(account_id, contact_ids) if row.state != EnrolmentState.ENDED]
    BulkChange(account_id, dict.fromkeys(contact_ids, cause), actor, now).end(rows, reason)
    tell_of_many(Kind.MAILED, account_id, [row.contact_id for row in rows], actor)
    return len(rows)


@transaction.atomic
def suspend(*, contact: Contact, reason: str, now: datetime) -> None:
    """Pause the active series for `reason`."""
    for row in lock_rows(contact.account_id, [contact.pk]):
        if row.state == EnrolmentState.ACTIVE:
            change(row, EnrolmentState.PAUSED, reason, cause=None, actor=None, now=now)


def announce(*, account_id: int, contact_id: int) -> Announcement | None:
    """Return what comes next for the contact, or None without a series."""
    rows = Enrolment.objects.of(account_id).filter(contact=contact_id).exclude(state=EnrolmentState.ENDED)
    row = rows.order_by("-changed_at").first()
    if row is None:
        return None
    if row.state == EnrolmentState.PAUSED:
        return Announcement(why_not=row.reason)
    coming = Message.objects.of(account_id).filter(enrolment=row, state__in=planning.OPEN)
    return _announcement(list(coming.select_related("step").order_by("planned_for")))


def _enrol(
    contact: Contact,
    sequence_id: int,
    rows: Iterable[Enrolment],
    cause: int | None,
    actor: User | None,
    now: datetime,
) -> Announcement:
    row = next((row for row in rows if row.sequence_id == sequence_id), None)
    if row is None:
        row = Enrolment(
            account_id=contact.account_id, contact=contact, sequence_id=sequence_id, state="", started_at=now
        )
    elif row.state == EnrolmentState.PAUSED and row.reason in NEEDS_PERSON:
        return Announcement(why_not=row.reason)
    elif row.state == EnrolmentState.ACTIVE:
        return announce(account_id=contact.account_id, contact_id=contact.pk) or Announcement()
    given = grounds.read(contact, sequence_id)
    if given.lacking:
        _pause_without_basis(row, contact, cause, actor, now)
        return Announcement(why_not=given.lacking)
    return _announcement(replan(row, contact, given, cause=cause, actor=actor, now=now), given.sender)


def _pause_without_basis(
    row: Enrolment, contact: Contact, cause: int | None, actor: User | None, now: datetime
) -> None:
    row.address = contact.email.strip().lower()
    change(row, EnrolmentState.PAUSED, EnrolmentReason.NO_BASIS, cause=cause, actor=actor, now=now)


def replan(
    row: Enrolment,
    contact: Contact,
    given: Grounds | None = None,
    *,
    cause: int | None,
    actor: User | None,
    now: datetime,
) -> list[Message]:
    """Plan the unsent steps of an enrolment that the caller has locked; without any it ends as finished."""
    given = given or grounds.read(contact, row.sequence_id)
    row.address = contact.email.strip().lower()
    how: dict[str, Any] = {"cause": cause, "actor": actor, "now": now}
    change(row, EnrolmentState.ACTIVE, "", **how, cancelling=MessageReason.REPLANNED)
    coming = planning.messages_after(row, given.steps, given.window, given.last, now, cause)
    messages = planning.insert(coming)
    if not messages:
        change(row, EnrolmentState.ENDED, EnrolmentReason.FINISHED, **how)
    return messages


def _announcement(messages: list[Message], sender: Sender | None = None) -> Announcement:
    if not messages:
        return Announcement()
    first = messages[0]
    number = first.step.position + 1
    return Announcement(first.step.subject, first.planned_for, len(messages), number=number, sender=sender)


def end(row: Enrolment, reason: str, cause: int | None, actor: User | None, now: datetime) -> None:
    """End an enrolment that the caller has locked, and cancel what is planned or claimed."""
    if row.state != EnrolmentState.ENDED:
        cancelling = MessageReason.STOPPED
        change(row, EnrolmentState.ENDED, reason, cause=cause, actor=actor, now=now, cancelling=cancelling)


def lock_rows(account_id: int, contact_ids: Collection[int]) -> list[Enrolment]:
    """Lock and return all enrolments of the contacts, in order of id."""
    rows = Enrolment.objects.of(account_id).filter(contact__in=contact_ids)
    return list(rows.order_by("pk").select_for_update())


def _lock_one(contact: Contact, state: str, sentence: str) -> Enrolment:
    row = next((row for row in lock_rows(contact.account_id, [contact.pk]) if row.state == state), None)
    if row is None:
        raise Conflict(sentence)
    return row
