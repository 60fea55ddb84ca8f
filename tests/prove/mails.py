"""Moves, pauses, stops, the clock and crashes of the worker, in random order.

After every step the promises about mails must hold in the database; what arrived at the mail server is counted beside
it, so that no step ever arrives twice and nothing arrives that the ledger does not know.
"""

import contextlib
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.models import Account, Role, User
from base.refusals import Refusal
from contacts.models import Contact
from funnel.models import EnrolmentReason, Message, MessageState, Step
from funnel.sending import claiming, delivery, worker
from funnel.series import enrolments, maintenance, manual, sequences
from funnel.transport.outcome import Outcome, Result
from pipeline.cards import bulk, moves
from pipeline.columns.defaults import create_board
from pipeline.invariants import INVARIANTS
from pipeline.models import Column
from tests.factories import AccountFactory, UserFactory
from tests.funnel.mailing import MONDAY, grant, lead, move, ready, steps

MAX_STEPS = 14  # of all series; longer ones show nothing new
WHICH = st.integers(0, 30)  # the n-th of what there is, counted round


class Post:
    """A mail server that keeps what it accepts, and loses its response on request."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.result = Result.SENT

    def send(self, mail, recipient: str, raw: bytes) -> Outcome:  # type: ignore[no-untyped-def]
        if self.result in (Result.SENT, Result.UNCLEAR):
            self.taken[mail.extra_headers["Message-ID"]] += 1
        return Outcome(self.result)


class MailMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.account: Account = AccountFactory()
        self.user: User = UserFactory(account=self.account, role=Role.ADMINISTRATOR)
        self.columns: list[Column] = create_board(self.account)
        ready(self.account)
        for column in self.columns:
            if column.sequence_id:
                steps(column.sequence, 0, 1, 2)
        Column.objects.of(self.account).filter(name="Termin vereinbart").update(mails_continue=True)
        self.columns = list(Column.objects.of(self.account))
        self.contacts = [lead(self.columns[1], last_name=f"P{n}") for n in range(3)]
        self.contacts.append(lead(self.columns[1], last_name="Twin", email=self.contacts[0].email))
        contacted = next(column for column in self.columns if column.key == Column.Key.CONTACTED)
        for contact in self.contacts:
            move(self.user, contact, contacted)
        self.now: datetime = MONDAY + timedelta(minutes=11)
        self.post = Post()
        self.last: int | None = None
        self.ended: dict[int, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # What people do.

    @rule(which=WHICH, goal=WHICH)
    def move(self, which: int, goal: int) -> None:
        moved = move(self.user, self.contact(which), self.columns[goal % len(self.columns)], self.now)
        self.last = moved.move.pk if moved.move else self.last

    @rule()
    def undo(self) -> None:
        if self.last is None:
            return
        try:
            moves.reverse(user=self.user, move_id=self.last, now=self.now)
        except Refusal:
            return
        self.ended.clear()  # within its ten seconds an undo may bring back what was cancelled

    @rule(goal=WHICH, enrol=st.booleans())
    def move_all(self, goal: int, enrol: bool) -> None:
        ids = [contact.pk for contact in self.contacts]
        column = self.columns[goal % len(self.columns)]
        bulk.move_many(user=self.user, contact_ids=ids, column_id=column.pk, now=self.now, enrol=enrol)

    @rule(which=WHICH, verb=st.sampled_from([enrolments.pause, enrolments.resume]))
    def pause_or_resume(self, which: int, verb) -> None:  # type: ignore[no-untyped-def]
        with contextlib.suppress(Refusal):
            verb(user=self.user, contact_id=self.contact(which).pk, now=self.now)

    @rule(which=WHICH, verb=st.sampled_from([manual.send_now, manual.cancel, manual.send_again]))
    def manual(self, which: int, verb) -> None:  # type: ignore[no-untyped-def]
        ids = list(
            Message.objects.of(self.account)
            .filter(state__in=(MessageState.PLANNED, MessageState.FAILED, MessageState.UNCLEAR))
            .values_list("pk", flat=True)
            .order_by("pk")
        )
        if ids:
            message_id = ids[which % len(ids)]
            with contextlib.suppress(Refusal):
                verb(user=self.user, message_id=message_id, now=self.now)
                if verb is manual.send_again:
                    self.ended.pop(message_id, None)  # a failed one may be planned again by a person alone

    @rule(which=WHICH, by=st.sampled_from([-1, 1]))
    def reorder(self, which: int, by: int) -> None:
        steps = list(Step.objects.of(self.account).order_by("sequence", "position"))
        with contextlib.suppress(Refusal):
            sequences.shift(user=self.user, step_id=steps[which % len(steps)].pk, by=by)

    @rule(which=WHICH)
    def lengthen(self, which: int) -> None:
        found = [column.sequence_id for column in self.columns if column.sequence_id]
        content = sequences.Content("Noch eine", "{{anrede}},\n\nnoch etwas.", 1)
        if Step.objects.of(self.account).count() < MAX_STEPS:
            sequence_id = found[which % len(found)]
            sequences.add(user=self.user, sequence_id=sequence_id, content=content, now=self.now)

    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        ids = [self.contact(which).pk]
        reason = EnrolmentReason.REPLY
        enrolments.stop(account_id=self.account.pk, contact_ids=ids, reason=reason, now=self.now)

    @rule(which=WHICH, granted=st.booleans())
    def say_yes_or_no(self, which: int, granted: bool) -> None:
        grant(self.contact(which), self.now, granted)

    # What time and the worker do.

    @rule(hours=st.sampled_from([0.003, 0.2, 0.2, 25, 24 * 8]))
    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(result=st.sampled_from(list(Result)))
    def sweep(self, result: Result) -> None:
        self.post.result = result
        worker.reconcile(now=self.now)
        for message in claiming.claim(claiming.due(self.now), now=self.now):
            delivery.deliver(message, self.post, now=self.now)  # type: ignore[arg-type]

    @rule(deep=st.booleans())
    def crash(self, deep: bool) -> None:
        """Kill the worker with claimed messages; with `deep`, after one was handed over."""
        claimed = claiming.claim(claiming.due(self.now), now=self.now)
        if deep and claimed:
            Message.objects.filter(pk=claimed[0].pk).update(state=MessageState.SENDING)
            self.post.taken[claimed[0].message_id] += 1

    @rule()
    def wake(self) -> None:
        maintenance.resume_ready(now=self.now)
        maintenance.finish_completed(now=self.now)

    # What must hold after each step.

    @invariant()
    def promises_hold(self) -> None:
        assert [row for number in (10, 11, 12, 13) for row in INVARIANTS[number](self.account.pk)] == []

    @invariant()
    def nothing_arrives_twice_or_unknown(self) -> None:
        assert set(self.post.taken.values()) <= {1}
        known = Message.objects.of(self.account).filter(
            state__in=(MessageState.SENT, MessageState.UNCLEAR, MessageState.SENDING)
        )
        ids = set(known.values_list("message_id", flat=True))
        assert set(self.post.taken) <= ids
        sent = set(known.filter(state=MessageState.SENT).values_list("message_id", flat=True))
        assert sent <= set(self.post.taken)

    @invariant()
    def what_has_ended_stays(self) -> None:
        final = (MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED, MessageState.CANCELLED)
        rows = dict(Message.objects.of(self.account).values_list("pk", "state"))
        for pk, state in self.ended.items():
            assert rows[pk] == state
        self.ended = {pk: state for pk, state in rows.items() if state in final}

    def contact(self, which: int) -> Contact:
        return self.contacts[which % len(self.contacts)]
