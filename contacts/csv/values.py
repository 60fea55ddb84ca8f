"""Single cells and values: writing a value into a cell, cleaning its text, recognising totals."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.utils import timezone

from base.links import clean_link
from contacts import contact_points, pairs
from contacts.csv.fields import CHOICES, FIELDS
from contacts.csv.numbers import READERS, Read

MAX_TAGS = 20

_PARTS = re.compile(r":::|[,;|\n]")
_OF_GOOGLE = re.compile(r"\*\s*(?:myContacts|starred|friends|family|coworkers)", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:(?:gesamt)?summen?|gesamt(?:summe|zahl|anzahl)?|zwischensumme|total|subtotal|anzahl(?: \w+)?|mittelwert"
    r"|durchschnitt|∑|ergebnis)\s*:?\s*(?P<number>[0-9.,]*)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[0-9.,  €m²%-]*")


def show(key: str, value: object) -> str:
    """Return the value as the text of a cell, which `cells.clean` reads as the same value."""
    if value is None:
        return ""
    if FIELDS[key].kind in ("emails", "phones"):
        return contact_points.write(value)  # type: ignore[arg-type]
    if FIELDS[key].kind == "pairs":
        return pairs.write(value)  # type: ignore[arg-type]
    if key in CHOICES:
        words = CHOICES[key].get(str(value))
        return words[0] if words else str(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year:04}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _moment(value: datetime) -> str:
    """Return local time to the second, with its offset in the hour that occurs twice in October."""
    local = timezone.localtime(value).replace(microsecond=0)
    text = f"{local:%d.%m.%Y %H:%M:%S}"
    is_plain = timezone.make_aware(local.replace(tzinfo=None, fold=0)) == value.replace(microsecond=0)
    return text if is_plain else f"{text} {local.isoformat()[-6:]}"


def _read_link(text: str) -> Read:
    return clean_link(text), True


def _read_pairs(key: str, text: str) -> Read:
    found, left = pairs.tidy(key, pairs.read(text))
    return found, not left


# What reads the cells of a field that is neither text nor a choice.
READER_OF: dict[str, Callable[[str], Read]] = {
    key: READERS.get(field.kind) or (_read_link if field.kind == "link" else partial(_read_pairs, key))
    for key, field in FIELDS.items()
    if field.kind in {*READERS, "link", "pairs"}
}


def empty_of(key: str) -> object:
    """Return the empty value of a field."""
    kind = FIELDS[key].kind
    return [] if kind in ("tags", "emails", "phones", "pairs") else None if kind in READERS else ""


def tidy(text: str, is_long: bool) -> str:
    """Normalize letters and remove control characters, and line ends from short texts."""
    if not text.isprintable() or not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isprintable():  # else there is no control character
        kept = "\n\t" if is_long else ""
        text = "".join(" " if sign not in kept and unicodedata.category(sign) == "Cc" else sign for sign in text)
    return text.strip()


def tags_in(cells: Sequence[tuple[int, str]]) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the tags of several columns without repetitions, and those that are too long or too many."""
    tags: dict[str, str] = {}
    left: list[tuple[int, str]] = []
    for index, text in cells:
        for tag in (part.strip().strip('"').strip() for part in _PARTS.split(text)):
            if not tag or _OF_GOOGLE.fullmatch(tag):
                continue
            if len(tag) > FIELDS["tags"].limit or (len(tags) >= MAX_TAGS and tag.casefold() not in tags):
                left.append((index, tag))
            else:
                tags.setdefault(tag.casefold(), tag)
    return list(tags.values()), left


def is_total(cells: Sequence[str]) -> bool:
    """Return whether the row is a total: one word for it, and otherwise only figures."""
    filled = [cell for cell in map(str.strip, cells) if cell]
    words = [cell for cell in filled if not _FIGURE.fullmatch(cell)]
    if len(words) != 1 or not (found := _TOTAL.fullmatch(words[0])):
        return False
    return len(filled) > 1 or bool(found["number"])
