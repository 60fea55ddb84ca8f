"""Forwarded headers, which are trusted only from the proxies in TRUSTED_PROXIES."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
SOCKET = "unix"  # in TRUSTED_PROXIES: callers on the server's socket file
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unusable(Exception):
    """The value cannot be used; the message is a sentence for the operator."""


def networks(names: list[str]) -> tuple[list[Network], bool]:
    """Return the networks in TRUSTED_PROXIES, and whether a socket file is trusted. Raises Unusable."""
    try:
        found = [ipaddress.ip_network(name.strip()) for name in names if name.strip() != SOCKET]
    except ValueError:
        raise Unusable(
            "TRUSTED_PROXIES takes addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8."
        ) from None
    return found, SOCKET in (name.strip() for name in names)


class TrustedProxies:
    """Sets `REMOTE_ADDR` to the caller's address and drops forwarded headers unless they are a trusted proxy's.

    Each proxy appends its peer to `X-Forwarded-For`; read from the end, the first address that is not a trusted
    proxy is the caller. Anything before it may be forged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.networks, self.has_socket = networks(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        if self._trusts(peer):
            request.META["REMOTE_ADDR"] = self._caller(request.META.get("HTTP_X_FORWARDED_FOR", "")) or peer
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)

    def _trusts(self, address: str) -> bool:
        if not address:
            return self.has_socket
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in network for network in self.networks)

    def _caller(self, forwarded: str) -> str:
        """Return the last address that is not trusted, or else the first one, "" if there is none."""
        heard = [part.strip() for part in forwarded.split(",") if part.strip()]
        for address in reversed(heard):
            if not self._trusts(address):
                return address if _is_address(address) else ""
        return heard[0] if heard else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
