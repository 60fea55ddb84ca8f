"""What every page's template may ask for."""

from django.http import HttpRequest

from base.refusals import wants_fragment


def page(request: HttpRequest) -> dict[str, object]:
    """`is_fragment`: the answer is swapped into a page rather than shown as one."""
    return {"is_fragment": wants_fragment(request)}
