"""Statistics of sequences: counts per step, and what was sent in the last 90 days, in six statements at most."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.formats import number_format

from accounts.models import Account
from base import once
from base.batches import batches
from base.stamps import filled
from contacts.kinds import Kind
from funnel import figures
from funnel.contact_messages import plain_subject
from funnel.figures import PLOT_DAYS, Counts
from funnel.letters import placeholders
from funnel.models import EnrolmentState, MessageState, Sender, Sequence, Step

HEIGHT = 100  # of the highest bar
WIDTH = 10  # of a day


COUNTED = ("planned", "sent", "skipped", "lost", "replied", "left")


class Wait(NamedTuple):
    """When a step is due, by the names it has in `Step`."""

    delay_days: int
    send_at: time | None


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

    def texts(self, place: int, count: int) -> dict[str, str | int]:
        """Return what the template `funnel/_step.html` shows of the step at this place of so many."""
        step = self.step
        wait = Wait(step.delay_days, step.send_at)
        return {
            "id": step.pk,
            "number": str(place),
            "subject": self.subject,
            "when": filled("funnel/_when.html", {}, step=wait, is_first=place == 1),
            "is_on": "1" if step.is_on else "",
            "is_first": "1" if place == 1 else "",
            "is_last": "1" if place == count else "",
            **{name: _number(getattr(self, name)) for name in COUNTED},
        }


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

    def texts(self) -> dict[str, str | int]:
        """Return what the template `funnel/_sequence.html` shows besides its steps."""
        counts = {"mails": self.steps_on, "active": self.active, "paused": self.paused}
        return {
            "id": self.sequence.pk,
            "number": self.number,
            "name": self.sequence.name,
            "is_on": "1" if self.sequence.is_on else "",
            "counts": filled("funnel/_series_counts.html", {}, **counts),
        }


class Bar(NamedTuple):
    """One sequence on one day, in plot units."""

    number: int
    x: int
    y: int
    height: int

    def texts(self) -> dict[str, int]:
        """Return what the template `funnel/_plot_bar.html` shows."""
        return {"number": self.number, "x": self.x, "y": self.y, "height": self.height}


class Day(NamedTuple):
    """The mails sent on one day, with bars from the bottom up."""

    day: date
    sent: int
    bars: tuple[Bar, ...]

    def texts(self) -> dict[str, str]:
        """Return what the template `funnel/_plot_day.html` shows besides its bars."""
        return {"day": f"{self.day:%d.%m.%Y}", "sent": str(self.sent)}


class Week(NamedTuple):
    """The mails sent in a week, by its first day; the last one may be shorter."""

    day: date
    sent: int

    def texts(self) -> dict[str, str]:
        """Return what the template `funnel/_plot_week.html` shows."""
        return {"day": f"{self.day:%d.%m.%Y}", "sent": _number(self.sent) or "0"}


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
    def weeks(self) -> list[Week]:
        """The text alternative of the plot."""
        return [Week(week[0].day, sum(day.sent for day in week)) for week in batches(self.days, 7)]


@dataclass(frozen=True)
class Overview:
    """The page „E-Mail-Funnel“."""

    sender: Sender
    sequences: list[SequenceStatistics]
    plot: Plot
    counted_at: datetime | None = None  # when they were counted in advance; None: just now


def load(account: Account, now: datetime) -> Overview:
    """Return the statistics of an office, in four statements, or three where they were counted in advance."""
    (sender,) = once.rows(_sender, account.pk)
    sequences = once.rows(_sequences, account.pk)
    by_sequence = {
        sequence.pk: SequenceStatistics(sequence, number) for number, sequence in enumerate(sequences, start=1)
    }
    steps: dict[int, StepStatistics] = {}
    office = placeholders.office(sender)
    for step in once.rows(_steps, account.pk):
        steps[step.pk] = StepStatistics(step, plain_subject(step.subject, office))
        by_sequence[step.sequence_id].steps.append(steps[step.pk])
    kept = getattr(sender.account, "figures", None)
    counts = Counts(**kept.counts) if kept else figures.count_now(account, now)
    _enter(counts, steps, by_sequence)
    plot = _plot(counts, by_sequence, figures.first_day(account, now))
    return Overview(sender, list(by_sequence.values()), plot, kept.counted_at if kept else None)


def _sender(account_id: int) -> QuerySet[Sender]:
    return Sender.objects.of(account_id).select_related("account__figures")


def _sequences(account_id: int) -> QuerySet[Sequence]:
    return Sequence.objects.of(account_id).order_by("pk")


def _steps(account_id: int) -> QuerySet[Step]:
    return Step.objects.of(account_id).filter(removed_at=None).order_by("sequence", "position").defer("body")


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
    found: dict[str, dict[int, int]] = {}
    begin = first.isoformat()
    for day, sequence, count in counts.sent:
        if day >= begin and sequence in by_sequence:
            found.setdefault(day, {})[sequence] = count
            by_sequence[sequence].sent += count
    sums = {day: sum(counts.values()) for day, counts in found.items()}
    most = max(sums.values(), default=0)
    drawn = []
    for place in range(PLOT_DAYS):
        on = first + timedelta(days=place)
        name = on.isoformat()
        drawn.append(Day(on, sums.get(name, 0), _bars(found.get(name, {}), by_sequence, place, most)))
    return Plot(drawn, most, sum(sums.values()))


def _number(count: int) -> str:
    """Return a count as it is shown; "" for none."""
    if count < 1000:
        return str(count or "")
    return number_format(count, force_grouping=True)


def _bars(sent: dict[int, int], shown: dict[int, SequenceStatistics], place: int, most: int) -> tuple[Bar, ...]:
    """Draw a day: the series in their order, from the bottom up."""
    bars, top = [], HEIGHT
    for sequence in sorted(sent):
        height = max(1, round(sent[sequence] * HEIGHT / most))
        top -= height
        bars.append(Bar(shown[sequence].number, place * WIDTH + 1, top, height))
    return tuple(bars)
