"""Delivering one claimed message and recording the outcome.

A message goes from planned to claimed to sending, and ends as sent, failed or unclear. `sending` is committed before
the mail server is contacted, so a worker that dies leaves a trace: no step is sent twice, and a message of unknown
outcome is shown as unclear.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from base import notices
from base.sql import changed
from contacts import actions, telling
from contacts.kinds import Kind
from funnel.incoming.classify import Received, ReceivedKind
from funnel.letters import rendering
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message, MessageReason, MessageState
from funnel.replies import processing
from funnel.series import enrolments
from funnel.transport import holds
from funnel.transport.outcome import Outcome, Result, clean_answer, codes
from funnel.transport.smtp import Relay

log = logging.getLogger("pipeline.mail")
GIVE_UP_AFTER = timedelta(hours=72)  # since the first attempt, without the time in which sending was held
BACKOFF = timedelta(minutes=2)  # doubled with each attempt
MAX_BACKOFF = timedelta(hours=4)


@dataclass(frozen=True)
class Delivery:
    """The resulting state of a message, and the outcome if it was handed over."""

    state: str
    outcome: Outcome | None = None


def deliver(message: Message, relay: Relay, *, now: datetime) -> Delivery:
    """Deliver a claimed message, and record the outcome in its row and in the log.

    Messages cancelled since they were claimed stay cancelled. Failures of the mail server are outcomes, not exceptions.
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
        mail = rendering.render_message(message)
        faults = mail.faults
    except Exception as fault:  # one broken message must not stop the others
        log.exception("Message %s cannot be rendered", message.pk)
        faults = [clean_answer(f"{type(fault).__name__}: {fault}")]
    if faults:
        answer = "; ".join(faults)
        return Delivery(_failed(message, MessageState.SKIPPED, now, reason=MessageReason.BAD_TEXT, answer=answer))
    content = {"subject": mail.content.subject, "html": mail.content.html, "text": mail.content.text}
    if not changed(BEGIN, {"id": message.pk, "now": now, **content}):
        return Delivery(MessageState.CANCELLED)
    message.attempts += 1
    message.tried_at = message.tried_at or now
    outcome = _hand_over(message, mail, relay)
    return Delivery(_record(message, mail.content.subject, outcome, now), outcome)


def _hand_over(message: Message, mail: rendering.FinishedMail, relay: Relay) -> Outcome:
    try:
        return relay.send(mail.letter, message.address, mail.raw)
    except Exception as fault:  # a fault of ours: how far it got is unknown
        log.exception("Message %s could not be handed over", message.pk)
        relay.close()
        return Outcome(Result.UNCLEAR, clean_answer(f"{type(fault).__name__}: {fault}"))


def unclaim(message: Message) -> str:
    """Return a claimed message to planned, without an attempt."""
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
    """Return whether the attempts are over, without the time in which sending was held."""
    since, account_id = message.tried_at or now, message.account_id
    if now - since < GIVE_UP_AFTER:
        return False
    return now - since - holds.HeldTime([account_id], since, now).since(account_id, since) >= GIVE_UP_AFTER


def _bounced(message: Message, answer: str, now: datetime) -> str:
    """Treat the refusal like a bounce by mail: suppress the address and end the series."""
    about = Received(ReceivedKind.HARD_BOUNCE, (message.message_id,), answer)
    processing.process(about, text=answer, moment=now, now=now)
    return _finish(message, MessageState.FAILED, now, reason=MessageReason.BOUNCED, answer=answer)


@transaction.atomic
def _failed(message: Message, state: str, now: datetime, *, reason: str, answer: str) -> str:
    """Pause the series until a user looks at it: the next mail might refer to one that never arrived."""
    enrolments.suspend(contact=message.contact, reason=EnrolmentReason.FAILED, now=now)
    return _finish(message, state, now, reason=reason, answer=answer)


def _sent(message: Message, subject: str, answer: str, now: datetime) -> str:
    """Record the message as sent. Locks the contact before the message, as erasing does."""
    values = actions.noted(
        account_id=message.account_id,
        contact_id=message.contact_id,
        kind=Kind.FUNNEL_MAIL,
        text=subject,
        now=now,
    )
    changed(SENT, values | {"id": message.pk, "answer": answer[:300]})
    return MessageState.SENT


# Plain SQL, since the worker runs these for every mail: `BEGIN` takes 3.2 ms instead of 7.1 ms through the ORM. Both
# are prepared, as planning takes PostgreSQL as long as they do.
# It is committed before the mail server is contacted.
BEGIN = """
UPDATE funnel_message
SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1, tried_at = coalesce(tried_at, %(now)s),
    subject = %(subject)s, html = %(html)s, text = %(text)s
WHERE id = %(id)s AND state = 'claimed'
"""
FINISH = f"""
UPDATE funnel_message SET state = %(state)s, reason = %(reason)s, answer = %(answer)s, finished_at = %(now)s
WHERE id = %(id)s AND state IN ('claimed', 'sending')
RETURNING (SELECT {telling.sending("told.assignee_id")} FROM contacts_contact AS told WHERE told.id = contact_id)
"""
# Not waited for until it is on the disk: if the database dies before it is, the message is in `sending`, so that it is
# shown as unclear and not sent again. One statement and one wait for a mail instead of four and two.
SENT = f"""
WITH unawaited AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), {actions.NOTED}
UPDATE funnel_message SET state = 'sent', reason = '', answer = %(answer)s, finished_at = %(now)s
WHERE id = %(id)s AND state IN ('claimed', 'sending')
    AND (SELECT count(*) FROM counted) + (SELECT count(*) FROM unawaited) > 0
"""  # noqa: S608  only constants


def _finish(message: Message, state: str, now: datetime, *, reason: str = "", answer: str = "") -> str:
    values = {"id": message.pk, "state": state, "reason": reason, "answer": answer[:300], "now": now}
    notice = telling.about(notices.Kind.MAILED, message.account_id, message.contact_id)
    changed(FINISH, values | {"notice": notice})
    return state


def _requeue_later(message: Message, now: datetime, *, answer: str) -> str:
    wait = min(BACKOFF * 2 ** min(message.attempts - 1, 10), MAX_BACKOFF)
    return _requeue(message, now, {"planned_for": now + wait, "answer": answer[:300]})


def _requeue_untried(message: Message, now: datetime) -> str:
    """Plan the message again where it was: the outcome was not about it, so the attempt does not count."""
    is_first = message.attempts == 1
    return _requeue(message, now, {"attempts": message.attempts - 1} | ({"tried_at": None} if is_first else {}))


@transaction.atomic
def _requeue(message: Message, now: datetime, changes: dict[str, object]) -> str:
    """Plan the message again without its rendered content, or cancel it if the series was stopped meanwhile."""
    rows = Enrolment.objects.of(message.account_id).select_for_update(no_key=True)
    is_over = rows.get(pk=message.enrolment_id).state == EnrolmentState.ENDED
    if is_over:
        changes |= {"reason": MessageReason.STOPPED, "finished_at": now}
    state = MessageState.CANCELLED if is_over else MessageState.PLANNED
    sending = Message.objects.of(message.account_id).filter(pk=message.pk, state=MessageState.SENDING)
    if sending.update(state=state, claimed_at=None, subject="", html="", text="", **changes):
        telling.tell_of_many(notices.Kind.MAILED, message.account_id, [message.contact_id])
    return state
