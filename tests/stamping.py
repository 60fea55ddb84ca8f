"""What a stamp must be: the same HTML as Django renders of the template (`base.stamps.filled`)."""

from collections.abc import Hashable, Mapping

from django.template.loader import render_to_string
from django.utils import translation

from base.stamps import filled, one_line

ODD = (
    "<b>&\"'%s %(id)s {{ id }}",
    "\u202eגרסה \ue000\ue001",
    "Müller & Söhne GmbH  100 %",
    "Erste\n  Zweite > <i>",
    "0",
)


def check(template: str, texts: Mapping[str, str | int], **flags: Hashable) -> None:
    """Compare the stamp with what Django renders: for these texts, for odd ones in their place, with each one empty."""
    for language in ("de", "en"):
        with translation.override(language):
            for values in _variants(texts):
                shown = {name: value for name, value in values.items() if value != ""}
                plain = one_line(render_to_string(template, shown | flags))
                assert one_line(filled(template, values, **flags)) == plain


def _variants(texts: Mapping[str, str | int]) -> list[dict[str, str | int]]:
    words = {name: text for name, text in texts.items() if isinstance(text, str)}
    odd = [{**texts, **{name: odd if text else "" for name, text in words.items()}} for odd in ODD]
    less = [{**texts, name: ""} for name in words]
    return [dict(texts), *odd, *less]
