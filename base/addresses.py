"""Addresses of our own site, among those that a browser sends: only they are safe to go back to."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_path(request: HttpRequest, address: str) -> str:
    """Return the path of a page of our own, without its query, which may hold names; "" for any other address."""
    return urlsplit(own_address(request, address)).path


def own_address(request: HttpRequest, address: str) -> str:
    """Return the path and query of an address of our own; "" for any other."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(address)
    is_ours = parts.path.startswith("/") and not parts.path.startswith("//") and parts.path.isprintable()
    if not is_ours:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def other_address(request: HttpRequest, address: str) -> str:
    """Return the same, or "" for the requested page itself: nobody is redirected to the page they are on."""
    own = own_address(request, address)
    return "" if urlsplit(own).path == request.path else own
