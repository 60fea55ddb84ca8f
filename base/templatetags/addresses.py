"""Questions of templates about an address: whether it is below another, and which page it leads to."""

from urllib.parse import urlsplit

from django import template
from django.template.defaultfilters import stringfilter
from django.urls import Resolver404, resolve

from base.quick.nodes import constant

register = template.Library()


@register.filter
@constant
@stringfilter
def below(path: str, address: str) -> bool:
    """Return whether `path` is the page at `address` or one below it."""
    return path.startswith(address)


@register.filter
@constant
@stringfilter
def leads_to(address: str, name: str) -> bool:
    """Return whether `name` is that of the page at `address`."""
    try:
        return resolve(urlsplit(address).path).view_name == name
    except Resolver404:
        return False
