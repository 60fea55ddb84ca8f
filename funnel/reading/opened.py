"""A mail that came back, opened within limits: whatever anybody sends us costs little. Pure, knows no Django.

The standard library's tolerant policy keeps headers as they stand; its strict one raises on what strangers write there.
"""

import email
import email.policy
import html
import re
from email.header import decode_header
from email.message import Message

from base.text import one_line

MAX_BYTES = 300_000  # bytes that are looked at; what is behind them says nothing about a mail
MAX_HEADER = 50_000  # characters
MAX_DEPTH = 60  # parts that hold parts
MAX_PARTS = 500
MAX_HEADER_READ = 4000  # characters of a header's value that are understood
MAX_TEXT = 20_000  # characters of a text
NESTING = re.compile(rb"content-type:\s{0,80}(?:multipart|message)/", re.IGNORECASE)
TAG = re.compile(r"<(?:style|head)\b.{0,20000}?</(?:style|head)>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)


class PoisonMail(Exception):
    """A mail that is set aside unread; `fault` is a `ArrivalFault`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def parse_bytes(raw: bytes) -> Message:
    """The mail, its first part at least. Raises Poisoned for one that nobody needs to have written like that."""
    raw = raw[:MAX_BYTES]
    if len(NESTING.findall(raw)) > MAX_DEPTH:
        raise PoisonMail("too_deep")
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    if any(len(str(value)) > MAX_HEADER for value in mail.values()):
        raise PoisonMail("long_header")
    return mail


def parts(mail: Message) -> list[Message]:
    """The mail and all its parts, so many at most."""
    found: list[Message] = []
    for part in mail.walk():
        found.append(part)
        if len(found) == MAX_PARTS:
            break
    return found


def header(mail: Message, name: str) -> str:
    """A header as people read it, on one line; "" if there is none."""
    value = str(mail.get(name, ""))[:MAX_HEADER_READ]
    return one_line(_printable(_decoded(value)))


def text_of(part: Message) -> str:
    """The words of a part that holds text, whatever its character set claims to be."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = _in_charset(content, part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/html":
        text = html.unescape(TAG.sub(" ", text[: MAX_TEXT * 5]))
    return _printable(text[:MAX_TEXT])


def source(part: Message) -> str:
    """A part as it stands in the mail, for reports that are read by their lines."""
    if part.is_multipart():
        return "\n\n".join(str(inner) for inner in part.get_payload())[:MAX_BYTES]
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


def body(mail: Message) -> str:
    """The first text of the mail."""
    texts = [part for part in parts(mail) if part.get_content_maintype() == "text"]
    plain = [part for part in texts if part.get_content_type() == "text/plain"]
    return text_of((plain or texts)[0]) if texts else ""


def _decoded(value: str) -> str:
    try:
        pieces = decode_header(value)
    except Exception:  # the library raises a good many kinds for what is no header
        return value
    return "".join(
        _in_charset(piece, charset or "utf-8") if isinstance(piece, bytes) else piece for piece, charset in pieces
    )


def _in_charset(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", errors="replace")


def _printable(text: str) -> str:
    """Without what no database and no screen can take."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", " ", text)
