"""Guessing the meaning of a file's columns: by their headers, or else by their cells."""

import re
from collections.abc import Callable, Sequence

from contacts.csv.contact_points import is_nothing
from contacts.csv.fields import ONLY_WRITTEN
from contacts.csv.headers import heading, is_of_the_program, labels_of, propose_by_name
from contacts.csv.numbers import read_date, read_moment
from contacts.csv.people import is_first_name

_EMAIL = re.compile(r"[^@\s]+(?:@|\(at\))[^@\s]+\.[^@\s]{2,}")
_PHONE = re.compile(r"(?:p:)?(?:\+|00|\(?0)[0-9][0-9 ()/.–-]{4,}[0-9]")
_POSTCODE = re.compile(r"(?:z:|D-?|DE-?)?[0-9]{5}")
_PLACE = re.compile(r"(?:D-|DE-)?[0-9]{4,5} [^\W\d].{2,}")
_STREET = re.compile(r"[^\W\d].*(?:str\.?|straße|strasse|weg|allee|platz|gasse|ring|ufer|damm) ?[0-9]+ ?[a-z]?", re.I)
_WORDS = re.compile(r"[^\W\d_][^\d@]*")
_DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}(?:[ T].*)?")

_ENOUGH = 0.6  # share of the cells that are not empty


def propose(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return the proposed mapping of column index to field key. `columns` are the first cells of each column."""
    mapping = propose_by_name(headers)
    filled = [[cell.strip() for cell in cells if not is_nothing(cell)] for cells in columns]
    _judge_names(mapping, filled, headers)
    labels = set(labels_of(headers).values())
    for index, cells in enumerate(filled):
        header = headers[index] if index < len(headers) else ""
        if index not in mapping and index not in labels and cells and not is_of_the_program(header):
            key = _by_cells(cells, header, set(mapping.values()))
            if key:
                mapping[index] = key
    if not {"first_name", "last_name", "full_name", "name_first"} & {*mapping.values()}:
        _find_names(mapping, filled)
    for index, cells in enumerate(filled):
        if cells and index not in mapping and not (headers[index] if index < len(headers) else ""):
            mapping[index] = "note"
    return dict(sorted(mapping.items()))


def left_behind(headers: Sequence[str], mapping: dict[int, str], filled: Sequence[int]) -> list[str]:
    """Return the headers of non-empty columns that are not imported, except those that only an export writes."""
    labels = {label for index, label in labels_of(headers).items() if index in mapping}
    return [
        header
        for index, header in enumerate(headers)
        if index not in mapping
        and index not in labels
        and header not in ONLY_WRITTEN
        and index < len(filled)
        and filled[index]
    ]


def _by_cells(cells: Sequence[str], header: str, taken: set[str]) -> str:
    """Return the field whose values these cells hold, or ""."""
    if _share(cells, _is(_EMAIL)) >= _ENOUGH:
        return "email"
    if _share(cells, _is(_PHONE)) >= _ENOUGH and not _share(cells, _is_day) >= _ENOUGH:
        return "phone"
    if "postal_code" not in taken | {"place"} & taken and _share(cells, _is(_POSTCODE)) > 0.9:
        return "postal_code"
    if not {"postal_code", "city", "place"} & taken and _share(cells, _is(_PLACE)) >= _ENOUGH:
        return "place"
    if not {"street", "address"} & taken and _share(cells, _is(_STREET)) >= _ENOUGH:
        return "street"
    if _share(cells, _is_day) >= _ENOUGH or header.rstrip().endswith("?"):
        return "note"
    if "first_name" not in taken and "last_name" in taken and _share(cells, is_first_name) >= _ENOUGH:
        return "first_name"
    return ""


def _judge_names(mapping: dict[int, str], filled: Sequence[Sequence[str]], headers: Sequence[str]) -> None:
    """Map a column "Name" to full names if there is no column of first names and its cells have several words."""
    if "first_name" in mapping.values():
        return
    for index, key in mapping.items():
        cells = filled[index] if index < len(filled) else []
        if key in ("last_name", "full_name") and cells:
            is_open = key == "full_name" or heading(headers[index]).rank > 0  # "Nachname" is not a full name
            if is_open and _share(cells, lambda cell: "," in cell) >= _ENOUGH:
                mapping[index] = "name_first"
            elif is_open and key == "last_name" and _share(cells, lambda cell: " " in cell or "," in cell) >= _ENOUGH:
                mapping[index] = "full_name"


def _find_names(mapping: dict[int, str], filled: Sequence[Sequence[str]]) -> None:
    """Find names without headers: the column of common first names, and a column of words next to it."""
    words = [
        index
        for index, cells in enumerate(filled)
        if index not in mapping and cells and _share(cells, _is(_WORDS)) >= 0.9
    ]
    firsts = [index for index in words if _share(filled[index], is_first_name) >= _ENOUGH]
    if not firsts:
        return
    first = firsts[0]
    if _share(filled[first], lambda cell: " " in cell) >= _ENOUGH:
        mapping[first] = "full_name"
        return
    mapping[first] = "first_name"
    beside = [index for index in (first - 1, first + 1) if index in words and index not in firsts]
    if beside:
        mapping[beside[0]] = "last_name"


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda cell: bool(pattern.fullmatch(cell) or (pattern is _EMAIL and pattern.search(cell)))


def _is_day(cell: str) -> bool:
    if not _DATE.fullmatch(cell):
        return False
    try:
        return bool(read_moment(cell)[0] if ":" in cell else read_date(cell)[0])
    except ValueError:
        return False


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0.0
