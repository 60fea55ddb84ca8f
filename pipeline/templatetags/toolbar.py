"""`{% filters selection colleagues as choices %}` and `{% chips … %}`: what the toolbar offers and what is set."""

from django import template
from django.utils.formats import number_format

from pipeline import filters
from pipeline.selection import Selection

register = template.Library()
register.simple_tag(filters.filters, name="filters")
register.simple_tag(filters.chips, name="chips")


@register.filter
def needs_a_digit(selection: Selection, total: int | None) -> bool:
    """Return whether a further digit should be requested."""
    return selection.needs_a_digit(total)


@register.filter
def exceeds(selection: Selection, total: int | None) -> bool:
    """Return whether there are too many to count: `1000+`."""
    return selection.exceeds(total)


@register.filter
def found(selection: Selection, total: int | None) -> str:
    """Return the number of contacts found, as it is shown."""
    if total is None:
        return "…"
    return "1000+" if selection.exceeds(total) else number_format(total, force_grouping=True)
