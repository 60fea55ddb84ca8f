"""Counting an office's mails for the funnel's page: at once, or by the worker in advance where there are many.

Each count reads all mails of the office, so nothing else keeps the page flat: for 600,000 mails it read
867,000 buffers, with these figures one row. Counting with each mail would make every mail dearer for a page that few
look at.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import TruncDate

from accounts.models import Account
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
    """Count now, in four statements."""
    return Counts(_messages(account), _answers(account), _series(account), _sent(account, now))


def _messages(account: Account) -> list[tuple[int, str, int]]:
    rows = Message.objects.of(account).exclude(state=MessageState.CANCELLED).values_list("step", "state")
    return _counted(rows.annotate(count=Count("pk")))


def _answers(account: Account) -> list[tuple[int | None, str, int]]:
    """Count replies and opt-outs. Each is attributed to the last mail sent within 30 days before it, if any, and each
    contact counts once per step.
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
    rows = answers.annotate(step=Subquery(before.values("step")[:1])).values_list("step", "kind")
    return _counted(rows.annotate(count=Count("contact", distinct=True)))


def _series(account: Account) -> list[tuple[int, str, int]]:
    rows = Enrolment.objects.of(account).exclude(state=EnrolmentState.ENDED).values_list("sequence", "state")
    return _counted(rows.annotate(count=Count("pk")))


def first_day(account: Account, now: datetime) -> date:
    """Return the first day of the plot, which ends today."""
    return now.astimezone(account.zone).date() - timedelta(days=PLOT_DAYS - 1)


def _sent(account: Account, now: datetime) -> list[tuple[str, int, int]]:
    begin = datetime.combine(first_day(account, now), datetime.min.time(), account.zone)
    sent = Message.objects.of(account).filter(state=MessageState.SENT, finished_at__gte=begin)
    rows = sent.annotate(day=TruncDate("finished_at", tzinfo=account.zone), sequence=F("step__sequence"))
    counted = _counted(rows.values_list("day", "sequence").annotate(count=Count("pk")))
    return [(day.isoformat(), sequence, number) for day, sequence, number in counted]


def _counted(rows: Iterable[Any]) -> list[Any]:
    return list(rows.order_by())  # type: ignore[attr-defined]
