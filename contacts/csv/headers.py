"""Understanding headers: which field one names, private or business, and which row holds them.

Programs write "Telefon geschäftlich 2", "E-mail 1 - Value" and "Person - E-Mail-Adresse - Büro". Words that only
qualify or number are removed, and the rest is looked up.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from contacts.csv.fields import FIELDS, ONLY_WRITTEN, bare, named
from contacts.csv.programs import OF_THE_PROGRAM
from contacts.search import fold

HEADER_ROWS = 20  # searched for the headers
SORTED = ("email", "phone", "street", "house_number", "address", "postal_code", "city", "place", "country")
FULL_NAMES = ("full_name", "name_first")

_KINDS = {
    "private": "privat private privater private home zuhause persoenlich personal mailing",
    "work": (
        "geschaeftlich dienstlich beruflich buero arbeit business work office firma company organization organisation "
        "billing rechnung zentrale"
    ),
    "mobile": "mobil mobile mobiltelefon mobilfunk mobilnummer handy handynummer cell iphone autotelefon car whatsapp",
    "fax": "fax faxnummer telefax",
    "other": "weitere weiterer weiteres weiteren other sonstige sonstiges objekt",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_FILLERS = {
    "value",
    "wert",
    "primaere",
    "primaerer",
    "primary",
    "sekundaere",
    "secondary",
    "haupt",
    "main",
    "r",
    "e",
    "s",
}
_NOBODY = {
    "assistent",
    "assistant",
    "vorgesetzten",
    "manager",
    "notfall",
    "ehepartner",
    "label",
    "type",
    "typ",
}
_PREFIX = re.compile(r"(?:person|kontakt|contact|lead|kunde|customer)\s+[-–:]\s+", re.IGNORECASE)
_GROUP = re.compile(r"(?:address|adresse)\s+([0-9])\s+-\s+", re.IGNORECASE)
_LABEL = re.compile(r"(.+ [0-9]+ - )(?:label|type|bezeichnung|typ)", re.IGNORECASE)
_REMARK = re.compile(r"bemerkung \((.+)\)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PROGRAM = {bare(header) for header in (*OF_THE_PROGRAM.split("|"), *ONLY_WRITTEN)}
_DIGITS = re.compile(r"[0-9]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Heading(NamedTuple):
    key: str | None
    rank: int = 0  # how well it names the field: 0 is best
    kind: str = ""  # of a number or address, as in `contacts.contact_points`
    group: str = ""  # columns of one group are one postal address


@lru_cache(maxsize=2000)
def heading(header: str) -> Heading:
    """Return the meaning of the header; "MailingStreet" means the same as "Mailing Street"."""
    found, parted = _heading(header), _HUMP.sub(" ", header)
    if parted == header or is_of_the_program(header):
        return found
    if not found.key:
        return _heading(parted)
    return found._replace(kind=found.kind or kind_of(parted)) if found.key in SORTED else found


def _heading(header: str) -> Heading:
    words = _WORD.findall(fold(header))
    kind = kind_of(header)
    ordinal = _GROUP.match(header)
    group = f"{kind}{ordinal[1] if ordinal else ''}"
    header = _GROUP.sub("", header)
    key, rank = named(header)
    if key:
        return Heading(key, rank, kind if key in SORTED else "", group)
    if set(words) & _NOBODY or is_of_the_program(header):
        return Heading(None)
    stripped = _PREFIX.sub("", header)
    key, rank = named(stripped)
    if key:
        return Heading(key if key != "last_name" else "full_name", rank + 20, kind if key in SORTED else "", group)
    left = [word for word in _WORD.findall(fold(stripped)) if not _is_sorting(word)]
    key, rank = named("".join(left))
    if key in SORTED:
        return Heading(key, rank + 50, kind, group)
    return Heading("phone", 50, kind) if kind in ("mobile", "fax") and not left else Heading(None)


def hits(cells: Sequence[str]) -> int:
    """Return the number of different fields these cells would name as headers."""
    if any("@" in cell for cell in cells):
        return 0
    return len({found.key for found in map(heading, map(_cut, cells)) if found.key})


def header_of(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the row with the headers, or None if the first row is data."""
    found = [hits(cells) for cells in rows[:HEADER_ROWS]]
    if any(found):
        return found.index(max(found))
    if len(rows) > 1 and not any(map(_is_data, rows[0])) and _mostly_data(rows[1:HEADER_ROWS]):
        return 0
    return None


def labels_of(headers: Sequence[str]) -> dict[int, int]:
    """Map columns of numbers and addresses to the columns of their labels: "Phone 1 - Value" to "Phone 1 - Label"."""
    found: dict[int, int] = {}
    places = {header.strip().lower(): index for index, header in reversed([*enumerate(headers)])}
    for index, header in enumerate(headers):
        if parted := _LABEL.fullmatch(header.strip()):
            value = places.get(f"{parted[1]}value".lower(), places.get(f"{parted[1]}wert".lower()))
        else:
            remark = _REMARK.fullmatch(header.strip())
            value = places.get(remark[1].lower()) if remark else None
        if value is not None:
            found[value] = index
    return found


def is_of_the_program(header: str) -> bool:
    """Return whether the column is internal to another program."""
    return bare(header) in _PROGRAM


def is_kept(header: str) -> bool:
    """Return whether the note keeps the text without its header, because that says "note" itself or is empty."""
    return heading(header).key == "note" or not header


@lru_cache(maxsize=1024)
def kind_of(word: str) -> str:
    """Return the kind that a header or a label names, or "". "Fax" wins over "privat" and "geschäftlich"."""
    found = {_KIND_OF[each] for each in _WORD.findall(fold(word)) if each in _KIND_OF}
    return next((kind for kind in ("fax", "mobile", "work", "private", "other") if kind in found), "")


def propose_by_name(headers: Sequence[str]) -> dict[int, str]:
    """Map column index to field key. The best named of several columns for a field wins, unless they can be joined."""
    found = [(heading(header).rank, index, heading(header).key) for index, header in enumerate(headers)]
    known = [(rank, index, key) for rank, index, key in found if key]
    best = {key: index for _rank, index, key in sorted(known, reverse=True)}
    labels = set(labels_of(headers).values())
    return {
        index: key
        for _rank, index, key in sorted(known, key=lambda each: each[1])
        if (FIELDS[key].joint or best[key] == index) and index not in labels
    }


def _is_sorting(word: str) -> bool:
    return word in _KIND_OF or word in _FILLERS or word.isdigit()


def _is_data(cell: str) -> bool:
    return "@" in cell or bool(_DIGITS.search(cell))


def _mostly_data(rows: Sequence[Sequence[str]]) -> bool:
    return 2 * sum(1 for cells in rows if any(map(_is_data, cells))) >= len(rows)


def _cut(cell: str) -> str:
    return cell.strip()[:100]
