"""Claiming due messages. Everything is checked again, under the lock that stopping a series takes as well."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from base import notices
from base.sql import all_rows
from contacts.kinds import Kind
from contacts.models import Action
from contacts.telling import tell_of
from funnel.letters import imprint
from funnel.models import (
    Enrolment,
    EnrolmentReason,
    EnrolmentState,
    Message,
    MessageReason,
    MessageState,
    Sender,
    SuppressionReason,
)
from funnel.permission import eligibility, schedule
from funnel.permission.suppression import entries
from funnel.series import enrolments, planning
from funnel.transport import holds

BATCH = 200  # messages claimed at once, shared fairly among offices
WEEK = timedelta(days=7)
MAX_OVERDUE = WEEK  # a mail this late would surprise more than help
ONE_DAY = timedelta(days=1)
DOUBT_RECHECK = timedelta(minutes=10)  # until it is checked again whether the doubt was decided


@dataclass(frozen=True)
class Decision:
    """What happens to a due message: claim it, skip it for a reason, or postpone it."""

    state: str
    reason: str = ""
    until: datetime | None = None


CLAIM = Decision(MessageState.CLAIMED)


# Reads each office's next messages from the index on due messages. Ordering everything due by turn instead took longer
# with every message that waited.
DUE = """
SELECT due.id FROM accounts_account AS office CROSS JOIN LATERAL (
    SELECT message.id, message.planned_for,
           row_number() OVER (ORDER BY message.planned_for, message.id) AS turn
    FROM funnel_message AS message
    JOIN funnel_enrolment AS enrolment ON enrolment.id = message.enrolment_id
    JOIN funnel_sequence AS sequence ON sequence.id = enrolment.sequence_id
    JOIN funnel_sender AS sender ON sender.account_id = message.account_id
    WHERE message.account_id = office.id AND message.state = 'planned' AND message.planned_for <= %(now)s
      AND office.id <> ALL(%(skip)s) AND (%(only)s::bigint[] IS NULL OR office.id = ANY(%(only)s::bigint[]))
      AND NOT (message.state = 'planned' AND message.waits AND NOT message.is_urgent)
      AND sequence.is_on AND sender.is_on AND (enrolment.state = 'active' OR message.is_urgent)
    ORDER BY message.planned_for, message.id
    LIMIT %(batch)s
) AS due
ORDER BY due.turn, due.planned_for, due.id
LIMIT %(batch)s
"""


def due(now: datetime, skip: Collection[int] = (), only: Collection[int] | None = None) -> list[int]:
    """Return the ids of the next due messages, taking turns among offices so that a long queue delays no other office.

    Offices in `skip` are passed over; with `only`, all others are.
    """
    values = {"now": now, "batch": BATCH, "skip": list(skip), "only": None if only is None else list(only)}
    return [pk for (pk,) in all_rows(DUE, values)]


def unready_offices() -> set[int]:
    """Return the offices without a complete Impressum. Their mails wait unchanged."""
    return {sender.account_id for sender in Sender.objects.filter(is_on=True) if imprint.missing(sender)}


@transaction.atomic
@notices.as_one(notices.Kind.MAILED)
def claim(ids: Collection[int], *, now: datetime) -> list[Message]:
    """Claim and return the messages that may be sent now; others are skipped or postponed.

    Rows locked by another worker are left out.
    """
    rows = Enrolment.objects.filter(messages__in=ids).order_by("pk")
    held = {row.pk: row for row in rows.select_for_update(no_key=True, skip_locked=True, of=("self",))}
    messages = Message.objects.filter(pk__in=ids, state=MessageState.PLANNED, planned_for__lte=now, enrolment__in=held)
    found = list(
        messages.order_by("pk")
        .select_for_update(skip_locked=True, of=("self", "contact"))
        .select_related("contact__assignee", "step__sequence", "account__sender")
    )
    if not found:
        return []
    checks = Checks(found, now)
    for message in found:
        message.enrolment = held[message.enrolment_id]
        before = message.state, message.reason, message.planned_for
        _apply(message, checks.verdict(message), now)
        if before != (message.state, message.reason, message.planned_for) and message.state != MessageState.CLAIMED:
            tell_of(notices.Kind.MAILED, message.contact)
    claimed = [message for message in found if message.state == MessageState.CLAIMED]
    Message.objects.filter(pk__in=[message.pk for message in claimed]).update(
        state=MessageState.CLAIMED, reason="", claimed_at=now
    )
    for message in found:
        if message.state != MessageState.CLAIMED:
            message.save(update_fields=["state", "reason", "finished_at", "planned_for"])
    return claimed


class Checks:
    """Everything a batch of messages is checked against, read in a few statements."""

    def __init__(self, messages: list[Message], now: datetime) -> None:
        self.now = now
        self.planned = [message.planned_for for message in messages]
        self.consenting: set[int] = set()
        self.suppressed: set[tuple[int, str]] = set()
        self.in_doubt: set[tuple[int, str]] = set()
        self.windows: dict[int, schedule.Window] = {}
        self.unready: set[int] = set()
        self.sent_to: dict[tuple[int, str], tuple[int, int]] = {}
        answered = Action.objects.filter(
            contact=OuterRef("contact"), kind=Kind.MAIL_IN, created_at__gt=OuterRef("enrolment__changed_at")
        )
        mine = Message.objects.filter(pk__in=[message.pk for message in messages])
        self.answered = set(mine.filter(Exists(answered)).values_list("pk", flat=True))
        by_account: dict[int, list[Message]] = {}
        for message in messages:
            by_account.setdefault(message.account_id, []).append(message)
        for account_id, group in by_account.items():
            self._read(account_id, group)
        earlier = Message.objects.filter(
            enrolment=OuterRef("enrolment"),
            state__in=planning.OPEN,
            step__position__lt=OuterRef("step__position"),
        )
        self.out_of_turn = set(mine.filter(Exists(earlier)).values_list("pk", flat=True))

    def verdict(self, message: Message) -> Decision:
        """Return what happens to the message. „Jetzt senden“ lifts delay, window and caps, never eligibility."""
        if message.pk in self.answered and not message.is_urgent:
            return Decision(MessageState.CANCELLED, MessageReason.STOPPED)
        lacking = self._lacking(message)
        if lacking:
            return Decision(MessageState.SKIPPED, lacking)
        if (message.account_id, message.address) in self.in_doubt:  # it may turn out to be no objection
            return Decision(MessageState.PLANNED, until=self.now + DOUBT_RECHECK)
        if message.account_id in self.unready:  # nothing is sent without an Impressum, and nothing is lost by waiting
            return Decision(MessageState.PLANNED, until=self.now + timedelta(hours=1))
        if not (message.account.sender.is_on and message.step.sequence.is_on):
            return Decision(MessageState.PLANNED, until=message.planned_for)
        if message.is_urgent:
            return CLAIM
        if self._is_too_late(message):
            return Decision(MessageState.SKIPPED, MessageReason.TOO_LATE)
        if message.enrolment.state != EnrolmentState.ACTIVE:
            return Decision(MessageState.PLANNED, until=message.planned_for)
        if message.pk in self.out_of_turn:
            return Decision(MessageState.PLANNED, until=self.now + timedelta(minutes=1))
        until = self._later(message)
        return Decision(MessageState.PLANNED, until=until) if until else CLAIM

    def _is_too_late(self, message: Message) -> bool:
        """Return whether it is overdue, without the time in which sending was held."""
        over = self.now - message.planned_for
        if over <= MAX_OVERDUE:
            return False
        return over - self.held_time.since(message.account_id, message.planned_for) > MAX_OVERDUE

    @cached_property
    def held_time(self) -> holds.HeldTime:
        return holds.HeldTime(list(self.windows), min(self.planned), self.now)

    def _lacking(self, message: Message) -> str:
        contact, key = message.contact, (message.account_id, message.address)
        if contact.trashed_at is not None:
            return MessageReason.STOPPED
        if contact.email.strip().lower() != message.address:
            return MessageReason.ADDRESS_CHANGED
        if not eligibility.has_address(message.address):
            return MessageReason.NO_ADDRESS
        if key in self.suppressed:
            return MessageReason.SUPPRESSED
        if contact.pk not in self.consenting:
            return MessageReason.NO_CONSENT
        if message.step.removed_at or not message.step.is_on:
            return MessageReason.STEP_OFF
        return ""

    def _later(self, message: Message) -> datetime | None:
        """Return when it may leave, or None for now."""
        window, sender = self.windows[message.account_id], message.account.sender
        if not window.is_open(self.now):
            return window.next_open(self.now, message.step.send_at)
        today, this_week = self.sent_to.get((message.account_id, message.address), (0, 0))
        if today >= sender.max_per_day or this_week >= sender.max_per_week:
            midnight = (self.now.astimezone(window.zone) + ONE_DAY).replace(hour=0, minute=0, second=0)
            return window.next_open(midnight.astimezone(self.now.tzinfo), message.step.send_at)
        self.sent_to[message.account_id, message.address] = (today + 1, this_week + 1)
        return None

    def _read(self, account_id: int, group: list[Message]) -> None:
        sender = group[0].account.sender
        addresses = {message.address for message in group}
        self.consenting |= eligibility.with_consent([message.contact_id for message in group], account_id)
        for address, entry in entries(account_id, addresses).items():
            closed = self.in_doubt if entry.reason == SuppressionReason.DOUBT else self.suppressed
            closed.add((account_id, address))
        self.windows[account_id] = window = planning.window(sender)
        if imprint.missing(sender):
            self.unready.add(account_id)
        midnight = self.now.astimezone(window.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        served = Message.objects.of(account_id).filter(
            state__in=(MessageState.SENT, MessageState.SENDING, MessageState.CLAIMED, MessageState.UNCLEAR)
        )
        recent = served.filter(address__in=addresses).annotate(when=Coalesce("finished_at", "claimed_at"))
        counts = (
            recent.filter(when__gt=self.now - WEEK)
            .values_list("address")
            .annotate(today=Count("pk", filter=Q(when__gte=midnight)), week=Count("pk"))
        )
        for address, today, week in counts:
            self.sent_to[account_id, address] = (today, week)


def _apply(message: Message, verdict: Decision, now: datetime) -> None:
    message.state, message.reason = verdict.state, verdict.reason
    if verdict.state == MessageState.CLAIMED:
        message.claimed_at = now
    elif verdict.state == MessageState.CANCELLED:  # a colleague recorded a reply, as reading the mailbox would have
        message.finished_at = now
        enrolments.stop(
            account_id=message.account_id,
            contact_ids=[message.contact_id],
            reason=EnrolmentReason.REPLY,
            now=now,
        )
    elif verdict.state == MessageState.SKIPPED:
        message.finished_at = now
        _pause(message, verdict.reason, now)
    elif verdict.until and verdict.until > message.planned_for:
        message.planned_for = verdict.until


PAUSES: dict[str, str] = {
    MessageReason.ADDRESS_CHANGED: EnrolmentReason.ADDRESS,
    MessageReason.NO_ADDRESS: EnrolmentReason.NO_BASIS,
    MessageReason.NO_CONSENT: EnrolmentReason.NO_BASIS,
}


def _pause(message: Message, reason: str, now: datetime) -> None:
    """Pause a series that lacks consent or address, instead of skipping its mails one by one."""
    if reason in PAUSES:
        enrolments.suspend(contact=message.contact, reason=PAUSES[reason], now=now)
