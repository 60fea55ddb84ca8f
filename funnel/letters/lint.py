"""Checks on a finished mail before it may be sent: headers, text part, Impressum, no unfilled placeholders."""

import html
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from email.message import Message as Mime
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from secrets import token_hex

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from base.text import one_line
from funnel.letters import imprint
from funnel.letters.mime import as_bytes, build
from funnel.models import Sender

MAX_BYTES = 100_000  # bytes; Gmail clips HTML at about that size
MAX_LINE_LENGTH = 998  # RFC 5322 2.1.1
LEFTOVER = re.compile(r"\{\{[^{}]{0,200}\}\}|\{%[^{}]{0,200}%\}|[\ue000-\uf8ff]")
GREETED = r"(?:[ \t]+(?:Frau|Herrn?|Familie|Dr\.|Professor(?:in)?))*"
BROKEN_GREETING = re.compile(
    rf"\b(?:Hallo|Hi|Moin|Guten (?:Tag|Morgen|Abend)|Liebe[rs]?|Sehr geehrte[rs]?){GREETED}[ \t]+[,!]"
)
HALF_GREETING = re.compile(
    rf"^[ \t]*(?:Liebe[rs]?|Sehr geehrte[rs]?){GREETED}[ \t]*(?:[,!]|$(?!\n[ \t]*\S))", re.MULTILINE
)
UNSEEN = re.compile(r"<head\b.*?</head>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")
FETCHING_TAG = re.compile(r"<\s*(img|link|script|iframe|object|embed|video|audio|form|input|svg|base)\b", re.IGNORECASE)
FETCHING = re.compile(r"\b(?:(?:src|srcset|background|on[a-z]+)\s*=|url\s*\()|@import")  # in lower case
HREF = re.compile(r"""href\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
SAFE_LINK = re.compile(r"https?://[^\s/]|mailto:", re.IGNORECASE)


@dataclass
class ParsedMail:
    """A finished mail, parsed as a mail program would."""

    message: Mime
    raw: bytes
    subject: str
    text: str
    html: str
    sender: Sender
    quoted: Collection[str]  # values of contact and office, which the rules must not object to

    @cached_property
    def seen(self) -> str:
        """The visible text of the HTML, in lines."""
        bare = TAG.sub(lambda tag: "" if tag[2].lower() in INLINE else "\n", UNSEEN.sub("", self.html))
        return html.unescape(bare)

    @cached_property
    def tags(self) -> str:
        """The tags and styles of the HTML, without the text between them."""
        return "".join(match[0] for match in TAG.finditer(self.html)) + "".join(
            match[0] for match in STYLE.finditer(self.html)
        )

    def own(self, text: str) -> str:
        """Return the text on one line, without quoted values."""
        flat = one_line(text)
        for value in sorted(self.quoted, key=len, reverse=True):
            flat = flat.replace(one_line(value), " ") if value.strip() else flat
        return flat


INLINE = {"a", "b", "strong", "em", "i", "span", "bdi"}
Rule = Callable[[ParsedMail], Iterator[str]]


def faults(mail: EmailMultiAlternatives, *, sender: Sender, quoted: Collection[str] = ()) -> list[str]:
    """Return sentences on what is wrong; the mail may be sent if there are none."""
    return examine(mail, sender=sender, quoted=quoted)[0]


def examine(mail: EmailMultiAlternatives, *, sender: Sender, quoted: Collection[str] = ()) -> tuple[list[str], bytes]:
    """Return the faults, and the mail as bytes, because building it costs as much as checking it."""
    taken = _parse(mail, sender, quoted)
    return list(dict.fromkeys(fault for rule in RULES for fault in rule(taken))), taken.raw


def _parse(mail: EmailMultiAlternatives, sender: Sender, quoted: Collection[str]) -> ParsedMail:
    message = build(mail)
    message.set_boundary(f"=_{token_hex(16)}")  # searching for an unused one, as the library does, takes a third longer
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    text, shown = (_content(parts.get(kind)) for kind in ("text/plain", "text/html"))
    return ParsedMail(message, as_bytes(message), str(mail.subject), text, shown, sender, quoted)


def _content(part: Mime | None) -> str:
    payload = part.get_payload(decode=True) if part is not None else b""
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _size(mail: ParsedMail) -> Iterator[str]:
    if len(mail.raw) > MAX_BYTES:
        yield _("Die Mail ist größer als 100 kB.")
    if any(len(line) > MAX_LINE_LENGTH for line in mail.raw.splitlines()):
        yield _("Eine Zeile der Mail ist zu lang.")


def _parts(mail: ParsedMail) -> Iterator[str]:
    if not mail.text.strip():
        yield _("Der Textteil fehlt.")
    if not mail.seen.strip():
        yield _("Der HTML-Teil fehlt.")
    if "\ufffd" in mail.text + mail.html + mail.subject:
        yield _("Ein Zeichen ist nicht lesbar.")


def _subject(mail: ParsedMail) -> Iterator[str]:
    if not mail.subject.strip():
        yield _("Der Betreff ist leer.")


def _leftovers(mail: ParsedMail) -> Iterator[str]:
    for text in (mail.subject, mail.text, mail.seen):
        for match in LEFTOVER.finditer(mail.own(text) if LEFTOVER.search(text) else ""):
            yield _("Ein Platzhalter wurde nicht ersetzt: %s") % match[0][:60]


def _greeting(mail: ParsedMail) -> Iterator[str]:
    texts = (mail.subject, mail.text, mail.seen)
    torn = any(BROKEN_GREETING.search(text) for text in texts if " ," in text or " !" in text)
    if torn or any(HALF_GREETING.search(text) for text in texts):
        yield _("Die Anrede bricht ab („Hallo ,“).")


def _headers(mail: ParsedMail) -> Iterator[str]:
    given = [name.lower() for name in mail.message.keys()]  # noqa: SIM118  repeats too
    for name in sorted({name for name in given if given.count(name) > 1}):
        yield _("Die Kopfzeile %s steht doppelt da.") % name
    for name in ("Cc", "Bcc", "Precedence"):
        if name in mail.message:
            yield _("Die Kopfzeile %s gehört nicht in diese Mail.") % name
    for name, shape in SHAPES.items():
        if not re.fullmatch(shape, _header(mail, name)):
            yield _("Die Kopfzeile %s fehlt oder ist falsch.") % name
    if not mail.raw.split(b"\r\n\r\n", 1)[0].isascii():
        yield _("Eine Kopfzeile ist nicht verschlüsselt, wie es Umlaute verlangen.")


def _date(mail: ParsedMail) -> Iterator[str]:
    try:
        parsedate_to_datetime(_header(mail, "Date"))
    except ValueError:
        yield _("Die Kopfzeile %s fehlt oder ist falsch.") % "Date"


def _addresses(mail: ParsedMail) -> Iterator[str]:
    for name in ("From", "To", "Reply-To"):
        found = [address for _shown, address in getaddresses([_header(mail, name)]) if "@" in address]
        if len(found) != 1:
            yield _("Die Kopfzeile %s braucht genau eine Adresse.") % name


def _unsubscribe_link(mail: ParsedMail) -> Iterator[str]:
    url = _header(mail, "List-Unsubscribe").partition(",")[0].strip("<>")
    if not url.startswith(f"{settings.BASE_URL}/"):
        yield _("Die Adresse zum Abmelden führt nicht zu uns.")
    if url not in mail.text or html.escape(url) not in mail.tags:
        yield _("Der Link zum Abmelden fehlt.")


def _imprint(mail: ParsedMail) -> Iterator[str]:
    lacking = imprint.missing(mail.sender)
    if lacking:
        yield _("Im Impressum fehlt: %s.") % ", ".join(lacking)
    lines = imprint.lines(mail.sender)
    for text in (mail.text, mail.seen):
        flat = one_line(text)
        if not all(line in flat for line in lines):
            yield _("Das Impressum fehlt in der Mail.")


def _nothing_fetched(mail: ParsedMail) -> Iterator[str]:
    """No images and no tracking pixels: nothing reveals when the mail is opened."""
    if FETCHING_TAG.search(mail.html) or FETCHING.search(mail.tags.lower()):
        yield _("Die Mail lädt etwas nach oder enthält Bilder oder Skripte.")


def _safe_links(mail: ParsedMail) -> Iterator[str]:
    for link in _links(mail):
        if not SAFE_LINK.match(link):
            yield _("Ein Link führt nicht ins Web: %s") % link[:60]


def _links(mail: ParsedMail) -> list[str]:
    return [html.unescape(match[1]) for match in HREF.finditer(mail.html)]


def _header(mail: ParsedMail, name: str) -> str:
    return one_line(str(mail.message.get(name, "")))


SHAPES = {
    "Message-ID": r"<[^\s<>@]+@[^\s<>@]+>",
    "List-Unsubscribe": r"<https?://[^\s<>]+>(?:, <mailto:[^\s<>]+>)?",
    "List-Unsubscribe-Post": r"List-Unsubscribe=One-Click",
    "Auto-Submitted": r"auto-generated",
}
RULES: tuple[Rule, ...] = (
    _size,
    _parts,
    _subject,
    _leftovers,
    _greeting,
    _headers,
    _date,
    _addresses,
    _unsubscribe_link,
    _imprint,
    _nothing_fetched,
    _safe_links,
)
