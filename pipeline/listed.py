"""A contact as the list shows it: a plain row, since model objects take as long to make as showing them."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import get_language

from contacts import signs
from contacts.choices import Source
from contacts.description import FACTS
from contacts.models import Contact
from contacts.naming import Named
from contacts.signs import Who

WHO = ("first_name", "last_name", "email", "hue", "is_active")  # of the assignee
SHOWN = (
    "pk",
    "counts",
    *(fact.name for fact in FACTS.values() if fact.listed),
    "phone_e164",
    "assignee_id",
    "created_at",
    "last_action_at",
    "card__column__name",
    "card__column__key",
    "card__waits_since",
    *(f"assignee__{name}" for name in WHO),
)
NAMES = (*SHOWN, "sort_key")


class ListedContact(Named):
    """What a row of the list shows: the fields of `SHOWN`, and on a page what it is sorted by."""

    pk: int
    phone_e164: str
    source: str
    source_detail: str
    due_on: date | None
    assignee_id: int | None
    created_at: datetime
    last_action_at: datetime | None
    counts: str  # the JSON of `action_counts`
    card__column__name: str
    card__column__key: str | None
    card__waits_since: datetime | None

    sort_key: Any  # of a page
    shown: tuple[Any, ...]  # all values but the sort key

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.shown = row[: len(SHOWN)]
        self.__dict__.update(zip(NAMES, row, strict=False))

    @property
    def column_name(self) -> str:
        return self.card__column__name

    @property
    def column_key(self) -> str | None:
        return self.card__column__key

    @property
    def source_label(self) -> str:
        return _label(self.source, get_language())

    @property
    def who(self) -> Who | None:
        """What the circle shows of the assignee."""
        return signs.who(*[self.__dict__[f"assignee__{name}"] for name in WHO]) if self.assignee_id else None


def on_board(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Return those of these contacts that are on the board, with what `SHOWN` needs besides their fields."""
    return contacts.filter(card__isnull=False).annotate(counts=Cast("action_counts", TextField()))


@lru_cache
def _label(source: str, language: str | None) -> str:
    return str(Source(source).label)
