"""The mails of a contact's story in the demo: sent, waiting and cancelled ones."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from random import Random

from contacts.kinds import Kind
from demo.story import LOST, MAIL_IN, WAY, Event, Story
from funnel.models import EnrolmentReason, EnrolmentState, MessageReason, MessageState, Step
from funnel.permission import schedule

# Plain text, for COPY.
PLANNED, SENT, FAILED = MessageState.PLANNED.value, MessageState.SENT.value, MessageState.FAILED.value
UNCLEAR, CANCELLED = MessageState.UNCLEAR.value, MessageState.CANCELLED.value
STOPPED, REFUSED_BY_SERVER = MessageReason.STOPPED.value, MessageReason.REFUSED.value
ACTIVE, PAUSED, ENDED = EnrolmentState.ACTIVE.value, EnrolmentState.PAUSED.value, EnrolmentState.ENDED.value
ANSWERED = "250 2.0.0 Ok: queued"
REFUSED = "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table"
BROKEN_OFF = "Der Versand brach ab, bevor der Mailserver antwortete."
FUNNEL_MAIL = Kind.FUNNEL_MAIL.value
_DELIVERY = timedelta(seconds=5)
UNSUBSCRIBING = "Abmeldelink einer E-Mail"


@dataclass(slots=True)
class Mail:
    """One message of the demo."""

    step: Step
    planned_for: datetime
    state: str = PLANNED
    reason: str = ""
    claimed_at: datetime | None = None
    finished_at: datetime | None = None
    answer: str = ""
    event: Event | None = None  # the action, if it was sent

    @property
    def has_left(self) -> bool:
        return self.claimed_at is not None

    def leave(self, moment: datetime, chance: Random) -> None:
        """Mark the mail as sent; now and then as failed."""
        fate = chance.random()
        self.state, self.answer = SENT, ANSWERED
        if fate < 0.008:
            self.state, self.reason, self.answer = FAILED, REFUSED_BY_SERVER, REFUSED
        elif fate < 0.012:
            self.state, self.answer = UNCLEAR, BROKEN_OFF
        self.claimed_at, self.finished_at = moment, moment + timedelta(seconds=0.4 + 2.6 * chance.random())

    def call_off(self, moment: datetime) -> None:
        self.state, self.reason = CANCELLED, STOPPED
        self.finished_at = moment


@dataclass(slots=True)
class Run:
    """One enrolment of the demo."""

    sequence_id: int
    started_at: datetime
    changed_at: datetime
    state: str = ACTIVE
    reason: str = ""
    mails: list[Mail] = field(default_factory=list)

    def change(self, state: str, reason: EnrolmentReason, moment: datetime) -> None:
        self.state, self.reason, self.changed_at = state, reason.value, moment

    def send_until(self, moment: datetime, chance: Random) -> None:
        """Send the mails due by then, unless the series was paused before."""
        if self.state != ACTIVE:
            return
        for mail in self.mails:
            if mail.claimed_at is None and mail.planned_for < moment:
                leaving = mail.planned_for + timedelta(seconds=2 + 48 * chance.random())
                if leaving + _DELIVERY < moment:
                    mail.leave(leaving, chance)

    def end(self, reason: EnrolmentReason, moment: datetime, chance: Random) -> None:
        self.send_until(moment, chance)
        for mail in self.mails:
            if not mail.has_left:
                mail.call_off(moment)
        self.change(ENDED, reason, moment)


@dataclass(slots=True)
class Post:
    """Everything the funnel did for a contact."""

    runs: list[Run] = field(default_factory=list)
    unsubscribed_at: datetime | None = None


def follow(
    story: Story,
    series: dict[str, list[Step]],
    window: schedule.Window,
    chance: Random,
    now: datetime,
    *,
    has_address: bool,
) -> Post:
    """Return the mails of a story. `series` are the steps by the name of the column that starts them."""
    post = Post()
    may_write = has_address and story.consented_at is not None
    run: Run | None = None
    stays = _stays(story)
    lefts = [moment for _column, moment in stays[1:]]
    answers = [event.performed_at for event in story.events if event.kind == MAIL_IN and event.performed_at]
    for (column, entered), left in zip_longest(stays, lefts):
        if run and column not in series and column != LOST:
            run.send_until(entered, chance)
            if run.state == ACTIVE:
                run.change(PAUSED, EnrolmentReason.STATUS, entered)
        elif run:
            run.end(EnrolmentReason.LOST if column == LOST else EnrolmentReason.STATUS, entered, chance)
            run = None
        if series.get(column) and (may_write or left is None):
            run = _begin(series[column], entered, window, may_write=may_write)
            post.runs.append(run)
        answered = min((moment for moment in answers if entered < moment < (left or now)), default=None)
        if run and answered:  # a reply ends the series
            run.end(EnrolmentReason.REPLY, answered, chance)
            run = None
    if run and run.state == ACTIVE:
        _finish(post, run, chance, now)
    return post


def tell_of(post: Post, story: Story, subjects: dict[int, str]) -> None:
    """Add an action for each sent mail, and for an unsubscription."""
    for run in post.runs:
        for mail in run.mails:
            if mail.state == SENT:
                subject = subjects[mail.step.id]
                mail.event = Event(FUNNEL_MAIL, mail.finished_at, subject, is_automatic=True)
                story.mailed.append(mail.event)
    if post.unsubscribed_at:
        story.events.append(Event(Kind.OPT_OUT.value, post.unsubscribed_at, UNSUBSCRIBING, is_automatic=True))


def _stays(story: Story) -> list[tuple[str, datetime]]:
    """Return the columns the contact was in, and since when."""
    return [(WAY[0], story.created_at), *((after, moment) for _before, after, moment in story.steps)]


def _begin(steps: list[Step], entered: datetime, window: schedule.Window, *, may_write: bool) -> Run:
    run = Run(steps[0].sequence_id, entered, entered)
    if not may_write:
        run.change(PAUSED, EnrolmentReason.NO_BASIS, entered)
        return run
    base, earliest = entered, entered + schedule.GRACE_PERIOD
    for step in steps:
        due = schedule.due_after(base, days=step.delay_days, at=step.send_at, window=window)
        base = window.next_open(max(due, earliest))
        run.mails.append(Mail(step, base))
    return run


def _finish(post: Post, run: Run, chance: Random, now: datetime) -> None:
    """Finish the last series: it continues, is completed, or was unsubscribed from."""
    run.send_until(now, chance)
    gone = [mail.finished_at for mail in run.mails if mail.finished_at]
    if len(gone) == len(run.mails):
        run.change(ENDED, EnrolmentReason.FINISHED, max(gone))
    elif gone and chance.random() < 0.08:
        moment = max(gone) + timedelta(minutes=chance.uniform(20, 900))
        if moment < min(now, min(mail.planned_for for mail in run.mails if not mail.has_left)):
            post.unsubscribed_at = moment
            run.end(EnrolmentReason.UNSUBSCRIBED, moment, chance)
