"""How many contacts a selection has: everything is tallied, a filter counts up to a thousand."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef
from django.db.models.expressions import Combinable, RawSQL

from pipeline.columns import tally
from pipeline.selection import MANY, Selection


def found(selection: Selection) -> int:
    """Return the number of contacts in the selection; one more than `MANY` stands for any larger number of a filter."""
    if selection.is_everything:
        return tally.in_office(selection.user.account_id)
    return selection.cards().order_by()[: MANY + 1].count()


def of_each_column(selection: Selection, most: int | None = MANY + 1) -> Combinable:
    """Return what a query of columns is annotated with: the number of contacts of the selection in each.

    A filter counts `most` at most; None counts all.
    """
    if selection.is_everything:
        return RawSQL(tally.CARDS.format(column="pipeline_column"), [], output_field=IntegerField())
    cards = selection.cards().filter(column=OuterRef("pk")).order_by().values("pk")[:most]
    return Func(ArraySubquery(cards), function="cardinality", output_field=IntegerField())
