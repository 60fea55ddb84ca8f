"""Origins of web pages: scheme, host and port, as browsers compare them."""

import re
from urllib.parse import urlsplit

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def origin_of(address: str) -> str:
    """Return the origin of an address, with https if it says none; "" if it has none that a policy may name."""
    text = address.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in ("http", "https") or parts.username or not HOST.fullmatch(host):
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
