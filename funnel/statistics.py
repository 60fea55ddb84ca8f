"""Statistics of sequences: counts per step, and what was sent in the last 90 days, in six statements."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import TruncDate

from accounts.models import Account
from base.batches import batches
from contacts.kinds import Kind
from contacts.models import Action
from funnel.contact_messages import plain_subject
from funnel.letters import placeholders
from funnel.models import Enrolment, EnrolmentState, Message, MessageState, Sequence, Step

PLOT_DAYS = 90
ANSWERED_WITHIN = timedelta(days=30)  # anything later is not attributed to the mail
HEIGHT = 100  # of the highest bar
WIDTH = 10  # of a day


@dataclass
class StepStatistics:
    """A step with counts of its mails. `subject` has fallbacks for placeholders; `lost` are failed or unclear."""

    step: Step
    subject: str
    planned: int = 0
    sent: int = 0
    skipped: int = 0
    lost: int = 0
    replied: int = 0
    left: int = 0


@dataclass
class SequenceStatistics:
    """A sequence with its steps in order. `number` selects its colour in the plot."""

    sequence: Sequence
    number: int
    steps: list[StepStatistics] = field(default_factory=list)
    active: int = 0  # contacts in it
    paused: int = 0
    sent: int = 0  # in the period of the plot

    @property
    def steps_on(self) -> int:
        return sum(line.step.is_on for line in self.steps)


@dataclass(frozen=True)
class Bar:
    """One sequence on one day, in plot units."""

    number: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Day:
    """The mails sent on one day, with bars from the bottom up."""

    day: date
    sent: int
    x: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Plot:
    """The last 90 days, including today."""

    days: list[Day]
    most: int
    total: int

    @property
    def width(self) -> int:
        return len(self.days) * WIDTH

    @property
    def best(self) -> Day:
        return max(self.days, key=lambda day: day.sent)

    @property
    def weeks(self) -> list[tuple[date, int]]:
        """Mails sent per week, by its first day: the text alternative of the plot. The last week may be shorter."""
        return [(week[0].day, sum(day.sent for day in week)) for week in batches(self.days, 7)]


@dataclass(frozen=True)
class Overview:
    """The page „E-Mail-Funnel“."""

    sequences: list[SequenceStatistics]
    plot: Plot


def load(account: Account, now: datetime) -> Overview:
    """Return the statistics of an office, in six statements."""
    sequences = Sequence.objects.of(account).select_related("account__sender").order_by("pk")
    by_sequence = {
        sequence.pk: SequenceStatistics(sequence, number) for number, sequence in enumerate(sequences, start=1)
    }
    steps: dict[int, StepStatistics] = {}
    for step in Step.objects.of(account).filter(removed_at=None).order_by("sequence", "position"):
        statistics = by_sequence[step.sequence_id]
        office = placeholders.office(statistics.sequence.account.sender)
        steps[step.pk] = StepStatistics(step, plain_subject(step.subject, office))
        statistics.steps.append(steps[step.pk])
    _count_messages(account, steps)
    _count_answers(account, steps)
    for sequence, state, count in _count_series(account):
        if state == EnrolmentState.ACTIVE:
            by_sequence[sequence].active = count
        else:
            by_sequence[sequence].paused = count
    return Overview(list(by_sequence.values()), _plot(account, by_sequence, now))


def _count_messages(account: Account, steps: dict[int, StepStatistics]) -> None:
    names = {
        MessageState.PLANNED: "planned",
        MessageState.CLAIMED: "planned",
        MessageState.SENDING: "planned",
        MessageState.SENT: "sent",
        MessageState.SKIPPED: "skipped",
        MessageState.FAILED: "lost",
        MessageState.UNCLEAR: "lost",
    }
    rows = Message.objects.of(account).filter(state__in=names).values_list("step", "state")
    for step, state, count in rows.annotate(count=Count("pk")).order_by():
        if step in steps:
            setattr(steps[step], names[state], getattr(steps[step], names[state]) + count)


def _count_answers(account: Account, steps: dict[int, StepStatistics]) -> None:
    """Count replies and opt-outs. Each is attributed to the last mail sent within 30 days before it, and each contact
    counts once per step.
    """
    before = (
        Message.objects.of(account)
        .filter(
            contact=OuterRef("contact"),
            state=MessageState.SENT,
            finished_at__lte=OuterRef("performed_at"),
            finished_at__gte=OuterRef("performed_at") - ANSWERED_WITHIN,
        )
        .order_by("-finished_at")
    )
    answers = Action.objects.of(account).filter(kind__in=[Kind.MAIL_IN, Kind.OPT_OUT])
    rows = answers.annotate(step=Subquery(before.values("step")[:1])).exclude(step=None)
    counts = rows.values_list("step", "kind").annotate(count=Count("contact", distinct=True)).order_by()
    for step, kind, count in counts:
        if step in steps:
            setattr(steps[step], "replied" if kind == Kind.MAIL_IN else "left", count)


def _count_series(account: Account) -> list[tuple[int, str, int]]:
    rows = Enrolment.objects.of(account).exclude(state=EnrolmentState.ENDED).values_list("sequence", "state")
    return list(rows.annotate(count=Count("pk")).order_by())


def _plot(account: Account, by_sequence: dict[int, SequenceStatistics], now: datetime) -> Plot:
    today = now.astimezone(account.zone).date()
    first = today - timedelta(days=PLOT_DAYS - 1)
    begin = datetime.combine(first, datetime.min.time(), account.zone)
    sent = Message.objects.of(account).filter(state=MessageState.SENT, finished_at__gte=begin)
    rows = (
        sent.annotate(day=TruncDate("finished_at", tzinfo=account.zone), sequence=F("step__sequence"))
        .values_list("day", "sequence")
        .annotate(count=Count("pk"))
        .order_by()
    )
    found: dict[date, Counter[int]] = {}
    for day, sequence, count in rows:
        found.setdefault(day, Counter())[sequence] += count
        by_sequence[sequence].sent += count
    sums = {day: sum(counts.values()) for day, counts in found.items()}
    most = max(sums.values(), default=0)
    days = [first + timedelta(days=number) for number in range(PLOT_DAYS)]
    numbers = {pk: statistics.number for pk, statistics in by_sequence.items()}
    drawn = [
        Day(day, sums.get(day, 0), place * WIDTH, _bars(found.get(day, Counter()), numbers, place, most))
        for place, day in enumerate(days)
    ]
    return Plot(drawn, most, sum(sums.values()))


def _bars(counts: Counter[int], numbers: dict[int, int], place: int, most: int) -> tuple[Bar, ...]:
    bars, below = [], 0
    for sequence, number in numbers.items():
        if not counts[sequence]:
            continue
        height = max(1, round(counts[sequence] * HEIGHT / most))
        bars.append(Bar(number, place * WIDTH + 1, HEIGHT - below - height, height))
        below += height
    return tuple(bars)
