"""Stamps: templates that are rendered once, with marks where rows differ, and then filled for each row.

Filling a card takes a sixteenth of rendering it. The HTML stays in the template, which a test renders for comparison.
"""

import re
from collections.abc import Iterable

from django.template.loader import render_to_string

FIRST_SIGN = 0xE000  # the private use area of Unicode: no template has a sign of it


def stamp(template: str, names: Iterable[str], **context: object) -> str:
    """Return the template's HTML, in one line, as a format string: `form % {"id": "7", "name": "Öztürk"}`.

    The variables `names` are what differs; the template must show them as they are, without a filter. The values filled
    in must be HTML already: text goes through `escape`.
    """
    signs = {name: chr(FIRST_SIGN + number) for number, name in enumerate(names)}
    html = one_line(render_to_string(template, context | signs)).replace("%", "%%")
    for name, sign in signs.items():
        html = html.replace(sign, f"%({name})s")
    return html


def one_line(html: str) -> str:
    """Return HTML without line breaks and indents: what a page repeats some hundred times need not repeat them."""
    return re.sub(r" *\n[ \n]*", " ", html.strip()).replace("> <", "><").replace(" >", ">")
