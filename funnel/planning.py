"""Planning the messages of an enrolment: which steps are still to come, and when."""

import secrets
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import connection

from funnel import schedule
from funnel.models import Enrolment, Holiday, Message, Sender, Step

State = Message.State
OPEN = (State.PLANNED, State.CLAIMED)  # what a stop still catches
SERVED = (State.SENDING, State.SENT, State.FAILED, State.UNCLEAR)  # a step that is in one of these is over


def window(sender: Sender) -> schedule.Window:
    """When this office sends."""
    days = frozenset(Holiday.objects.of(sender.account_id).values_list("day", flat=True))
    return schedule.Window(sender.account.zone, sender.window_from, sender.window_until, days)


def plan(enrolment: Enrolment, *, now: datetime, cause: int | None) -> list[Message]:
    """Plans the steps that were not sent to the contact yet, the first of them after the hold; answers all planned.

    The caller holds the enrolment's lock and has cancelled what was planned before. A step that was already sent to
    the address, of whichever contact, becomes a skipped message.
    """
    steps = Step.objects.of(enrolment.account_id).filter(sequence=enrolment.sequence_id, removed_at=None)
    served = dict(
        Message.objects.of(enrolment.account_id)
        .filter(contact=enrolment.contact_id, state__in=SERVED)
        .order_by("finished_at")
        .values_list("step", "finished_at")
    )
    coming = [step for step in steps.filter(is_on=True).order_by("position") if step.pk not in served]
    if not coming:
        return []
    sender = Sender.objects.of(enrolment.account_id).select_related("account").get()
    last = max((moment for moment in served.values() if moment), default=None)
    return _insert(_messages(enrolment, coming, window(sender), last, now, cause))


def new_message_id() -> str:
    """A Message-ID of our own (RFC 5322 3.6.4), made with the row and the same in every attempt."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{secrets.token_urlsafe(18)}@{domain}>"


def _messages(
    enrolment: Enrolment,
    steps: list[Step],
    window: schedule.Window,
    last: datetime | None,
    now: datetime,
    cause: int | None,
) -> list[Message]:
    earliest = now + schedule.HOLD
    base, messages = last or now, []
    for step in steps:
        due = schedule.after(base, days=step.delay_days, at=step.send_at, window=window)
        due = window.next_open(max(due, earliest))
        messages.append(
            Message(
                account_id=enrolment.account_id,
                contact_id=enrolment.contact_id,
                enrolment=enrolment,
                step=step,
                address=enrolment.address,
                planned_for=due,
                planned_by=cause,
                message_id=new_message_id(),
            )
        )
        base = due
    return messages


INSERT = """
INSERT INTO funnel_message (account_id, contact_id, enrolment_id, step_id, address, state, reason, planned_for,
                            is_urgent, planned_by, attempts, message_id, answer, subject, html, text)
VALUES (%s, %s, %s, %s, %s, 'planned', '', %s, false, %s, 0, %s, '', '', '', '')
ON CONFLICT DO NOTHING
RETURNING id
"""


def _insert(messages: list[Message]) -> list[Message]:
    """One statement each, because two contacts with one address may be planned at once: the second is skipped."""
    planned = []
    with connection.cursor() as cursor:
        for message in messages:
            cursor.execute(INSERT, _values(message))
            row = cursor.fetchone()
            if row:
                message.pk = row[0]
                planned.append(message)
            else:
                _skip(message)
    return planned


def _values(message: Message) -> list[object]:
    return [
        message.account_id,
        message.contact_id,
        message.enrolment_id,
        message.step_id,
        message.address,
        message.planned_for,
        message.planned_by,
        message.message_id,
    ]


def _skip(message: Message) -> None:
    message.state, message.reason = State.SKIPPED, Message.Reason.ADDRESS_SERVED
    message.finished_at = message.planned_for
    message.save(force_insert=True)
