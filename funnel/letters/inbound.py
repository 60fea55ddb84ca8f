"""Addresses of ours that carry a token, so that whatever comes back names its mail by the address it comes to.

`MAIL_IN` is `local@domain`; what is written to is `local+<token>@domain`, which reaches the same mailbox by
plus-addressing or a catch-all. A token is short, survives a server that writes addresses in small letters, and cannot
be guessed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.utils.http import base36_to_int, int_to_base36

SIGNATURE_LENGTH = 12  # letters of five bits each
SHAPE = re.compile(r"\+([brpu])([0-9a-z]{1,13})-([a-z2-7]{12})@")


class Purpose(Enum):
    """What an address of ours is for, and whose number its token carries."""

    BOUNCE = "b"  # envelope sender of a message (VERP)
    REPLY = "r"  # Reply-To of a message
    UNSUBSCRIBE = "u"  # List-Unsubscribe of a message, for programs that write instead of calling
    PROOF = "p"  # where an office's test mail comes back to


@dataclass(frozen=True)
class Token:
    """What an address of ours says."""

    purpose: Purpose
    number: int


def is_enabled() -> bool:
    """Whether what comes back to an address of ours is read: it takes the address and its mailbox."""
    return bool(settings.MAIL_IN and settings.IMAP_URL)


def address(purpose: Purpose, number: int) -> str:
    """The address for this; "" where nothing would be read."""
    if not is_enabled():
        return ""
    local, _at, domain = settings.MAIL_IN.rpartition("@")
    return f"{local}+{purpose.value}{int_to_base36(number)}-{_signature(purpose, number)}@{domain}"


def parse(addresses: Iterable[str]) -> Token | None:
    """The first of the addresses that is ours, whatever the case of its letters."""
    local, _at, domain = settings.MAIL_IN.lower().rpartition("@")
    for one in addresses if local else ():
        found = SHAPE.search(one.lower())
        if found and one.lower() == f"{local}{found[0]}{domain}":
            token = Token(Purpose(found[1]), base36_to_int(found[2]))
            if hmac.compare_digest(found[3], _signature(token.purpose, token.number)):
                return token
    return None


def _signature(purpose: Purpose, number: int) -> str:
    text = f"funnel.letters.inbound:{purpose.value}:{number}"
    digest = hmac.new(settings.TOKEN_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:SIGNATURE_LENGTH].decode().lower()
