"""Statistics of sequences: counts per step, and what was sent in the last 90 days, in six statements at most."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import Account
from base.batches import batches
from contacts.kinds import Kind
from funnel import figures
from funnel.contact_messages import plain_subject
from funnel.figures import PLOT_DAYS, Counts
from funnel.letters import placeholders
from funnel.models import EnrolmentState, MessageState, Sequence, Step

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
    counted_at: datetime | None = None  # when they were counted in advance; None: just now


def load(account: Account, now: datetime) -> Overview:
    """Return the statistics of an office, in six statements, or two where they were counted in advance."""
    sequences = Sequence.objects.of(account).select_related("account__sender", "account__figures").order_by("pk")
    by_sequence = {
        sequence.pk: SequenceStatistics(sequence, number) for number, sequence in enumerate(sequences, start=1)
    }
    steps: dict[int, StepStatistics] = {}
    for step in Step.objects.of(account).filter(removed_at=None).order_by("sequence", "position"):
        statistics = by_sequence[step.sequence_id]
        office = placeholders.office(statistics.sequence.account.sender)
        steps[step.pk] = StepStatistics(step, plain_subject(step.subject, office))
        statistics.steps.append(steps[step.pk])
    kept = next((getattr(statistics.sequence.account, "figures", None) for statistics in by_sequence.values()), None)
    counts = Counts(**kept.counts) if kept else figures.count(account, now)
    _enter(counts, steps, by_sequence)
    plot = _plot(counts, by_sequence, figures.first_day(account, now))
    return Overview(list(by_sequence.values()), plot, kept.counted_at if kept else None)


NAMES = {
    MessageState.PLANNED: "planned",
    MessageState.CLAIMED: "planned",
    MessageState.SENDING: "planned",
    MessageState.SENT: "sent",
    MessageState.SKIPPED: "skipped",
    MessageState.FAILED: "lost",
    MessageState.UNCLEAR: "lost",
}


def _enter(counts: Counts, steps: dict[int, StepStatistics], by_sequence: dict[int, SequenceStatistics]) -> None:
    """Write the counts into steps and sequences; steps that were removed have none."""
    for step_id, state, count in counts.messages:
        if (step := steps.get(step_id)) and state in NAMES:
            setattr(step, NAMES[MessageState(state)], getattr(step, NAMES[MessageState(state)]) + count)
    for answered, kind, count in counts.answers:
        if step := steps.get(answered or 0):
            setattr(step, "replied" if kind == Kind.MAIL_IN else "left", count)
    for sequence, state, count in counts.series:
        if sequence in by_sequence:
            setattr(by_sequence[sequence], "active" if state == EnrolmentState.ACTIVE else "paused", count)


def _plot(counts: Counts, by_sequence: dict[int, SequenceStatistics], first: date) -> Plot:
    found: dict[date, Counter[int]] = {}
    for day, sequence, count in counts.sent:
        if (sent_on := date.fromisoformat(day)) >= first and sequence in by_sequence:
            found.setdefault(sent_on, Counter())[sequence] += count
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
