"""The lanes on which claimed mails leave, side by side."""

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

THREADS = 4  # mails under way at once; an office whose mail server hangs holds up its own lanes only
MAX_DEFERRED = 5  # mails in a row that are to come later: the server is busy, not their recipients
MIN_SHARE = 4  # messages for which a lane of their own is worth it


class DeliveryPool:
    """The offices' shares of a batch side by side, each with its own connection to its mail server.

    An office whose server hangs holds up one lane; the others go on. `tally` counts the states of what is through.
    """

    def __enter__(self) -> "DeliveryPool":
        self.threads = ThreadPoolExecutor(THREADS)
        self.relays: dict[tuple[int, int], Relay] = {}  # by thread and office
        self.under_way: list[Future[list[str]]] = []
        self.tally: Counter[str] = Counter()
        self.throttle = Throttle()
        self.faults: set[int | None] = set()  # what is held since this sweep began
        self.on_trial: set[int | None] = set()  # what is over as soon as a mail is taken
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
        """Delivers claimed messages. Comes back when the batch before is through: while one is under way, the next
        is claimed.
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
        """Waits for what is under way; from now on that is what was begun."""
        ended, self.under_way = self.under_way, begun
        for share in ended:
            self.tally.update(share.result())

    def _deliver_in_thread(self, messages: list[Message], now: datetime | None) -> list[str]:
        """In a thread, which has a connection to the database of its own."""
        try:
            return self._deliver(messages, now)
        finally:
            connections.close_all()

    def _deliver(self, messages: list[Message], now: datetime | None) -> list[str]:
        """A share of one office. After a fault that is no mail's own, the rest of it waits as it was, untried.

        An end that nobody knows counts as one: a server that hangs makes one mail unclear, not all that are due. So
        do several mails in a row that are to come later.
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
        """Looks whether what is held is over; the `waiting` offices send nothing anyway."""
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
        """By a connection where that shows it, else by the next mail; without one it is tried with the next sweep."""
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
    """How connecting, logging in and naming the sender ended; None where only a mail can tell."""
    sender = Sender.objects.of(hold.account_id).first() if hold.account_id else None
    relay = Relay.of(sender)
    try:
        return relay.probe(sender.email if sender else "")
    finally:
        relay.close()


def _shares(messages: list[Message], offices: int) -> list[list[Message]]:
    """One office's messages for as many lanes as it may have, a few at least for each."""
    lanes = max(1, min(THREADS // offices, len(messages) // MIN_SHARE))
    return [messages[lane::lanes] for lane in range(lanes)]
