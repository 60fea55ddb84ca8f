"""Stamps: templates that are rendered once, with marks where rows differ, and then filled for each row.

Filling a card takes a sixteenth of rendering it. The HTML stays in the template, which a test renders for comparison.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

FIRST_SIGN = 0xE000  # the private use area of Unicode: no template has a sign of it
Values = Mapping[str, str | int]
FIRST_NUMBER = 2**53 + 1  # no id of ours


def stamp(template: str, names: Iterable[str], numbers: Iterable[str] = (), **context: object) -> str:
    """Return the template's HTML, in one line, as a format string: `form % {"id": "7", "name": "Öztürk"}`.

    The variables `names` are what differs; the template must show them as they are, without a filter. The values filled
    in must be HTML already: text goes through `escape`. Those of `numbers` may stand in addresses, too.
    """
    signs: dict[str, object] = {name: chr(FIRST_SIGN + place) for place, name in enumerate(names)}
    signs |= {name: FIRST_NUMBER + place for place, name in enumerate(numbers)}
    html = one_line(render_to_string(template, context | signs)).replace("%", "%%")
    for name, sign in signs.items():
        html = html.replace(str(sign), f"%({name})s")
    return html


def filled(template: str, values: Values, **flags: Hashable) -> SafeString:
    """Return the template's HTML for these texts and numbers, by a stamp that is kept.

    The template has those of the `values` that are not empty, so it may ask whether there is one. All else that it
    decides by are `flags`; there is a stamp for each combination of these.
    """
    return filled_each(template, [values], **flags)[0]


def filled_each(template: str, rows: Iterable[Values], **flags: Hashable) -> list[SafeString]:
    """Return the template's HTML for each row, as `filled` does for one."""
    language, shared, found = get_language(), tuple(flags.items()), []
    for row in rows:
        shown, numbers = {}, []
        for name, value in row.items():
            if type(value) is int:
                numbers.append(name)
                shown[name] = str(value)
            elif value:
                shown[name] = value if type(value) is SafeString else escape(value)  # type: ignore[arg-type]
        found.append(SafeString(_kept(template, tuple(shown), tuple(numbers), shared, language) % shown))
    return found


def token_of(context: Context | Mapping[str, Any]) -> dict[str, str | int]:
    """Return the value that `{% csrf_token %}` in a template shows; none outside of a request."""
    return {"csrf_token": str(context.get("csrf_token", ""))}


Flags = tuple[tuple[str, Hashable], ...]


@lru_cache(maxsize=1000)
def _kept(template: str, names: tuple[str, ...], numbers: tuple[str, ...], flags: Flags, language: str | None) -> str:
    return stamp(template, [name for name in names if name not in numbers], numbers, **dict(flags))


def one_line(html: str) -> str:
    """Return HTML without line breaks and indents: what a page repeats some hundred times need not repeat them."""
    return re.sub(r" *\n[ \n]*", " ", html.strip()).replace("> <", "><").replace(" >", ">")
