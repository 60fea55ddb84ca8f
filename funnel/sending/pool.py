"""The threads that deliver claimed messages in parallel."""

import threading
from collections import Counter
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from django.db import connections
from django.utils import timezone

from funnel.models import Hold, HoldKind, Message, MessageState, Sender
from funnel.sending import claiming, delivery
from funnel.transport import holds
from funnel.transport.outcome import Outcome, Result
from funnel.transport.smtp import Relay
from funnel.transport.throttle import Throttle

THREADS = 4  # deliveries at once; an office whose mail server hangs blocks its own threads only
MAX_DEFERRED = 5  # deferred mails in a row after which the server, not the recipients, is at fault
MIN_SHARE = 4  # messages that are worth another thread


class DeliveryPool:
    """Delivers batches in parallel by office, each thread with its own connection to the office's mail server.

    An office whose server hangs blocks its own threads only. `tally` counts the resulting states.
    """

    def __enter__(self) -> "DeliveryPool":
        self.threads = ThreadPoolExecutor(THREADS)
        self.relays: dict[tuple[int, int], Relay] = {}  # by thread and office
        self.under_way: list[Future[list[str]]] = []
        self.tally: Counter[str] = Counter()
        self.throttle = Throttle()
        self.faults: set[int | None] = set()  # account ids held since this sweep began; None: the installation's server
        self.on_trial: set[int | None] = set()  # holds that end as soon as a mail is accepted
        self.trials: list[Future[None]] = []
        return self

    def __exit__(self, *error: object) -> None:
        self.threads.shutdown()
        self._count([])
        for trial in self.trials:
            trial.result()
        for relay in self.relays.values():
            relay.close()

    def submit(self, messages: list[Message], now: datetime | None) -> None:
        """Deliver claimed messages in the background, once the previous batch is complete.

        This lets the caller claim the next batch meanwhile. A single share is delivered at once.
        """
        offices: dict[int, list[Message]] = {}
        for message in messages:
            offices.setdefault(message.account_id, []).append(message)
        shares = [share for group in offices.values() for share in _shares(group, len(offices))]
        if len(shares) == 1:
            self.tally.update(self._deliver(shares[0], now))
        else:
            self._count([self.threads.submit(self._deliver_in_thread, share, now) for share in shares])

    def _count(self, begun: list[Future[list[str]]]) -> None:
        """Wait for the batch under way and count its states; `begun` takes its place."""
        ended, self.under_way = self.under_way, begun
        for share in ended:
            self.tally.update(share.result())

    def _deliver_in_thread(self, messages: list[Message], now: datetime | None) -> list[str]:
        """Deliver in a thread, which has its own database connection."""
        try:
            return self._deliver(messages, now)
        finally:
            connections.close_all()

    def _deliver(self, messages: list[Message], now: datetime | None) -> list[str]:
        """Deliver a share of one office's messages, and return their states.

        After a fault that is not about a single mail, the rest of the share is planned again untried. An unclear
        outcome is such a fault, so that a hanging server makes one mail unclear instead of all; so are several
        deferred mails in a row.
        """
        states: list[str] = []
        sender, put_off = messages[0].account.sender, 0
        relay = self.relays.setdefault((threading.get_ident(), sender.account_id), Relay.of(sender))
        for message in messages:
            moment = now or timezone.now()
            if self.faults & {sender.account_id, holds.server(sender)}:
                states.append(delivery.unclaim(message))
                continue
            ending = delivery.deliver(message, relay, now=moment)
            states.append(ending.state)
            put_off = put_off + 1 if ending.state == MessageState.PLANNED else 0
            outcome = ending.outcome
            if outcome and put_off >= MAX_DEFERRED and not outcome.fault:
                outcome = replace(outcome, fault=HoldKind.BUSY if outcome.answer.startswith("4") else HoldKind.POLICY)
            if outcome and outcome.fault:
                self._hold(holds.scope(sender, outcome.fault), outcome, moment)
            elif ending.state == MessageState.SENT:
                self._release(sender, moment)
            self.throttle.wait()
        return states

    def _hold(self, account_id: int | None, outcome: Outcome, now: datetime) -> None:
        self.faults.add(account_id)
        holds.hold(
            account_id=account_id,
            kind=outcome.fault,
            answer=outcome.answer,
            by_mail=outcome.result is not Result.HELD,
            now=now,
        )

    def _release(self, sender: Sender, now: datetime) -> None:
        for account_id in self.on_trial & {sender.account_id, holds.server(sender)}:
            holds.release(account_id=account_id, now=now)
            self.on_trial.discard(account_id)

    def try_again(self, holds: list[Hold], now: datetime | None, waiting: Collection[int] = ()) -> None:
        """Try whether these holds are over. Offices in `waiting` send nothing anyway."""
        for hold in holds:
            self.faults.discard(hold.account_id)
        if len(holds) == 1:
            self._try(holds[0], now, waiting)
        else:
            self.trials += [self.threads.submit(self._try_in_thread, hold, now, waiting) for hold in holds]

    def _try_in_thread(self, hold: Hold, now: datetime | None, waiting: Collection[int]) -> None:
        try:
            self._try(hold, now, waiting)
        finally:
            connections.close_all()

    def _try(self, hold: Hold, now: datetime | None, waiting: Collection[int]) -> None:
        """Try by a connection where that is enough, else by the next mail; without one, the next sweep tries again."""
        moment = now or timezone.now()
        if not hold.by_mail and (outcome := _probe(hold)) is not None:
            if outcome.fault:
                self._hold(hold.account_id, outcome, moment)
            else:
                holds.release(account_id=hold.account_id, now=moment)
            return
        self.on_trial.add(hold.account_id)
        ids = claiming.due(moment, waiting, only=holds.offices_of([hold.account_id]))
        claimed = claiming.claim(ids, now=moment)
        for message in claimed[1:]:
            delivery.unclaim(message)
        self.tally.update(self._deliver(claimed[:1], now) if claimed else [])
        if claimed and hold.account_id in self.on_trial - self.faults:
            holds.postpone(hold_id=hold.pk, now=moment)


def _probe(hold: Hold) -> Outcome | None:
    """Return the outcome of connecting, logging in and MAIL FROM, or None where only a mail can tell."""
    sender = Sender.objects.of(hold.account_id).first() if hold.account_id else None
    relay = Relay.of(sender)
    try:
        return relay.probe(sender.email if sender else "")
    finally:
        relay.close()


def _shares(messages: list[Message], offices: int) -> list[list[Message]]:
    """Split one office's messages among the threads it may use, with at least `MIN_SHARE` for each."""
    lanes = max(1, min(THREADS // offices, len(messages) // MIN_SHARE))
    return [messages[lane::lanes] for lane in range(lanes)]
