"""Serializing a mail in seven bits, so that no server on the way has to re-encode what a signature covers."""

import re
from binascii import a2b_qp, b2a_qp
from copy import copy
from dataclasses import dataclass
from email import charset
from email.message import Message as Mime
from email.policy import compat32
from functools import lru_cache
from secrets import token_hex

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers

MAX_HEADER_LENGTH = 900  # RFC 5322, 2.1.1 allows 998; folded at 78, a long address leaves an empty first line
POLICY = compat32.clone(max_line_length=MAX_HEADER_LENGTH, linesep="\r\n")
LINE_END = re.compile(rb"\r\n|\r|\n")


class Printable(charset.Charset):
    """UTF-8 as quoted-printable (RFC 2045, 6.7); the standard library's encoder takes ten times as long."""

    def __init__(self) -> None:
        super().__init__("utf-8")
        self.body_encoding = charset.QP

    def body_encode(self, string: str | bytes) -> str:  # type: ignore[override]
        content = string.encode() if isinstance(string, str) else string
        return b2a_qp(content, istext=True).decode("ascii")


PRINTABLE = Printable()


@dataclass(frozen=True)
class Assembled:
    """A serialized mail, and what a mail program finds in it."""

    raw: bytes
    headers: list[tuple[str, str]]  # as they are written, but for line breaks
    text: str
    html: str


def assemble(mail: EmailMultiAlternatives) -> Assembled:
    """Serialize a mail of a text and its HTML as `to_bytes` does, without building a message object.

    Anything else, such as attachments, takes the way of `to_bytes`.
    """
    if not _is_plain(mail):
        return _assembled(build(mail))
    boundary = f"=_{token_hex(16)}"
    values = [("Content-Type", f'multipart/alternative; boundary="{boundary}"'), ("MIME-Version", "1.0")]
    values += [("Subject", str(mail.subject)), ("From", mail.from_email), ("To", ", ".join(map(str, mail.to)))]
    values += [("Reply-To", ", ".join(map(str, mail.reply_to)))] if mail.reply_to else []
    written = [(name, *_header(name, str(value))) for name, value in (*values, *mail.extra_headers.items())]
    text, html = (b2a_qp(str(part).encode(), istext=True) for part in (mail.body, mail.alternatives[0][0]))
    parts = (
        PART % (boundary.encode(), kind, LINE_END.sub(b"\r\n", part))
        for kind, part in ((b"plain", text), (b"html", html))
    )
    raw = b"".join([*(line for _name, _value, line in written), *parts, f"\r\n--{boundary}--\r\n".encode()])
    return Assembled(raw, [(name, value) for name, value, _line in written], _decoded(text), _decoded(html))


PART = (
    b'\r\n--%b\r\nContent-Type: text/%b; charset="utf-8"\r\nMIME-Version: 1.0\r\n'
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%b"
)


def _is_plain(mail: EmailMultiAlternatives) -> bool:
    """Return whether it is a text and its HTML, with its own date and id and without anything unusual."""
    given = {name.lower() for name in mail.extra_headers}
    has_usual_headers = given >= {"date", "message-id"} and not given & {"from", "to", "cc", "reply-to"}
    kinds = [kind for _content, kind in mail.alternatives]
    return (
        has_usual_headers
        and bool(mail.body and mail.to)
        and kinds == ["text/html"]
        and not (mail.attachments or mail.cc)
    )


def _header(name: str, value: str) -> tuple[str, bytes]:
    """Return the value of a header as it is written, and its line."""
    is_simple = value.isascii() and value.isprintable() and value == value.strip() and name.lower() != "subject"
    if is_simple and len(name) + len(value) < MAX_HEADER_LENGTH - 10:
        return value, f"{name}: {value}\r\n".encode()
    return _encoded(name, value)


@lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> tuple[str, bytes]:
    name, encoded = forbid_multi_line_headers(name, value, PRINTABLE)  # type: ignore[arg-type]  # as in `build`
    return encoded, POLICY.fold_binary(name, encoded)


def _assembled(message: Mime) -> Assembled:
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    text, html = (_content(parts.get(kind)) for kind in ("text/plain", "text/html"))
    headers = [(name, str(value)) for name, value in message.items()]
    return Assembled(as_bytes(message), headers, text, html)


def _content(part: Mime | None) -> str:
    payload = part.get_payload(decode=True) if part is not None else b""
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _decoded(content: bytes) -> str:
    return a2b_qp(content).decode("utf-8", "replace")


def build(mail: EmailMessage) -> Mime:
    """Build the MIME message. The mail itself is not changed."""
    printable = copy(mail)
    printable.encoding = PRINTABLE  # Django takes a Charset as well
    message: Mime = printable.message()
    for part in message.walk():
        part.policy = part.policy.clone(max_line_length=MAX_HEADER_LENGTH)
    return message


def as_bytes(message: Mime) -> bytes:
    """Serialize a MIME message."""
    return message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's messages know it


def to_bytes(mail: EmailMessage) -> bytes:
    """Build and serialize a mail."""
    return as_bytes(build(mail))
