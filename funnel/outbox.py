"""Sending: claim what is due, hand it over, write down how it ended. The rows are the truth, the worker only walks.

A message goes planned → claimed → sending → sent, failed or unclear. `sending` is committed before the mail server is
asked, so a worker that dies leaves a trace: nobody gets a step twice, and what nobody knows is shown as unclear.
"""

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connection, connections, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Conflict
from contacts import actions, finding
from contacts.kinds import Kind
from funnel import basis, claiming, imprint, pulse, rendering
from funnel.models import Enrolment, Message, Sender
from funnel.outcome import Fate, Outcome
from funnel.pace import Pace
from funnel.relay import Relay

State = Message.State
LANES = 4  # mails under way at once; an office whose mail server hangs holds up its own lanes only
FEW = 4  # messages for which a lane of their own is worth it
MOST_ATTEMPTS = 8
BACKOFF = timedelta(minutes=2)  # doubled with each attempt: the eighth comes after four hours
LEASE = timedelta(minutes=2)  # longer than handing over one mail can take
PAUSE = 0.02  # seconds


def sweep(*, now: datetime | None = None, seconds: float = 50) -> Counter[str]:
    """Sends what is due, for so long at most; answers how many messages ended in which state. Several may run at once.

    `now` fixes the clock (for tests); by default it is the real one at each claim.
    """
    until = time.monotonic() + seconds
    reconcile(now=now or timezone.now())
    waiting = claiming.waiting()
    with Lanes() as lanes:
        while time.monotonic() < until:
            moment = now or timezone.now()
            ids = claiming.due(moment, waiting)
            if not ids:
                break
            claimed = claiming.claim(ids, now=moment)
            if not claimed:  # all put off, or in somebody else's hands
                time.sleep(PAUSE)
            lanes.carry(claimed, now)
            if lanes.tally:  # an earlier batch is through
                pulse.beat(now or timezone.now())
    pulse.beat(now or timezone.now())  # last: a sweep that ends in a fault gives no sign of life
    return lanes.tally


class Lanes:
    """The offices' shares of a batch side by side, each with its own connection to its mail server.

    An office whose server hangs holds up one lane; the others go on. `tally` counts the states of what is through.
    """

    def __enter__(self) -> "Lanes":
        self.pool = ThreadPoolExecutor(LANES)
        self.relays: dict[tuple[int, int], Relay] = {}  # by thread and office
        self.under_way: list[Future[list[str]]] = []
        self.tally: Counter[str] = Counter()
        self.pace = Pace()
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.shutdown()
        self._count([])
        for relay in self.relays.values():
            relay.close()

    def carry(self, messages: list[Message], now: datetime | None) -> None:
        """Delivers claimed messages. Comes back when the batch before is through: while one is under way, the next
        is claimed.
        """
        offices: dict[int, list[Message]] = {}
        for message in messages:
            offices.setdefault(message.account_id, []).append(message)
        shares = [share for group in offices.values() for share in _shared_out(group, len(offices))]
        if len(shares) == 1:
            self.tally.update(self._lane(shares[0], now))
        else:
            self._count([self.pool.submit(self._apart, share, now) for share in shares])

    def _count(self, begun: list[Future[list[str]]]) -> None:
        """Waits for what is under way; from now on that is what was begun."""
        ended, self.under_way = self.under_way, begun
        for share in ended:
            self.tally.update(share.result())

    def _apart(self, messages: list[Message], now: datetime | None) -> list[str]:
        """In a thread, which has a connection to the database of its own."""
        try:
            return self._lane(messages, now)
        finally:
            connections.close_all()

    def _lane(self, messages: list[Message], now: datetime | None) -> list[str]:
        """A share of one office. After a fault of its server the rest of it waits, untried, for a later sweep.

        An end that nobody knows counts as one: a server that hangs makes one mail unclear, not all that are due.
        """
        states: list[str] = []
        sender = messages[0].account.sender
        relay = self.relays.setdefault((threading.get_ident(), sender.account_id), Relay(sender.relay))
        for message in messages:
            moment = now or timezone.now()
            if states and states[-1] in (State.PLANNED, State.UNCLEAR):
                states.append(_put_off(message, moment, answer=""))
            else:
                states.append(deliver(message, relay, now=moment))
                self.pace.breathe()
        return states


def _shared_out(messages: list[Message], offices: int) -> list[list[Message]]:
    """One office's messages for as many lanes as it may have, a few at least for each."""
    lanes = max(1, min(LANES // offices, len(messages) // FEW))
    return [messages[lane::lanes] for lane in range(lanes)]


def deliver(message: Message, relay: Relay, *, now: datetime) -> str:
    """Hands a claimed message over and writes down how it ended; answers its state.

    What was stopped since it was claimed stays cancelled. Raises nothing that the mail server does.
    """
    rendered = rendering.render_message(message)
    if rendered.faults:
        return _finish(
            message, State.SKIPPED, now, reason=Message.Reason.BAD_TEXT, answer="; ".join(rendered.faults)
        )
    content = {"subject": rendered.subject, "html": rendered.html, "text": rendered.text}
    if not _execute(BEGIN, {"id": message.pk, "now": now, **content}):
        return State.CANCELLED
    message.attempts += 1
    outcome = relay.send(rendering.mime(message, rendered), message.address, rendered.raw)
    return _settle(message, rendered.subject, outcome, now)


@transaction.atomic
def reconcile(*, now: datetime) -> int:
    """What a dead worker left: claimed messages were never handed over and are planned again; of those being sent
    nobody knows, so they are unclear, shown and never sent again by themselves. Answers how many were unclear.
    """
    left = Message.objects.filter(claimed_at__lt=now - LEASE).select_for_update(skip_locked=True)
    claimed = list(left.filter(state=State.CLAIMED).values_list("pk", flat=True))
    sending = list(left.filter(state=State.SENDING).values_list("pk", flat=True))
    Message.objects.filter(pk__in=claimed).update(state=State.PLANNED, claimed_at=None)
    Message.objects.filter(pk__in=sending).update(
        state=State.UNCLEAR,
        finished_at=now,
        answer=_("Der Versand brach ab, bevor der Mailserver antwortete."),
    )
    return len(sending)


@transaction.atomic
def send_now(*, user: User, message_id: int, now: datetime) -> Message:
    """„Jetzt senden“: hold, delay, window and caps no longer apply, consent and suppression do.

    Raises Http404 for a message of a contact that is not visible, Gone for one in the trash, Conflict for one that is
    not planned, lacks its basis, or would leave without an Impressum. Repeated: no second effect.
    """
    message = _found(user, message_id)
    lacking = basis.missing(message.contact)
    if lacking:
        raise Conflict(_("Es kann nichts gesendet werden: %s.") % Message.Reason(lacking).label)
    if message.enrolment.state == Enrolment.State.ENDED:
        raise Conflict(_("Diese Serie ist beendet."))
    unready = imprint.missing(Sender.objects.of(user.account).get())
    if unready:
        raise Conflict(_("Es kann nichts gesendet werden. Im Impressum fehlt: %s.") % ", ".join(unready))
    message.is_urgent, message.planned_for = True, now
    message.save(update_fields=["is_urgent", "planned_for"])
    return message


@transaction.atomic
def cancel(*, user: User, message_id: int, now: datetime) -> Message:
    """Calls one planned message off by hand; the others of the series go on. Raises like `send_now`."""
    message = _found(user, message_id)
    message.state, message.reason, message.finished_at = State.CANCELLED, Message.Reason.BY_HAND, now
    message.save(update_fields=["state", "reason", "finished_at"])
    return message


def _settle(message: Message, subject: str, outcome: Outcome, now: datetime) -> str:
    if outcome.fate is Fate.SENT:
        return _sent(message, subject, outcome.answer, now)
    if outcome.fate is Fate.UNCLEAR:
        return _finish(message, State.UNCLEAR, now, answer=outcome.answer)
    if outcome.fate is Fate.REFUSED:
        return _finish(message, State.FAILED, now, reason=Message.Reason.REFUSED, answer=outcome.answer)
    if message.attempts >= MOST_ATTEMPTS:
        return _finish(message, State.FAILED, now, reason=Message.Reason.GAVE_UP, answer=outcome.answer)
    return _put_off(message, now, answer=outcome.answer)


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
    return _finish(message, State.SENT, now, answer=answer)


# Plain SQL: the worker pays for these with every mail. `BEGIN` is committed before the mail server is asked.
BEGIN = """
UPDATE funnel_message
SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1,
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


def _put_off(message: Message, now: datetime, *, answer: str) -> str:
    wait = BACKOFF * 2 ** max(message.attempts - 1, 0)
    rows = Message.objects.of(message.account_id).filter(
        pk=message.pk, state__in=(State.CLAIMED, State.SENDING)
    )
    rows.update(
        state=State.PLANNED,
        claimed_at=None,
        planned_for=now + wait,
        answer=answer[:300],
        attempts=message.attempts,
    )
    return State.PLANNED


def _found(user: User, message_id: int) -> Message:
    """The planned message with its enrolment locked. Raises Http404, Gone for a contact in the trash, and Conflict."""
    seen = Message.objects.of(user.account).filter(contact__in=finding.seen_by(user))
    message = seen.filter(pk=message_id).select_related("contact").first()
    if message is None:
        raise Http404
    if message.contact.trashed_at is not None:
        finding.find(user, message.contact_id)
    enrolment = Enrolment.objects.of(user.account).select_for_update().get(pk=message.enrolment_id)
    locked = Message.objects.of(user.account).select_for_update().get(pk=message.pk)
    if locked.state != State.PLANNED:
        raise Conflict(_("Diese Nachricht ist nicht mehr geplant."))
    locked.enrolment, locked.contact = enrolment, message.contact
    return locked
