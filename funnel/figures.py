"""Counting an office's mails for the funnel's page: at once, or by the worker in advance where there are many.

Each count reads all mails of the office, so nothing else keeps the page flat: for 600,000 mails it read
867,000 buffers, with these figures one row. Counting with each mail would make every mail dearer for a page that few
look at.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, DateField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, TruncDate

from accounts.models import Account
from base import once
from contacts.kinds import Kind
from contacts.models import Action
from funnel.models import EnrolmentState, Figures, Message, MessageState, Sequence, Step

MANY = 20_000  # mails; an office with more is counted in advance
PLOT_DAYS = 90
NOTHING = Value(None)
ANSWERED_WITHIN = timedelta(days=30)  # anything later is not attributed to the mail


class Counts(NamedTuple):
    """Rows of counts: mails by step and state, answers by step and kind, series by sequence and state, sent by day."""

    messages: list[tuple[int, str, int]]
    answers: list[tuple[int | None, str, int]]
    series: list[tuple[int, str, int]]
    sent: list[tuple[str, int, int]]  # day as ISO text, sequence


def keep(now: datetime) -> None:
    """Count the mails of each office with many in advance, and forget the counts of the others."""
    for account in Account.objects.order_by("pk"):
        kept = Figures.objects.of(account)
        if Message.objects.of(account).order_by()[: MANY + 1].count() > MANY:
            counts = count(account, now)._asdict()
            kept.update_or_create(account=account, defaults={"counted_at": now, "counts": counts})
        else:
            kept.delete()


def count(account: Account, now: datetime) -> Counts:
    """Count for the worker: four statements, each planned for this office."""
    return _as_counts(row for part in _parts(account.time_zone, account.pk, _begin(account, now)) for row in part)


def count_now(account: Account, now: datetime) -> Counts:
    """Count for a page: one statement."""
    return _as_counts(once.tuples(_together, account.pk, _begin(account, now), shape=(account.time_zone,)))


def first_day(account: Account, now: datetime) -> date:
    """Return the first day of the plot, which ends today."""
    return now.astimezone(account.zone).date() - timedelta(days=PLOT_DAYS - 1)


def _begin(account: Account, now: datetime) -> datetime:
    return datetime.combine(first_day(account, now), datetime.min.time(), account.zone)


def _as_counts(rows: Iterable[Any]) -> Counts:
    counts = Counts([], [], [], [])
    for part, of, by, day, number in rows:
        getattr(counts, part).append((day.isoformat(), of, number) if day else (of, by, number))
    return counts


def _together(zone: str, account_id: int, begin: datetime) -> QuerySet[Any, Any]:
    first, *others = _parts(zone, account_id, begin)
    return first.union(*others, all=True)


def _parts(zone: str, account_id: int, begin: datetime) -> list[QuerySet[Any, Any]]:
    """Return the rows of each part of `Counts`: its name, of what, by what or on which day, how many."""
    known = [*(state for state in MessageState.values if state != MessageState.CANCELLED)]
    steps = Step.objects.of(account_id).filter(messages__state__in=known)  # read from the index `message_of_step`
    running = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)
    series = Sequence.objects.of(account_id).filter(enrolments__state__in=running)
    return [
        _counted("messages", steps, Count("*"), "pk", by="messages__state"),
        _counted("answers", _answers(account_id), Count("contact", distinct=True), "answered", by="kind"),
        _counted("series", series, Count("*"), "pk", by="enrolments__state"),
        _counted("sent", _sent(account_id, begin, zone), Count("*"), "sequence", on="day"),
    ]


def _counted(
    part: str, rows: QuerySet[Any], count: Count, of: str, *, by: str | None = None, on: str | None = None
) -> QuerySet[Any, Any]:
    keys = (F(by) if by else Cast(NOTHING, TextField()), F(on) if on else Cast(NOTHING, DateField()))
    return rows.order_by().values_list(Value(part, TextField()), F(of), *keys).annotate(number=count)


def _answers(account_id: int) -> QuerySet[Action]:
    """Return replies and opt-outs. Each is attributed to the last mail sent within 30 days before it, if any, and each
    contact counts once per step.
    """
    before = (
        Message.objects.of(account_id)
        .filter(
            contact=OuterRef("contact"),
            state=MessageState.SENT,
            finished_at__lte=OuterRef("performed_at"),
            finished_at__gte=OuterRef("performed_at") - ANSWERED_WITHIN,
        )
        .order_by("-finished_at")
    )
    answers = Action.objects.of(account_id).filter(kind__in=[Kind.MAIL_IN, Kind.OPT_OUT])
    return answers.annotate(answered=Subquery(before.values("step")[:1]))


def _sent(account_id: int, begin: datetime, zone: str) -> QuerySet[Step]:
    """Return the steps of mails sent since, read from the same index as those of `messages`."""
    sent = Step.objects.of(account_id).filter(messages__state=MessageState.SENT, messages__finished_at__gte=begin)
    return sent.annotate(day=TruncDate("messages__finished_at", tzinfo=ZoneInfo(zone)))
