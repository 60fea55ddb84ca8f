"""Validating links to pages elsewhere, which are shown and followed but never fetched."""

import unicodedata
from urllib.parse import urlsplit

from django.utils.translation import gettext as _


def clean_link(raw: str) -> str:
    """Return the address of a page. Raises ValueError with a sentence for whatever does not begin with http(s)://."""
    text = raw.strip()
    try:
        parts = urlsplit(text)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:  # „http://[“
        is_link = False
    if not is_link or any(sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in text):
        raise ValueError(_("„%(text)s“ ist keine Adresse einer Seite (https://…).") % {"text": text[:100]})
    return text
