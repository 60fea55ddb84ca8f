"""Reading the outbox: all mails of an office by state, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base import keyset, once
from base.ids import is_id
from contacts import search
from contacts.finding import searched
from contacts.models import Contact
from funnel.contact_messages import UNSEEN
from funnel.models import Message, MessageState, Sender, Sequence
from funnel.models.enrolments import TO_COME, WAITING
from funnel.outbox_rows import FIELDS, Item

PAGE_SIZE = 50  # rows
MANY = 1000  # mails of a tab; they are counted up to here
ORDER = keyset.Order("planned_for", keyset.moment)
UPCOMING = "planned"
# The tabs of the outbox, by name: label and condition.
TABS: dict[str, tuple[str | Promise, Q]] = {
    UPCOMING: (_("Geplant"), TO_COME),
    "paused": (_("Pausiert"), WAITING),
    "sent": (_("Gesendet"), Q(state=MessageState.SENT)),
    "skipped": (_("Nicht gesendet"), Q(state=MessageState.SKIPPED)),
    "failed": (_("Fehlgeschlagen"), Q(state=MessageState.FAILED)),
    "unclear": (_("Unklar"), Q(state=MessageState.UNCLEAR)),
    "cancelled": (_("Abgesagt"), Q(state=MessageState.CANCELLED)),
}
# First and last day, counted from today.
PERIODS: dict[str, tuple[str | Promise, int, int]] = {
    "today": (_("heute"), 0, 0),
    "coming": (_("nächste 7 Tage"), 0, 6),
    "week": (_("letzte 7 Tage"), -6, 0),
    "month": (_("letzte 30 Tage"), -29, 0),
    "quarter": (_("letzte 90 Tage"), -89, 0),
}


@dataclass(frozen=True)
class OutboxFilter:
    """The filter in an address. Invalid values are dropped, unknown parameters ignored."""

    user: User
    today: date
    state: str = UPCOMING
    sequence: str = ""  # a sequence's id
    period: str = ""
    q: str = ""

    @classmethod
    def parse(cls, user: User, query: QueryDict) -> "OutboxFilter":
        """Parse a query string. The office's time zone must be active."""
        state, period, sequence = (query.get(name, "") for name in ("state", "period", "sequence"))
        return cls(
            user=user,
            today=timezone.localdate(),
            state=state if state in TABS else UPCOMING,
            sequence=sequence if is_id(sequence) else "",
            period=period if period in PERIODS else "",
            q=query.get("q", "").replace("\x00", "").strip()[: search.MAX_QUERY_LENGTH],
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.sequence or self.period or self.q)

    def address(self, **other: str) -> str:
        """Return the query string for this filter, with the values in `other` replaced."""
        values = {
            "state": self.state,
            "sequence": self.sequence,
            "period": self.period,
            "q": self.q,
        } | other
        if values["state"] == UPCOMING:
            values["state"] = ""
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @cached_property
    def messages(self) -> QuerySet[Message]:
        """All mails that match, in any state."""
        rows = _shown(self.user.account_id).filter(searched(self.user, self.q, "contact__"))
        if self.sequence:
            rows = rows.filter(step__sequence=int(self.sequence))
        return rows.filter(planned_for__range=self._days()) if self.period else rows

    def _days(self) -> tuple[datetime, datetime]:
        _label, first, last = PERIODS[self.period]
        zone = timezone.get_current_timezone()
        days = (self.today + timedelta(days=first), self.today + timedelta(days=last + 1))
        begin, end = (datetime.combine(day, time.min, zone) for day in days)
        return begin, end - timedelta(microseconds=1)


@dataclass(frozen=True)
class Tab:
    """One tab of the outbox."""

    label: str | Promise
    count: int
    address: str
    is_current: bool

    @property
    def number(self) -> str:
        """The count as it is shown."""
        return f"{MANY}+" if self.count > MANY else number_format(self.count, force_grouping=True)


@dataclass(frozen=True)
class OutboxPage:
    """A page of the outbox."""

    shelves: list[Tab]
    items: list[Item]
    sequences: list[Sequence]
    previous: str
    next: str


def load(wanted: OutboxFilter, query: QueryDict) -> OutboxPage:
    """Return a page of the outbox: planned mails in order of date, all others newest first."""
    place = keyset.asked(query, ORDER)
    page = _page(wanted, place)
    if place and not page.rows:
        page = _page(wanted, None)
    return OutboxPage(
        shelves=tabs(wanted),
        items=page.rows,
        sequences=once.rows(_sequences, wanted.user.account_id),
        previous=wanted.address(before=page.previous) if page.previous else "",
        next=wanted.address(after=page.next) if page.next else "",
    )


def _page(wanted: OutboxFilter, place: keyset.Place | None) -> keyset.Page:
    if place or wanted.is_filtered:
        rows = list(_walked(wanted.messages, wanted.state, place, PAGE_SIZE))
    else:
        rows = once.tuples(_first_page, wanted.user.account_id, shape=(wanted.state, PAGE_SIZE))
    return keyset.cut([Item(row) for row in rows], place, PAGE_SIZE)


def _first_page(state: str, size: int, account_id: int) -> QuerySet[Message, Any]:
    return _walked(_shown(account_id), state, None, size)


def _walked(messages: QuerySet[Message], state: str, place: keyset.Place | None, size: int) -> QuerySet[Message, Any]:
    rows = keyset.walk(messages.filter(TABS[state][1]), ORDER, False, state != UPCOMING, place)
    return rows.values_list(*FIELDS)[: size + 1]


def _shown(account_id: int) -> QuerySet[Message]:
    """Return all mails of the office that the outbox shows."""
    trashed = Contact.objects.of(account_id).filter(trashed_at__isnull=False).values("pk")
    return Message.objects.of(account_id).exclude(contact__in=trashed).exclude(reason__in=UNSEEN)


def _sequences(account_id: int) -> QuerySet[Sequence]:
    return Sequence.objects.of(account_id).order_by("pk")


def tabs(wanted: OutboxFilter) -> list[Tab]:
    """Return the tabs with their numbers of mails, counted in one statement."""
    if wanted.is_filtered:
        (counts,) = _counts(wanted.messages, MANY, wanted.user.account_id)
    else:
        (counts,) = once.tuples(_all_counts, wanted.user.account_id, shape=(MANY,))
    return [
        Tab(label, count, wanted.address(state=name), name == wanted.state)
        for (name, (label, _condition)), count in zip(TABS.items(), counts, strict=True)
    ]


def _all_counts(many: int, account_id: int) -> QuerySet[Sender, Any]:
    return _counts(_shown(account_id), many, account_id)


def _counts(messages: QuerySet[Message], many: int, account_id: int) -> QuerySet[Sender, Any]:
    office = Sender.objects.of(account_id)  # one row, beside which each tab is counted
    return office.values_list(*[_counted(messages.filter(condition), many) for _label, condition in TABS.values()])


def _counted(messages: QuerySet[Message], many: int) -> Func:
    some = messages.order_by().values("account")[: many + 1]  # which each index has, so that no row is read
    return Func(ArraySubquery(some), function="cardinality", output_field=IntegerField())
