"""What a template may ask about an address."""

from django import template
from django.template.defaultfilters import stringfilter

register = template.Library()


@register.filter
@stringfilter
def below(path: str, address: str) -> bool:
    """Returns whether `path` is the page at `address` or one below it."""
    return path.startswith(address)
