"""A mail as it can be shown: foreign HTML without scripts, forms, addresses and pictures."""

from typing import NamedTuple

import nh3
from django.utils.translation import gettext_noop as _

from contacts.csv.names import words_of
from funnel.incoming.opened import header, parse_bytes, parts
from intake.reading.decoding import decoded, tidy
from intake.reading.mails import MAX_MAIL

MAX_SHOWN = 200_000  # characters
MAX_TAGS = 10_000  # nested into each other, more take long
MAX_FILES = 30
HEADERS = {"From": _("Von"), "Reply-To": _("Antwort an"), "To": _("An"), "Date": _("Datum"), "Subject": _("Betreff")}

_TAGS = words_of(
    "a abbr address article b blockquote br caption center code col colgroup dd del div dl dt em font footer h1 h2 h3"
    " h4 h5 h6 header hr i ins li main ol p pre q s section small span strike strong sub sup table tbody td tfoot th"
    " thead tr tt u ul"
)
_SPANS = {"colspan", "rowspan"}
_ATTRIBUTES = {"td": _SPANS, "th": _SPANS, "ol": {"start"}}  # no address: what stands there could lie about it
_GONE = words_of("script style title head template noscript svg math object textarea select")


class Shown(NamedTuple):
    """`html` is clean; without any, there is only the plain text."""

    headers: list[tuple[str, str]]
    html: str
    text: str
    files: list[str]


def shown(raw: bytes) -> Shown:
    """Return what can be shown of a mail. Raises PoisonMail."""
    mail = parse_bytes(raw, MAX_MAIL)
    headers = [(label, value[:500]) for name, label in HEADERS.items() if (value := header(mail, name))]
    texts: dict[str, str] = {}
    files: list[str] = []
    for part in parts(mail):
        kind, name = part.get_content_type(), part.get_filename()
        if name and len(files) < MAX_FILES:
            files.append(tidy(str(name))[:200])
        content = part.get_payload(decode=True) if kind in ("text/plain", "text/html") and not name else None
        if isinstance(content, bytes):
            texts.setdefault(kind, decoded(content)[:MAX_SHOWN])
    return Shown(headers, cleaned(texts.get("text/html", "")), tidy(texts.get("text/plain", "")), files)


def cleaned(markup: str) -> str:
    """Return the markup with nothing left that acts, or loads anything."""
    markup = "<".join(markup.split("<", MAX_TAGS)[:MAX_TAGS])
    return nh3.clean(markup, tags=set(_TAGS), clean_content_tags=set(_GONE), attributes=_ATTRIBUTES, link_rel=None)
