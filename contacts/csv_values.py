"""Cells and values: what a cell of a contact list means, and how a value is written into one."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.emails import clean_email
from contacts import reaches
from contacts.csv_fields import CHOICES, FIELDS, bare, choice_of
from contacts.dates import parse_date

MOST_TAGS = 20
LARGEST_AREA = Decimal("9999999.99")
FIRST_YEAR_BUILT, LAST_YEAR_BUILT = 1000, 2100

_UNKNOWN = {"", "ka", "keineangabe", "keineangaben", "unbekannt", "na", "null"}
_PARTS = re.compile(r"[,;|\n]")
_NUMBER = re.compile(r"(?:ca\.?|etwa|rund)?([0-9][0-9.,]*)(?:m2|qm)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_SALUTATION_AND_TITLE = re.compile(r"(Herrn?|Frau|Hrn?\.|Fr\.)\s+(\S.*\.)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[ T]00:00(?::00)?(?:\.0+)?$")
_MOMENT = re.compile(r"([0-9-]{10}|[0-9. ]{8,}?)(?:,?[ T]([0-9]{1,2}:[0-9]{2}.*?)(?: Uhr)?)?")


def clean(cells: Sequence[str], mapping: Mapping[int, str]) -> tuple[dict[str, object], list[str]]:
    """The values of the mapped fields, and a sentence for each thing that is wrong.

    Every mapped field without a fault has its value; empty ones are "" (text, choice), [] (tags) or None.
    Status and assignee stay the text they are; whoever imports knows the columns and the colleagues.
    """
    values: dict[str, object] = {}
    errors: list[str] = []
    texts, conflicts = _texts(cells, mapping)
    errors += conflicts
    for key, text in texts.items():
        try:
            values[key] = _value(key, text)
        except ValueError as fault:
            errors.append(f"{FIELDS[key].label}: {fault}")
    if not any(texts.get(key) for key in ("last_name", "company", "email", "phone")):
        errors.append(_("Es fehlt ein Nachname, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer."))
    return values, errors


def show(key: str, value: object) -> str:
    """A value as the text of a cell; `clean` reads it back as the same value."""
    if value is None:
        return ""
    if FIELDS[key].kind in ("emails", "phones"):
        return reaches.write(value)  # type: ignore[arg-type]
    if key in CHOICES:
        words = CHOICES[key].get(str(value))
        return words[0] if words else str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year:04}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _texts(cells: Sequence[str], mapping: Mapping[int, str]) -> tuple[dict[str, str], list[str]]:
    """One text for each field: columns joined, the house number behind its street, "Herr Dr." parted."""
    found: dict[str, list[str]] = {key: [] for key in mapping.values()}
    for index, key in sorted(mapping.items()):
        text = _tidy(cells[index], FIELDS[key].kind == "note") if index < len(cells) else ""
        if text and text not in found[key]:
            found[key].append(text)
    errors = [
        _("%(field)s: Zwei Spalten sagen Verschiedenes.") % {"field": FIELDS[key].label}
        for key, texts in found.items()
        if len(texts) > 1 and not FIELDS[key].joint
    ]
    texts = {
        key: FIELDS[key].joint.join(parts) if FIELDS[key].joint else "".join(parts[:1])
        for key, parts in found.items()
    }
    number = texts.pop("house_number", "")
    if number or "house_number" in found:
        street = texts.get("street", "")
        texts["street"] = street if street.endswith(f" {number}") else f"{street} {number}".strip()
    for prefix in ("", "partner_"):
        parted = _SALUTATION_AND_TITLE.fullmatch(texts.get(f"{prefix}salutation", ""))
        if parted and choice_of("salutation", parted[0]) is None:
            texts[f"{prefix}salutation"] = parted[1]
            texts[f"{prefix}title"] = texts.get(f"{prefix}title") or parted[2]
    if texts.get("source") and choice_of("source", texts["source"]) is None:
        detail = texts.get("source_detail", "")
        texts["source_detail"] = f"{texts['source']}, {detail}" if detail else texts["source"]
        texts["source"] = "other"
    return texts, errors


def _value(key: str, text: str) -> object:
    field = FIELDS[key]
    if "\x00" in text:
        raise ValueError(_("Das Zeichen NUL ist nicht erlaubt."))
    if field.kind in _READERS:
        return None if bare(text) in _UNKNOWN else _READERS[field.kind](text)
    if field.kind == "tags":
        return _tags(text)
    if field.kind == "emails":
        return [one | {"text": clean_email(one["text"])} for one in reaches.read(text)]
    if field.kind == "phones":
        return reaches.read(text)
    if field.kind == "choice":
        return _choice(key, text)
    if len(text) > field.limit:
        sizes = {"limit": field.limit, "length": len(text)}
        raise ValueError(_("höchstens %(limit)s Zeichen, hier sind es %(length)s.") % sizes)
    return clean_email(text) if text and field.kind == "email" else text


def _tidy(text: str, is_long: bool) -> str:
    """Composed letters, no control characters but NUL (which is refused), line ends only in long texts."""
    if not text.isprintable() or not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        kept = "\x00\n\t" if is_long else "\x00"
        text = "".join(
            " " if sign not in kept and unicodedata.category(sign) == "Cc" else sign for sign in text
        )
    return text.strip()


def _choice(key: str, text: str) -> str:
    if bare(text) in _UNKNOWN:
        return ""
    if choice := choice_of(key, text):
        return choice
    raise ValueError(_("„%(text)s“ ist nicht bekannt.") % {"text": text})


def _tags(text: str) -> list[str]:
    tags: dict[str, str] = {}
    for tag in filter(None, map(str.strip, _PARTS.split(text))):
        tags.setdefault(tag.casefold(), tag)
    if len(tags) > MOST_TAGS:
        raise ValueError(_("höchstens %(limit)s Schlagwörter.") % {"limit": MOST_TAGS})
    for tag in tags.values():
        if len(tag) > FIELDS["tags"].limit:
            limits = {"tag": tag, "limit": FIELDS["tags"].limit}
            raise ValueError(_("„%(tag)s“ hat mehr als %(limit)s Zeichen.") % limits)
    return list(tags.values())


def _area(text: str) -> Decimal:
    compact = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = _NUMBER.fullmatch(compact)
    if not found:
        raise ValueError(_("„%(text)s“ ist keine Fläche in m².") % {"text": text})
    digits = found[1]
    if "," in digits and digits.rfind(",") < digits.rfind("."):
        digits = digits.replace(",", "")  # 1,250.50
    elif "," in digits or _THOUSANDS.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")  # 1.250,50 and 1.250
    if digits.count(".") > 1:
        raise ValueError(_("„%(text)s“ ist keine Fläche in m².") % {"text": text})
    area = Decimal(digits).quantize(Decimal("0.01"), ROUND_HALF_UP) if len(digits) < 20 else LARGEST_AREA + 1
    if area > LARGEST_AREA:
        raise ValueError(_("Die Fläche ist zu groß."))
    return area


def _year(text: str) -> int:
    found = re.fullmatch(r"(?:ca\.?|um|etwa)? ?([0-9]{4})", text.casefold())
    if not found:
        raise ValueError(_("„%(text)s“ ist keine Jahreszahl.") % {"text": text})
    if not FIRST_YEAR_BUILT <= int(found[1]) <= LAST_YEAR_BUILT:
        years = {"first": FIRST_YEAR_BUILT, "last": LAST_YEAR_BUILT}
        raise ValueError(_("Das Jahr muss zwischen %(first)s und %(last)s liegen.") % years)
    return int(found[1])


def _date(text: str) -> date:
    return parse_date(_MIDNIGHT.sub("", text))


def _moment(text: str) -> datetime:
    """A date with or without a time; without an offset it is local time."""
    found = _MOMENT.fullmatch(text)
    day = parse_date(found[1] if found else text)
    clock = found[2] if found and found[2] else "00:00"
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{'0' if clock[1] == ':' else ''}{clock}")
    except ValueError:
        raise ValueError(_("„%(text)s“ ist kein Zeitpunkt.") % {"text": text}) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _id(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise ValueError(_("„%(text)s“ ist keine Kontakt-ID.") % {"text": text})
    return int(text)


_READERS: dict[str, Callable[[str], object]] = {
    "area": _area,
    "year": _year,
    "date": _date,
    "moment": _moment,
    "id": _id,
}
