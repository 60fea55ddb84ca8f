"""How many contacts a selection has: everything is tallied, a filter counts."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce

from pipeline.columns import tally
from pipeline.selection import Selection


def found(selection: Selection) -> int:
    """Return the number of contacts in the selection."""
    return tally.in_office(selection.user.account_id) if selection.is_everything else selection.cards().count()


def of_each_column(selection: Selection) -> Combinable:
    """Return what a query of columns is annotated with: the number of contacts of the selection in each."""
    if selection.is_everything:
        return RawSQL(tally.CARDS.format(column="pipeline_column"), [], output_field=IntegerField())
    cards = selection.cards().filter(column=OuterRef("pk")).order_by()
    counts = cards.values("column").annotate(count=Count("*")).values("count")
    return Coalesce(Subquery(counts), 0, output_field=IntegerField())
