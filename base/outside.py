"""Servers outside: where offices may have us connect to. Names are resolved once, and only public addresses count.

A name can lead into our own network, and lead elsewhere the next time it is asked for. So whoever connects uses the
addresses from here.
"""

import ipaddress
import socket

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_ADDRESSES = 3  # that are tried
UNICAST = ipaddress.ip_network("2000::/3")  # nothing else is public in IPv6
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last four bytes are an IPv4 address


class NotOutside(OSError):
    """The name leads to an address that offices may not have us connect to."""


def resolve(host: str, port: int) -> list[str]:
    """Return addresses of the host. Raises OSError without any, and NotOutside if one of them is not public.

    The operator permits others by PRIVATE_NETWORKS.
    """
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (UnicodeError, ValueError) as fault:
        raise OSError("not a name of a server") from fault
    found = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in entries))
    if not all(is_permitted(ipaddress.ip_address(one)) for one in found):
        raise NotOutside("not a public address")
    return found[:MAX_ADDRESSES]


def is_permitted(address: Address) -> bool:
    """Return whether we connect there for an office."""
    networks = [ipaddress.ip_network(name.strip(), strict=False) for name in settings.PRIVATE_NETWORKS]
    return is_public(address) or any(address.version == one.version and address in one for one in networks)


def is_public(address: Address) -> bool:
    """Return whether it is an address of the internet, and so is an IPv4 address hidden in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(address.packed[-4:]))
    if address.sixtofour is not None or address.teredo is not None:
        return False
    return address in UNICAST and address.is_global
