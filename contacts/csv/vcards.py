"""vCards (2.1, 3.0 and 4.0) as rows of texts.

Without a library: the known ones fail at the first malformed card, as phones often write them, and take minutes for a
file with pictures.
"""

import io
import quopri
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contacts.csv.encodings import MAX_RECORD_LENGTH, TOO_LONG, CsvError

MAX_PER_CARD = 4  # numbers, and addresses, of one card; further ones share the last cell
KINDS = {"cell": "mobil", "work": "geschäftlich", "home": "privat", "fax": "Fax"}
_BEFORE = ("Titel", "Vorname", "Nachname", "Anzeigename", "Firma", "Schlagwörter", "Notiz")
_ADDRESSES = ("Straße", "PLZ", "Ort", "Land")
_HEADERS = (
    *_BEFORE,
    *(f"E-Mail {number} - Value" for number in range(1, MAX_PER_CARD + 1)),
    *(f"E-Mail {number} - Label" for number in range(1, MAX_PER_CARD + 1)),
    *(f"Telefon {number} - Value" for number in range(1, MAX_PER_CARD + 1)),
    *(f"Telefon {number} - Label" for number in range(1, MAX_PER_CARD + 1)),
    *_ADDRESSES,
    *(f"Weitere {name}" if name != "Ort" else "Weiterer Ort" for name in _ADDRESSES),
    "Geburtstag",
    "Position",
    "Webseite",
)
_LINE = re.compile(r"(?:(?P<group>[\w-]+)\.)?(?P<name>[A-Za-z-]+)(?P<parameters>(?:;[^:]*)?):(?P<value>.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\([nN,;:\\])")
_FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
_OF_APPLE = re.compile(r"_\$!<(.+)>!\$_")  # built-in labels, unlike those that people type
_PARTS = re.compile(r"(?<!\\);")


class _Property(NamedTuple):
    group: str  # connects a number with its label
    name: str
    kinds: set[str]
    value: str

    def parts(self) -> list[str]:
        return [_plain(part) for part in _PARTS.split(self.value)]


def is_vcard(start: bytes) -> bool:
    """Return whether a file that begins like this, in lower case, holds vCards."""
    return start.replace(b"\x00", b"").lstrip(b"\xff\xfe").startswith(b"begin:vcard")


def read_vcards(data: bytes, encoding: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the headers, then a row for each card with its line in the file."""
    yield 0, _HEADERS
    card: list[_Property] = []
    begin = 1
    for number, line in _lines(data, encoding):
        found = _property(line)
        if found is None:
            continue
        if found.name == "BEGIN" and found.value.strip().upper() == "VCARD":
            card, begin = [], number
        elif found.name == "END":
            yield begin, _row(card)
            card = []
        else:
            card.append(found)


def _lines(data: bytes, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield the unfolded lines; pictures are skipped while reading."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, errors="replace", newline=None)
    begin, held = 1, ""
    number = 0
    while text := stream.readline(MAX_RECORD_LENGTH + 1):
        number += 1
        if len(text) > MAX_RECORD_LENGTH:
            raise CsvError(number, TOO_LONG)
        soft = held.endswith("=\n") and "QUOTED-PRINTABLE" in held[:200].upper()
        if (text[0] in " \t" and held) or soft:
            if len(held) < 20_000:
                held = held[:-2] + text if soft else held[:-1] + text[1:]
            continue
        yield begin, held.rstrip("\n")
        begin, held = number, text
    yield begin, held.rstrip("\n")


def _property(line: str) -> _Property | None:
    found = _LINE.fullmatch(line)
    if not found:
        return None
    parameters = found["parameters"].upper()
    value = found["value"]
    if "QUOTED-PRINTABLE" in parameters:
        charset = "cp1252" if "8859" in parameters or "1252" in parameters else "utf-8"
        value = quopri.decodestring(value.encode("utf-8", "replace")).decode(charset, "replace")
    kinds = {word.lower() for word in re.findall(r"[A-Z]+", parameters)}
    return _Property((found["group"] or "").lower(), found["name"].upper(), kinds, value)


def _row(card: Sequence[_Property]) -> list[str]:
    def first(name: str) -> str:
        return next((_plain(each.value).strip() for each in card if each.name == name), "")

    name = next((each.parts() for each in card if each.name == "N"), [])
    last, given, middle, prefix = (*name, "", "", "", "")[:4]
    company = next((each.parts()[0] for each in card if each.name == "ORG"), "")
    places = [_address(each) for each in card if each.name == "ADR" and any(each.parts())][:2]
    tags = ",".join(_plain(each.value) for each in card if each.name == "CATEGORIES")
    note = "\n".join(_plain(each.value) for each in card if each.name == "NOTE")
    full = first("FN") if not (given or last) else ""
    return [
        *(prefix, f"{given} {middle}".strip(), last, "" if full == company else full, company, tags, note),
        *_several(card, "EMAIL"),
        *_several(card, "TEL"),
        *(cell for place in (places + [[""] * 4] * 2)[:2] for cell in place),
        *(first("BDAY"), first("TITLE"), first("URL")),
    ]


def _several(card: Sequence[_Property], name: str) -> list[str]:
    found = [each for each in card if each.name == name and each.value.strip()]
    values = [_plain(each.value).removeprefix("tel:").removeprefix("mailto:") for each in found]
    named = {each.group: _OF_APPLE.sub(r"\1", each.value.strip()) for each in card if each.name == "X-ABLABEL"}
    labels = [
        next((label for kind, label in KINDS.items() if kind in each.kinds), named.get(each.group, ""))
        for each in found
    ]
    if len(values) > MAX_PER_CARD:
        values[MAX_PER_CARD - 1 :] = ["; ".join(values[MAX_PER_CARD - 1 :])]
    empty = [""] * MAX_PER_CARD
    return [*(values + empty)[:MAX_PER_CARD], *(labels + empty)[:MAX_PER_CARD]]


def _address(each: _Property) -> list[str]:
    _box, extra, street, city, _region, code, country = (*each.parts(), *[""] * 7)[:7]
    return [" ".join(filter(None, (street, extra))).replace("\n", ", "), code, city, country]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()
