"""Reading the board: a fixed number of statements, however many columns and contacts there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.models import sight
from pipeline.models import Card, Column
from pipeline.selection import Selection

PAGE = 50  # cards of a column that are sent at once

CONTACT_FIELDS = (
    "title",
    "first_name",
    "last_name",
    "company",
    "partner_title",
    "partner_first_name",
    "partner_last_name",
    "email",
    "phone",
    "due_on",
    "last_action_at",
    "action_counts",
)
ASSIGNEE_FIELDS = ("email", "first_name", "last_name", "hue", "is_active")
SHOWN = (
    "account_id",
    "column_id",
    "rank",
    "version",
    *(f"contact__{name}" for name in CONTACT_FIELDS),
    *(f"contact__assignee__{name}" for name in ASSIGNEE_FIELDS),
)


@dataclass
class Stack:
    """A column as the board shows it: its exact number of contacts and the first cards."""

    column: Column
    total: int
    cards: list[Card] = field(default_factory=list)

    @property
    def next_rank(self) -> str:
        """Where the next page begins; "" when all cards are shown."""
        return self.cards[-1].rank if len(self.cards) < self.total and self.cards else ""


def load(selection: Selection) -> list[Stack]:
    """All columns with their counts and first cards: two statements."""
    shown = selection.cards().filter(column=OuterRef("pk")).order_by("rank").values("pk")[:PAGE]
    columns = list(counted(selection).annotate(shown=ArraySubquery(shown)))
    cards = {card.pk: card for card in _cards([pk for column in columns for pk in column.shown], selection)}
    return [
        Stack(column, column.total, [cards[pk] for pk in column.shown if pk in cards]) for column in columns
    ]


def totals(selection: Selection) -> list[Stack]:
    """All columns with their counts, without cards: one statement."""
    return [Stack(column, column.total) for column in counted(selection)]


def heads(
    selection: Selection, column_ids: Collection[int], known: Mapping[int, Column] | None = None
) -> list[Stack]:
    """The named columns with their counts, without cards: one statement, and one more for columns not `known`."""
    columns = [known[pk] for pk in column_ids if known and pk in known]
    missing = set(column_ids) - {column.pk for column in columns}
    if missing:
        columns += Column.objects.of(selection.user.account).filter(pk__in=missing)
    counts = _counts(selection, [column.pk for column in columns])
    columns.sort(key=attrgetter("position"))
    return [Stack(column, counts.get(column.pk, 0)) for column in columns]


def _counts(selection: Selection, column_ids: Collection[int]) -> dict[int, int]:
    """Contacts in each of these columns of the office; columns without any are left out."""
    if selection.is_everything:  # what each drop asks for: plain, and answered from one index
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(column_ids)])
            return dict(cursor.fetchall())
    cards = selection.cards().filter(column__in=column_ids).order_by()
    return dict(cards.values_list("column").annotate(count=Count("pk")))


COUNT = "SELECT column_id, count(*) FROM pipeline_card WHERE column_id = ANY(%s) GROUP BY column_id"


def more(selection: Selection, column: Column, after_rank: str) -> list[Card]:
    """The next page of a column: the cards below a rank; one more than a page if there is a further one."""
    cards = selection.cards().filter(column=column, rank__gt=after_rank).order_by("rank")
    return list(_shown(cards)[: PAGE + 1])


def card(selection: Selection, contact_id: int) -> Card | None:
    """One card as the board shows it, whether or not the filter finds it; None if the user may not see it."""
    card = _cards([contact_id], selection).filter(sight(selection.user, "contact__")).first()
    if card is not None:
        card.column = Column.objects.of(selection.user.account).get(pk=card.column_id)
    return card


def above(selection: Selection, card: Card) -> int | None:
    """The contact the selection shows directly above this card; None on top."""
    cards = selection.cards().filter(column=card.column_id, rank__lt=card.rank).order_by("-rank")
    return cards.values_list("pk", flat=True).first()


def counted(selection: Selection) -> QuerySet[Column]:
    """All columns from left to right, each with the `total` of its contacts in the selection."""
    cards = selection.cards().filter(column=OuterRef("pk")).order_by()
    count = Subquery(cards.values("column").annotate(count=Count("*")).values("count"))
    columns = Column.objects.of(selection.user.account).order_by("position")
    return columns.annotate(total=Coalesce(count, 0, output_field=IntegerField()))


def _cards(ids: Collection[int], selection: Selection) -> QuerySet[Card]:
    return _shown(Card.objects.of(selection.user.account).filter(pk__in=ids))


def _shown(cards: QuerySet[Card]) -> QuerySet[Card]:
    return cards.select_related("contact__assignee").only(*SHOWN)
