"""The context processor for all templates."""

from django.http import HttpRequest

from base.refusals import wants_fragment


def page(request: HttpRequest) -> dict[str, object]:
    """Add `is_fragment`: whether the response is swapped into a page."""
    return {"is_fragment": wants_fragment(request)}
