"""Reading the board, in a fixed number of statements however many columns and contacts there are."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from base.sql import all_rows, columns_of, loaded
from pipeline import counting, glimpsed, kept, sampled, searched
from pipeline.cards import loading
from pipeline.cards.loading import ShownCard
from pipeline.columns import counts
from pipeline.columns.counts import Counts
from pipeline.models import Card, Column
from pipeline.searched import Found
from pipeline.selection import MANY, Selection

FIRST = 15  # cards of a column loaded with the board: a tall screen shows 13
SHORT = 8  # of an answer to typing, in a window of up to 950 pixels (`static/js/typeahead.js`)
FULL = (kept.FIRST_ID + 4,)  # a mark for ids of columns (see `kept`)
PAGE = 50  # cards of a column that are fetched at once while scrolling
COLUMN = columns_of(Column)


@dataclass
class Stack:
    """A column on the board with its number of contacts (see `counting`) and of mails, and its first cards."""

    column: Column
    total: int | None  # None: not counted yet, in an answer to typing
    cards: list[ShownCard] = field(default_factory=list)
    mails: int | None = None  # steps of its series that are sent; see `counts.MAILS`

    @property
    def next_rank(self) -> str | None:
        """The rank after which the next page begins; None if all cards are shown."""
        if self.total is None:
            return self.cards[-1].rank if self.cards else ""
        return self.cards[-1].rank if len(self.cards) < self.total and self.cards else None

    @property
    def is_short(self) -> bool:
        """Whether it begins with fewer cards than a board has, although there are further ones."""
        return self.total is None or len(self.cards) < min(FIRST, self.total)


Outline = tuple[Stack, list[int]]


def load(selection: Selection, *, is_short: bool = False) -> list[Stack]:
    """Return all columns with their counts and first cards, in five statements at most.

    If `is_short`, with fewer cards, and without what would take long to count.
    """
    first = SHORT if is_short else FIRST
    if selection.is_everything:
        stacks = totals(selection)
        searched.learn(selection.user.account_id, total_of(stacks) or 0)
        cards = loading.shown_first([stack.column.pk for stack in stacks], first)
        by_column = {column_id: [*found] for column_id, found in groupby(cards, attrgetter("column_id"))}
        return [replace(stack, cards=by_column.get(stack.column.pk, [])) for stack in stacks]
    found = _found(selection, first, is_short)
    shown = loading.shown(selection.user, [pk for column in found for pk in column.first])
    return [
        Stack(column, total, [shown[pk] for pk in ids if pk in shown], mails) for column, total, mails, ids in found
    ]


def outline(selection: Selection, first: int) -> list[Outline]:
    """Return all columns with their counts and the ids of their first cards, in two statements (see `_found`)."""
    if selection.is_everything:
        stacks = totals(selection)
        ids = loading.first_ids([stack.column.pk for stack in stacks], first)
        return [(stack, ids[stack.column.pk]) for stack in stacks]
    return [(Stack(column, total, mails=mails), [*ids]) for column, total, mails, ids in _found(selection, first)]


def _found(selection: Selection, first: int, is_short: bool = False) -> list[Found]:
    full: list[int] = []
    if selection.q or selection.tag:
        expected = searched.expected(selection)
        if selection.q and is_short and not searched.is_counted_at_once(selection):
            return glimpsed.in_columns(selection, first, expected)
        if expected <= searched.most(selection) and (found := searched.in_columns(selection, first)) is not None:
            return found
        if selection.q:
            full = sampled.full(selection, max(expected, searched.MOST))
    with_first = partial(_counted_with_first, first=first)
    return [Found(*row) for row in _columns(selection, ("first", first), with_first, {FULL: full})]


def total_of(stacks: Iterable[Stack]) -> int | None:
    """Return how many contacts the columns have together; None if one is not counted."""
    totals = [stack.total for stack in stacks]
    return None if None in totals else sum(total or 0 for total in totals)


def totals(selection: Selection) -> list[Stack]:
    """Return all columns with their counts but without cards, in one statement."""
    return [Stack(column, total, mails=mails) for column, total, mails in _columns(selection, "totals", counted)]


def _columns(
    selection: Selection, key: Hashable, build: kept.Build, marks: Mapping[Hashable, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Return the columns with what `build` annotates them with, in the order of the annotations."""

    def annotated(chosen: Selection) -> QuerySet[Any]:
        columns = build(chosen)
        return columns.values_list(*COLUMN, *columns.query.annotations)

    rows = kept.rows(selection, key, annotated, marks)
    return [(loaded(Column, COLUMN, row[: len(COLUMN)]), *row[len(COLUMN) :]) for row in rows]


def heads(
    selection: Selection,
    column_ids: Collection[int],
    known: Mapping[int, Column] | None = None,
    of_all: Mapping[int, Counts] | None = None,
) -> list[Stack]:
    """Return one or two columns with their counts but without cards.

    Takes a statement for columns that are not `known`, and one for counts unless those `of_all` contacts will do.
    """
    columns = [known[pk] for pk in column_ids if known and pk in known]
    missing = set(column_ids) - {column.pk for column in columns}
    if missing:
        columns += Column.objects.of(selection.user.account).filter(pk__in=missing)
    found = of_all if of_all and selection.is_everything else _counts(selection, [column.pk for column in columns])
    columns.sort(key=attrgetter("position"))
    stacks = []
    for column in columns:
        total, mails = found.get(column.pk, (0, None))
        stacks.append(Stack(column, total, mails=mails))
    return stacks


def _counts(selection: Selection, column_ids: Collection[int]) -> dict[int, Counts]:
    """Return the number of contacts in each of these columns, and of the mails of its series, in one statement."""
    if not column_ids:
        return {}
    if selection.is_everything:  # plain SQL, answered from indexes
        rows = all_rows(COUNT, {"one": min(column_ids), "other": max(column_ids)})
    else:
        rows = list(counted(selection).filter(pk__in=column_ids).values_list("pk", "total", "mails"))
    return {column_id: (total, mails) for column_id, total, mails in rows}


COUNT = f"""
SELECT col.id, {counts.BOTH} FROM pipeline_column AS col WHERE col.id IN (%(one)s, %(other)s)
"""


def more(selection: Selection, column: Column, after_rank: str) -> list[ShownCard]:
    """Return the next page of a column: the cards below a rank, and one more card if there are further pages."""
    below = selection.cards().filter(column=column, rank__gt=after_rank).order_by("rank")
    ids = list(below.values_list("pk", flat=True)[: PAGE + 1])
    cards = loading.shown(selection.user, ids)
    return [cards[pk] for pk in ids if pk in cards]


def card(selection: Selection, contact_id: int) -> Card | None:
    """Return a card even if the filter does not find it; None if the user may not see it."""
    card = loading.load(selection.user, [contact_id]).get(contact_id)
    if card is not None:
        card.column = Column.objects.of(selection.user.account).get(pk=card.column_id)
    return card


def above(selection: Selection, card: Card) -> int | None:
    """Return the id of the contact that the selection shows directly above this card; None on top."""
    cards = selection.cards().filter(column=card.column_id, rank__lt=card.rank).order_by("-rank")
    return cards.values_list("pk", flat=True).first()


def counted(selection: Selection, most: int | None = MANY + 1) -> QuerySet[Any]:
    """Return all columns from left to right, annotated with their `total` of contacts in the selection and `mails`.

    With a filter it counts `most` at most; None counts all.
    """
    sent = RawSQL(counts.MAILS.format(column="pipeline_column"), [], output_field=IntegerField())
    columns = Column.objects.of(selection.user.account).order_by("position")
    return columns.annotate(total=counting.of_each_column(selection, most), mails=sent)


def _counted_with_first(selection: Selection, first: int) -> QuerySet[Any]:
    """Return the same with the ids of the first cards, and without counting the columns that are `FULL`."""
    ids = selection.cards().filter(column=OuterRef("pk")).order_by("rank").values("pk")[:first]
    is_full = RawSQL("pipeline_column.id = ANY(%s)", [[*FULL]], output_field=BooleanField())
    columns = counted(selection)
    total = Case(When(is_full, then=Value(MANY + 1)), default=columns.query.annotations["total"])
    return columns.annotate(total=total, first=ArraySubquery(ids))
