"""Our own addresses with a token, by which whatever comes back identifies the message it belongs to.

`MAIL_IN` is `local@domain`. Mails are sent to `local+<token>@domain`, which reaches the same mailbox by plus-addressing
or a catch-all. A token is short, survives servers that lower-case addresses, and cannot be guessed.
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

SIGNATURE_LENGTH = 12  # characters of five bits each
SHAPE = re.compile(r"\+([brpu])([0-9a-z]{1,13})-([a-z2-7]{12})@")


class Purpose(Enum):
    """What an address is for, and whose id its token contains."""

    BOUNCE = "b"  # envelope sender of a message (VERP)
    REPLY = "r"  # Reply-To of a message
    UNSUBSCRIBE = "u"  # List-Unsubscribe of a message, for programs that write instead of calling
    PROOF = "p"  # where an office's test mail is sent


@dataclass(frozen=True)
class Token:
    """The content of one of our addresses."""

    purpose: Purpose
    number: int


def is_enabled() -> bool:
    """Return whether received mails are read, which takes both the address and its mailbox."""
    return bool(settings.MAIL_IN and settings.IMAP_URL)


def address(purpose: Purpose, number: int) -> str:
    """Return our address for a purpose and id, "" if received mails are not read."""
    if not is_enabled():
        return ""
    local, _at, domain = settings.MAIL_IN.rpartition("@")
    return f"{local}+{purpose.value}{int_to_base36(number)}-{_signature(purpose, number)}@{domain}"


def parse(addresses: Iterable[str]) -> Token | None:
    """Return the token of the first address that is ours, ignoring case, or None."""
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
