"""The current selection of contacts: what the query string filters, within what the user may see.

List, board and export are presentations of the same selection, so the same filter finds the same contacts on each.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base.ids import is_id
from contacts import search
from contacts.finding import searched
from contacts.models import Contact, ContactQuerySet, Source, sight
from pipeline.models import Card

DUE = {
    "now": _("heute und überfällig"),
    "overdue": _("überfällig"),
    "today": _("heute fällig"),
    "week": _("fällig in 7 Tagen"),
    "set": _("mit Fälligkeit"),
    "none": _("ohne Fälligkeit"),
}
MAX_TAG_LENGTH = 30
SOURCES = frozenset(Source.values)
MANY = 1000  # contacts; what a filter or search finds is counted up to here
FILTERS = ("q", "assignee", "due", "source", "status", "tag")
FOR_MARKETING = ("q", "source", "status")  # filtering by something would show it


@dataclass(frozen=True)
class Selection:
    """A user's filter. Invalid values are dropped, unknown parameters ignored."""

    user: User
    today: date
    q: str = ""
    assignee: str = ""  # a user's id, "me" or "none"
    due: str = ""  # a key of DUE
    source: str = ""  # a value of Source
    status: str = ""  # a column's id
    tag: str = ""

    @classmethod
    def parse(cls, user: User, query: QueryDict) -> "Selection":
        """Return the selection of a query string. The office's time zone must be active."""
        read = FILTERS if user.works_contacts else FOR_MARKETING
        asked = {name: query.get(name, "").replace("\x00", "").strip() if name in read else "" for name in FILTERS}
        assignee, due, source = asked["assignee"], asked["due"], asked["source"]
        return cls(
            user=user,
            today=timezone.localdate(),
            q=asked["q"][: search.MAX_QUERY_LENGTH],
            assignee=assignee if is_id(assignee) or assignee in ("me", "none") else "",
            due=due if due in DUE else "",
            source=source if source in SOURCES else "",
            status=asked["status"] if is_id(asked["status"]) else "",
            tag=asked["tag"][:MAX_TAG_LENGTH],
        )

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FILTERS)

    def needs_a_digit(self, total: int | None) -> bool:
        """Return whether four digits found so many contacts that the user should type a fifth."""
        return self.exceeds(total) and self.user.works_contacts and search.is_short_number(self.q)

    @property
    def is_one_word(self) -> bool:
        """Whether it contains all contacts of the office that one word finds."""
        return self.has_only_words and "&" not in (search.query(self.q) or "")

    @property
    def has_only_words(self) -> bool:
        """Whether it contains all contacts of the office that the search finds."""
        return [name for name in FILTERS if getattr(self, name)] == ["q"] and not sight(self.user)

    @property
    def is_beginning(self) -> bool:
        """Whether only so few letters are asked for that they are likely to find many contacts."""
        return self.has_only_words and len(self.q) == 3

    @property
    def finds_whole_words(self) -> bool:
        """Whether the search is so short that words are not found by their beginning. Marketing searches names."""
        return self.user.works_contacts and search.finds_whole_words(self.q)

    def exceeds(self, total: int | None) -> bool:
        """Return whether a filter finds so many contacts that they are not counted. Everything is always counted."""
        return total is not None and total > MANY and not self.is_everything

    @property
    def is_everything(self) -> bool:
        """Whether it contains all contacts of the office: there is no filter, and the user sees all."""
        return not self.is_filtered and not sight(self.user)

    @cached_property
    def query_string(self) -> str:
        """The filter as a query string, without the question mark; "" if nothing is filtered."""
        return urlencode({name: value for name in FILTERS if (value := getattr(self, name))})

    @property
    def suffix(self) -> str:
        """The query string with the question mark, or ""."""
        return f"?{self.query_string}" if self.query_string else ""

    @cached_property
    def tail(self) -> str:
        """Return the query string to append to another parameter, with the ampersand, or ""."""
        return f"&{self.query_string}" if self.query_string else ""

    def contacts(self) -> ContactQuerySet:
        """Return the contacts of the selection: live ones that the user may see."""
        return Contact.objects.of(self.user.account).live().filter(self._condition())

    def cards(self):  # type: ignore[no-untyped-def]
        """Return the cards of the selection. Without a filter nothing is joined, so that counting reads one index."""
        account = self.user.account
        condition = self._on_card() & self._carried
        if self.status:
            condition &= Q(column=self.status)
        if self.q:
            condition &= Q(contact__account=account) & searched(self.user, self.q, "contact__")
        return Card.objects.of(account).filter(condition)

    def _condition(self) -> Q:
        condition = sight(self.user) & self._carried & searched(self.user, self.q)
        if self.assignee:
            condition &= Q(assignee=self._wanted)
        return condition & (Q(card__column=self.status) if self.status else Q())

    def _on_card(self) -> Q:
        """Who sees the card and whose contact it is. On a card, nobody is 0, so that one index has all of it."""
        condition = Q() if not sight(self.user) else Q(assignee_id__in=[0, self.user.pk])
        return condition & Q(assignee_id=self._wanted or 0) if self.assignee else condition

    @property
    def _wanted(self) -> int | None:
        named = {"me": self.user.pk, "none": None}
        return named[self.assignee] if self.assignee in named else int(self.assignee)

    @property
    def _carried(self) -> Q:
        """What a card carries of its contact under the same name."""
        return self._due() & (Q(source=self.source) if self.source else Q()) & self._tagged()

    def _due(self) -> Q:
        match self.due:
            case "now":
                return Q(due_on__lte=self.today)
            case "overdue":
                return Q(due_on__lt=self.today)
            case "today":
                return Q(due_on=self.today)
            case "week":
                return Q(due_on__range=(self.today, self.today + timedelta(days=7)))
            case "set" | "none":
                return Q(due_on__isnull=self.due == "none")
        return Q()

    def _tagged(self) -> Q:
        """Filter by tag. The second condition is implied, but lets PostgreSQL use the partial indexes on tags."""
        return Q(tags__contains=[self.tag]) & ~Q(tags=[]) if self.tag else Q()
