"""Checks on a finished mail before it may be sent: headers, text part, Impressum, no unfilled placeholders."""

import html
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property, lru_cache

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from base.text import one_line
from funnel.letters import imprint
from funnel.letters.mime import assemble
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

    headers: list[tuple[str, str]]
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
    def tags(self) -> set[str]:
        """The tags and styles of the HTML, without the text between them."""
        tags = (match[0] for match in TAG.finditer(self.html))
        return {*tags, *STYLE.findall(self.html)}

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
    found = assemble(mail)
    return ParsedMail(found.headers, found.raw, str(mail.subject), found.text, found.html, sender, quoted)


def _size(mail: ParsedMail) -> Iterator[str]:
    if len(mail.raw) > MAX_BYTES:
        yield _("Die Mail ist größer als 100 kB.")
    if max(map(len, mail.raw.splitlines()), default=0) > MAX_LINE_LENGTH:
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
    given = Counter(name.lower() for name, _value in mail.headers)
    for name in sorted(name for name, count in given.items() if count > 1):
        yield _("Die Kopfzeile %s steht doppelt da.") % name
    for name in ("Cc", "Bcc", "Precedence"):
        if name.lower() in given:
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
        if _count_addresses(_header(mail, name)) != 1:
            yield _("Die Kopfzeile %s braucht genau eine Adresse.") % name


@lru_cache(maxsize=512)
def _count_addresses(value: str) -> int:
    return sum("@" in address for _shown, address in getaddresses([value]))


def _unsubscribe_link(mail: ParsedMail) -> Iterator[str]:
    url = _header(mail, "List-Unsubscribe").partition(",")[0].strip("<>")
    if not url.startswith(f"{settings.BASE_URL}/"):
        yield _("Die Adresse zum Abmelden führt nicht zu uns.")
    if url not in mail.text or not any(html.escape(url) in tag for tag in mail.tags):
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
    """Find images and tracking pixels: nothing may reveal when the mail is opened."""
    if FETCHING_TAG.search(mail.html) or any(_fetches(tag) for tag in mail.tags):
        yield _("Die Mail lädt etwas nach oder enthält Bilder oder Skripte.")


@lru_cache(maxsize=1024)
def _fetches(tag: str) -> bool:
    return FETCHING.search(tag.lower()) is not None


def _safe_links(mail: ParsedMail) -> Iterator[str]:
    for link in _links(mail):
        if not SAFE_LINK.match(link):
            yield _("Ein Link führt nicht ins Web: %s") % link[:60]


def _links(mail: ParsedMail) -> list[str]:
    return [html.unescape(match[1]) for match in HREF.finditer(mail.html)]


def _header(mail: ParsedMail, name: str) -> str:
    return one_line(next((value for given, value in mail.headers if given.lower() == name.lower()), ""))


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
