"""Parsing received mails within limits, so that nothing anybody sends us is expensive. Independent of Django.

The standard library's compat32 policy keeps headers as they are; its newer policies raise on malformed ones.
"""

import email
import email.policy
import html
import re
from email.header import decode_header
from email.message import Message

from base.text import one_line

MAX_BYTES = 300_000  # bytes that are parsed; the rest does not matter
MAX_HEADER = 50_000  # characters
MAX_DEPTH = 60  # nested multiparts
MAX_PARTS = 500
MAX_HEADER_READ = 4000  # characters of a header that are decoded
MAX_TEXT = 20_000  # characters of a text part
MAX_LINES = 5000  # that begin as those between parts
MAX_PARAMETERS = 200  # of a header; the library takes time that grows with the square of their number
NESTING = re.compile(rb"content-type:\s{0,80}(?:multipart|message)/", re.IGNORECASE)
WITH_PARAMETERS = re.compile(rb"^content-(?:type|disposition):(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
TAG = re.compile(r"<(?:style|head)\b.{0,20000}?</(?:style|head)>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
NAME = re.compile(r"<(/?)([a-z0-9]+)", re.IGNORECASE)
LINES = frozenset(("p", "div", "br", "hr", "li", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre"))
EMPTY_LINE = re.compile(r"\n[ \t>]*(?=\n)")


class PoisonMail(Exception):
    """The mail must be quarantined; `fault` is an `ArrivalFault`."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def parse_bytes(raw: bytes, limit: int = MAX_BYTES) -> Message:
    """Parse the first `limit` bytes of a mail. Raises PoisonMail if its structure is absurd."""
    raw = raw[:limit]
    if len(NESTING.findall(raw)) > MAX_DEPTH:
        raise PoisonMail("too_deep")
    if any(value.count(b";") > MAX_PARAMETERS for value in WITH_PARAMETERS.findall(raw)):
        raise PoisonMail("long_header")
    if raw.count(b"\n--") > MAX_LINES:
        raise PoisonMail("too_deep")
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    if any(len(str(value)) > MAX_HEADER for value in mail.values()):
        raise PoisonMail("long_header")
    return mail


def parts(mail: Message) -> list[Message]:
    """Return the mail and its parts, at most `MAX_PARTS`."""
    found: list[Message] = []
    for part in mail.walk():
        found.append(part)
        if len(found) == MAX_PARTS:
            break
    return found


def header(mail: Message, name: str) -> str:
    """Return a header decoded and on one line, "" without one."""
    value = str(mail.get(name, ""))[:MAX_HEADER_READ]
    return one_line(_printable(_decoded(value)))


def text_of(part: Message) -> str:
    """Return the text of a text part, even if its declared character set is wrong."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = _in_charset(content, part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/html":
        text = html.unescape(_from_html(text[: MAX_TEXT * 5]))
    return _printable(text[:MAX_TEXT])


def _from_html(markup: str) -> str:
    """Return the text of a page in lines, those of a quotation beginning with „>“ as in plain text."""
    depth = 0

    def between(tag: re.Match[str]) -> str:
        nonlocal depth
        closes, name = found.groups() if (found := NAME.match(tag[0])) else ("", "")
        if name.lower() == "blockquote":
            depth = max(0, depth - 1 if closes else depth + 1)
        elif name.lower() not in LINES:
            return " "
        return "\n> " if depth else "\n"

    return EMPTY_LINE.sub("", TAG.sub(between, markup.replace("\n", " ")))


def source(part: Message) -> str:
    """Return the source of a part, for reports that are parsed line by line."""
    if part.is_multipart():
        return "\n\n".join(str(inner) for inner in part.get_payload())[:MAX_BYTES]
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


def body(mail: Message) -> str:
    """Return the first text part of the mail, preferring plain text."""
    texts = [part for part in parts(mail) if part.get_content_maintype() == "text"]
    plain = [part for part in texts if part.get_content_type() == "text/plain"]
    return text_of((plain or texts)[0]) if texts else ""


def _decoded(value: str) -> str:
    try:
        pieces = decode_header(value)
    except Exception:  # the library raises many exceptions on malformed headers
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
    """Replace characters that no database and no screen accepts."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", " ", text)
