"""Counting an office's mails for the funnel's page: at once, or by the worker in advance where there are many.

Each count reads all mails of the office, so nothing else keeps the page flat: for 600,000 mails it read
867,000 buffers, with these figures one row. Counting with each mail would make every mail dearer for a page that few
look at.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, TruncDate

from accounts.models import Account
from base import once
from contacts.kinds import Kind
from contacts.models import Action
from funnel.models import Enrolment, EnrolmentState, Figures, Message, MessageState

MANY = 20_000  # mails; an office with more is counted in advance
PLOT_DAYS = 90
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
    for part, of, by, number in rows:
        getattr(counts, part).append((by, of, number) if part == "sent" else (of, by, number))
    return counts


def _together(zone: str, account_id: int, begin: datetime) -> QuerySet[Any, Any]:
    first, *others = _parts(zone, account_id, begin)
    return first.union(*others, all=True)


def _parts(zone: str, account_id: int, begin: datetime) -> list[QuerySet[Any, Any]]:
    """Return the rows of each part of `Counts`: its name, of what, by what, how many."""
    return [
        _counted("messages", _messages(account_id), "step_id", "state", Count("pk")),
        _counted("answers", _answers(account_id), "answered", "kind", Count("contact", distinct=True)),
        _counted("series", _series(account_id), "sequence_id", "state", Count("pk")),
        _counted("sent", _sent(account_id, begin, zone), "step__sequence_id", "day", Count("pk")),
    ]


def _counted(part: str, rows: QuerySet[Any], of: str, by: str, count: Count) -> QuerySet[Any, Any]:
    keys = rows.order_by().values_list(Value(part, output_field=TextField()), F(of), Cast(by, TextField()))
    return keys.annotate(number=count)


def _messages(account_id: int) -> QuerySet[Message]:
    return Message.objects.of(account_id).exclude(state=MessageState.CANCELLED)


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


def _series(account_id: int) -> QuerySet[Enrolment]:
    return Enrolment.objects.of(account_id).exclude(state=EnrolmentState.ENDED)


def _sent(account_id: int, begin: datetime, zone: str) -> QuerySet[Message]:
    sent = Message.objects.of(account_id).filter(state=MessageState.SENT, finished_at__gte=begin)
    return sent.annotate(day=TruncDate("finished_at", tzinfo=ZoneInfo(zone)))
