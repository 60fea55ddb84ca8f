"""`{% filters selection colleagues as choices %}` and `{% chips … %}`: what the toolbar offers and what is set."""

from django import template

from pipeline import filters
from pipeline.selection import Selection

register = template.Library()
register.simple_tag(filters.filters, name="filters")
register.simple_tag(filters.chips, name="chips")


@register.filter
def needs_a_digit(selection: Selection, total: int) -> bool:
    """Whether a further digit should be asked for."""
    return selection.needs_a_digit(total)
