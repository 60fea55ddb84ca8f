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
from base import keyset
from base.ids import is_id
from contacts import search
from contacts.finding import searched
from contacts.models import Contact
from contacts.naming import Named
from funnel.contact_messages import UNSEEN, coming_subject, plain_subject
from funnel.letters import placeholders
from funnel.models import Message, MessageReason, MessageState, Sender, Sequence

PAGE_SIZE = 50  # rows
MANY = 1000  # mails of a tab; they are counted up to here
ORDER = keyset.Order("planned_for", keyset.moment)
UPCOMING = "planned"
WAITING = Q(state=MessageState.PLANNED, waits=True, is_urgent=False)
# The tabs of the outbox, by name: label and condition.
TABS: dict[str, tuple[str | Promise, Q]] = {
    UPCOMING: (
        _("Geplant"),
        Q(state__in=(MessageState.PLANNED, MessageState.CLAIMED, MessageState.SENDING)) & ~WAITING,
    ),
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
        trashed = Contact.objects.of(self.user.account).filter(trashed_at__isnull=False).values("pk")
        rows = Message.objects.of(self.user.account).exclude(contact__in=trashed)
        rows = rows.exclude(reason__in=UNSEEN).filter(searched(self.user, self.q, "contact__"))
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
class Item:
    """One mail of the outbox, with the subject that the user may see."""

    message: Message
    subject: str

    @property
    def state(self) -> str:
        """The mail's state in words."""
        return str(MessageState(self.message.state).label)

    @property
    def why(self) -> str:
        """The reason for its state in words, or ""."""
        return str(MessageReason(self.message.reason).label) if self.message.reason else ""


@dataclass(frozen=True)
class OutboxPage:
    """A page of the outbox."""

    shelves: list[Tab]
    items: list[Item]
    sequences: list[Sequence]
    previous: str
    next: str


# What a row shows, and what its subject may be filled with: whole objects would take longer to make than to show.
ROW_FIELDS = (
    *("subject", "address", "state", "reason", "finished_at", "planned_for", "enrolment__reason"),
    *("step__subject", "step__sequence__name"),
    *(f"contact__{name}" for name in (*Named.__annotations__, "salutation", "partner_salutation")),
    *(f"contact__{name}" for name in ("property_kind", "street", "city")),
    *(f"contact__assignee__{name}" for name in ("first_name", "last_name", "email", "is_active")),
)


def load(wanted: OutboxFilter, query: QueryDict, sender: Sender) -> OutboxPage:
    """Return a page of the outbox: planned mails in order of date, all others newest first."""
    place = keyset.asked(query, ORDER)
    rows = wanted.messages.filter(TABS[wanted.state][1])
    rows = rows.select_related("contact__assignee", "step__sequence", "enrolment").only(*ROW_FIELDS)
    newest_first = wanted.state != UPCOMING
    page = keyset.page(rows, ORDER, descending=newest_first, place=place, size=PAGE_SIZE)
    if place and not page.rows:
        page = keyset.page(rows, ORDER, descending=newest_first, place=None, size=PAGE_SIZE)
    return OutboxPage(
        shelves=tabs(wanted),
        items=[Item(message, _subject(wanted.user, message, sender)) for message in page.rows],
        sequences=list(Sequence.objects.of(wanted.user.account).order_by("pk")),
        previous=wanted.address(before=page.previous) if page.previous else "",
        next=wanted.address(after=page.next) if page.next else "",
    )


def tabs(wanted: OutboxFilter) -> list[Tab]:
    """Return the tabs with their numbers of mails, counted in one statement."""
    office = Sender.objects.of(wanted.user.account)  # one row, beside which each tab is counted
    counted = {name: _counted(wanted.messages.filter(condition)) for name, (_label, condition) in TABS.items()}
    counts: Any = office.values(**counted).get()
    return [
        Tab(label, counts[name], wanted.address(state=name), name == wanted.state)
        for name, (label, _condition) in TABS.items()
    ]


def _counted(messages: QuerySet[Message]) -> Func:
    some = messages.order_by().values("account")[: MANY + 1]  # which each index has, so that no row is read
    return Func(ArraySubquery(some), function="cardinality", output_field=IntegerField())


def _subject(user: User, message: Message, sender: Sender) -> str:
    """Return the subject as sent or as it would be now, for users who may not see the contact without its data."""
    if not user.works_contacts:
        return plain_subject(message.step.subject, placeholders.office(sender))
    return message.subject or coming_subject(message.step, message.contact, sender)
