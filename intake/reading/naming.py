"""Finding whose e-mail addresses stand in what could not be read, so that it can be erased with them."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from contacts import identity
from intake.reading.composing import EMAIL

MOST = 20  # addresses
MANY = 500  # signs that may belong to one
BEFORE, BEHIND = 64, 254  # characters around the sign
# Whoever a mail went to is not who speaks in it. A folded line goes on with a blank.
_RECEIVERS = re.compile(
    rb"^[> \t]*(?:to|cc|bcc|an|kopie|delivered-to|envelope-to|x-original-to|x-forwarded-to|received)[ \t]*:.*"
    rb"(?:\r?\n[ \t].*)*",
    re.IGNORECASE | re.MULTILINE,
)
_BASE64 = re.compile(rb"(?:^[A-Za-z0-9+/]{60,76}\r?\n)+(?:[A-Za-z0-9+/]{1,76}={0,2})?", re.MULTILINE)


def named_in(raw: bytes) -> list[str]:
    """Return the e-mail addresses, in lower case, each once; none of whom it went to, and none that is nobody's."""
    found: dict[str, None] = {}
    for text in _texts(_RECEIVERS.sub(b"", raw)):
        for number, sign in enumerate(re.finditer("@", text)):
            if number == MANY or len(found) == MOST:
                break
            start = max(0, sign.start() - BEFORE)
            around = EMAIL.finditer(text[start : sign.start() + BEHIND])
            for match in around:
                if match.start() < sign.start() - start < match.end() and identity.is_someones(match[0]):
                    found[match[0].lower()] = None
    return [*found]


def _texts(raw: bytes) -> Iterator[str]:
    """Yield what was sent as it is, and as mails and forms write it."""
    yield _text(raw)
    if b"=" in raw:
        yield _text(quopri.decodestring(raw))
    if b"%40" in raw:
        yield _text(unquote_to_bytes(re.sub(rb"[&=+]", b" ", raw)))
    for block in _BASE64.finditer(raw):
        try:
            yield _text(base64.b64decode(block[0]))
        except binascii.Error:
            continue


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
