"""One claimed mail: handed over, and how that ended written down.

A message goes planned → claimed → sending → sent, failed or unclear. `sending` is committed before the mail server is
asked, so a worker that dies leaves a trace: nobody gets a step twice, and what nobody knows is shown as unclear.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from contacts import actions
from contacts.kinds import Kind
from funnel.letters import rendering
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message, MessageReason, MessageState
from funnel.reading.classify import Received, ReceivedKind
from funnel.replies import processing
from funnel.series import enrolments
from funnel.transport import holds
from funnel.transport.outcome import Outcome, Result, clean_answer, codes
from funnel.transport.smtp import Relay

log = logging.getLogger("pipeline.mail")
GIVE_UP_AFTER = timedelta(hours=72)  # since the first try, without the time in which the sending was held
BACKOFF = timedelta(minutes=2)  # doubled with each attempt
MAX_BACKOFF = timedelta(hours=4)


@dataclass(frozen=True)
class Delivery:
    """The state of the message, and how handing it over ended if it came to that."""

    state: str
    outcome: Outcome | None = None


def deliver(message: Message, relay: Relay, *, now: datetime) -> Delivery:
    """Hands a claimed message over and writes down how it ended, in the ledger and in the log.

    What was stopped since it was claimed stays cancelled. Raises nothing that the mail server does.
    """
    ending = _deliver(message, relay, now)
    result, answer = (ending.outcome.result.value, ending.outcome.answer) if ending.outcome else ("", "")
    facts = {"mail": message.pk, "office": message.account_id, "state": str(ending.state)}
    if result != Result.SENT.value:
        facts["reason"] = " ".join(filter(None, (result or "not handed over", codes(answer))))
    log.log(logging.INFO if result == Result.SENT.value else logging.WARNING, "mail", extra={"facts": facts})
    return ending


def _deliver(message: Message, relay: Relay, now: datetime) -> Delivery:
    try:
        rendered = rendering.render_message(message)
        faults = rendered.faults
    except Exception as fault:  # one odd mail must not stop all that are due
        log.exception("Message %s cannot be put together", message.pk)
        faults = [clean_answer(f"{type(fault).__name__}: {fault}")]
    if faults:
        answer = "; ".join(faults)
        return Delivery(_failed(message, MessageState.SKIPPED, now, reason=MessageReason.BAD_TEXT, answer=answer))
    content = {"subject": rendered.subject, "html": rendered.html, "text": rendered.text}
    if not _execute(BEGIN, {"id": message.pk, "now": now, **content}):
        return Delivery(MessageState.CANCELLED)
    message.attempts += 1
    message.tried_at = message.tried_at or now
    outcome = _hand_over(message, rendered, relay)
    return Delivery(_record(message, rendered.subject, outcome, now), outcome)


def _hand_over(message: Message, rendered: rendering.Rendered, relay: Relay) -> Outcome:
    try:
        return relay.send(rendering.mime(message, rendered), message.address, rendered.raw)
    except Exception as fault:  # ours: nobody knows how far it came
        log.exception("Message %s was not handed over as it should", message.pk)
        relay.close()
        return Outcome(Result.UNCLEAR, clean_answer(f"{type(fault).__name__}: {fault}"))


def unclaim(message: Message) -> str:
    """A claimed message that was not tried after all is planned as it was before."""
    rows = Message.objects.of(message.account_id).filter(pk=message.pk, state=MessageState.CLAIMED)
    rows.update(state=MessageState.PLANNED, claimed_at=None)
    return MessageState.PLANNED


def _record(message: Message, subject: str, outcome: Outcome, now: datetime) -> str:
    if outcome.result is Result.SENT:
        return _sent(message, subject, outcome.answer, now)
    if outcome.result is Result.UNCLEAR:
        return _finish(message, MessageState.UNCLEAR, now, answer=outcome.answer)
    if outcome.result is Result.GONE:
        return _bounced(message, outcome.answer, now)
    if outcome.result is Result.REFUSED:
        return _failed(message, MessageState.FAILED, now, reason=MessageReason.REFUSED, answer=outcome.answer)
    if outcome.result is Result.HELD:
        return _requeue_untried(message, now)
    if _is_given_up(message, now):
        return _failed(message, MessageState.FAILED, now, reason=MessageReason.GAVE_UP, answer=outcome.answer)
    return _requeue_later(message, now, answer=outcome.answer)


def _is_given_up(message: Message, now: datetime) -> bool:
    """Only the time counts in which it could be tried."""
    since, account_id = message.tried_at or now, message.account_id
    if now - since < GIVE_UP_AFTER:
        return False
    return now - since - holds.HeldTime([account_id], since, now).since(account_id, since) >= GIVE_UP_AFTER


def _bounced(message: Message, answer: str, now: datetime) -> str:
    """As when the report of it had come back by mail: the address is closed, the series ends."""
    about = Received(ReceivedKind.HARD_BOUNCE, (message.message_id,), answer)
    processing.process(about, text=answer, moment=now, now=now)
    return _finish(message, MessageState.FAILED, now, reason=MessageReason.BOUNCED, answer=answer)


@transaction.atomic
def _failed(message: Message, state: str, now: datetime, *, reason: str, answer: str) -> str:
    """The series waits for a person: its next mail would speak of one that never came."""
    enrolments.suspend(contact=message.contact, reason=EnrolmentReason.FAILED, now=now)
    return _finish(message, state, now, reason=reason, answer=answer)


@transaction.atomic
def _sent(message: Message, subject: str, answer: str, now: datetime) -> str:
    """The contact first, then the message: erasing locks them in this order too."""
    actions.note(
        account_id=message.account_id,
        contact_id=message.contact_id,
        kind=Kind.FUNNEL_MAIL,
        text=subject,
        now=now,
    )
    return _finish(message, MessageState.SENT, now, answer=answer)


# Plain SQL: the worker pays for these with every mail. `BEGIN` is committed before the mail server is asked.
BEGIN = """
UPDATE funnel_message
SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1, tried_at = coalesce(tried_at, %(now)s),
    subject = %(subject)s, html = %(html)s, text = %(text)s
WHERE id = %(id)s AND state = 'claimed'
"""
FINISH = """
UPDATE funnel_message SET state = %(state)s, reason = %(reason)s, answer = %(answer)s, finished_at = %(now)s
WHERE id = %(id)s AND state IN ('claimed', 'sending')
"""


def _finish(message: Message, state: str, now: datetime, *, reason: str = "", answer: str = "") -> str:
    values = {"id": message.pk, "state": state, "reason": reason, "answer": answer[:300], "now": now}
    _execute(FINISH, values)
    return state


def _execute(statement: str, values: dict[str, object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def _requeue_later(message: Message, now: datetime, *, answer: str) -> str:
    wait = min(BACKOFF * 2 ** min(message.attempts - 1, 10), MAX_BACKOFF)
    return _requeue(message, now, planned_for=now + wait, answer=answer[:300])


def _requeue_untried(message: Message, now: datetime) -> str:
    """Nothing was said of this mail: it keeps its place, and the attempt counts for nothing."""
    is_first = message.attempts == 1
    values = {"attempts": message.attempts - 1} | ({"tried_at": None} if is_first else {})
    return _requeue(message, now, **values)


@transaction.atomic
def _requeue(message: Message, now: datetime, **values: object) -> str:
    """What was made for this attempt is made anew for the next one, unless the series was stopped meanwhile."""
    rows = Enrolment.objects.of(message.account_id).select_for_update(no_key=True)
    is_over = rows.get(pk=message.enrolment_id).state == EnrolmentState.ENDED
    again = {"state": MessageState.PLANNED, "claimed_at": None, "subject": "", "html": "", "text": "", **values}
    if is_over:
        again |= {"state": MessageState.CANCELLED, "reason": MessageReason.STOPPED, "finished_at": now}
    sending = Message.objects.of(message.account_id).filter(pk=message.pk, state=MessageState.SENDING)
    sending.update(**again)
    return str(again["state"])
