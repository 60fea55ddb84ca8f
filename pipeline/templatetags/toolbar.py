"""`{% filters selection colleagues as choices %}` and `{% chips … %}`: what the toolbar offers and what is set."""

from django import template

from pipeline import filters

register = template.Library()
register.simple_tag(filters.filters, name="filters")
register.simple_tag(filters.chips, name="chips")
