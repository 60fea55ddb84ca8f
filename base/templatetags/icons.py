"""`{% icon "phone" %}`: a drawing of the sprite static/icons.svg, hidden from screen readers."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from base.quick.nodes import constant

register = template.Library()

SPRITE = Path(__file__).resolve().parents[2] / "static" / "icons.svg"


@cache
def icon_names() -> frozenset[str]:
    """Return the ids of the sprite's drawings."""
    return frozenset(re.findall(r' id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))


@register.simple_tag
@constant
@cache  # a board shows the same few icons some thousand times
def icon(name: str) -> SafeString:
    """Return the svg element for `name`; LookupError for a name the sprite lacks."""
    if name not in icon_names():
        raise LookupError(f"static/icons.svg has no drawing {name!r}")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )
