"""Postal addresses as people write them into cells."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from base.text import one_line
from contacts.csv.countries import REGIONS
from contacts.csv.fields import bare
from contacts.csv.names import GERMAN_PLACES
from contacts.phones import HOME
from contacts.search import fold

_GERMANY = {
    "",
    "d",
    "de",
    "deu",
    "ger",
    "deutschland",
    "germany",
    "brd",
    "bundesrepublikdeutschland",
    "allemagne",
}
_CODE = r"(?:(?:D|DE|A|AT|CH)\s*[-–]\s*)?([0-9]{4,5})"
_PLACE = re.compile(rf"{_CODE}\s*,?\s+([^\d\s].*)", re.DOTALL)
_PLACE_LAST = re.compile(rf"([^\d].*?),?\s+{_CODE}", re.DOTALL)
_ADDRESS = re.compile(rf"(.*?\S)(?:\s*[,;\n]\s*|\s{{2,}}|\s+)({_CODE}\s+[^\d\s].*)", re.DOTALL)
_BEFORE = re.compile(r"(?:z:|(?:D|DE)\s*[-–]\s*|')", re.IGNORECASE)
_TRAILING = re.compile(r"(?<=[0-9])[.,]0+$")
_COUNTRY = re.compile(
    r"(?:\s*[,\n]\s*)(deutschland|germany|de|österreich|austria|schweiz|switzerland)\s*$", re.IGNORECASE
)


ADDRESS = ("street", "house_number", "address", "postal_code", "city", "place", "country")
_RANKS = ("", "private", "work", "other")
Cells = dict[str, list[tuple[int, str]]]  # field key to the non-empty cells of its columns


class Place(NamedTuple):
    postal_code: str
    city: str


class Address(NamedTuple):
    street: str
    postal_code: str
    city: str
    country: str


def fields_of(keys: Iterable[str]) -> list[str]:
    """Return the fields of a contact that these columns fill."""
    filled = {
        "street": {"street", "house_number", "address"},
        "postal_code": {"postal_code", "address", "place"},
        "city": {"city", "address", "place"},
    }
    return [field for field, columns in filled.items() if columns & set(keys)]


def place_rank(group: str, cells: Cells) -> tuple[bool, int, str]:
    """Sort key that puts the best address first: one with a street, and the private one."""
    kind = group.rstrip("0123456789")
    return (
        not {"street", "address"} & cells.keys(),
        _RANKS.index(kind) if kind in _RANKS else len(_RANKS),
        group,
    )


def joined(cells: Cells) -> Address:
    """Join columns to one address; a whole address is used where its parts are missing."""
    texts = {key: list(dict.fromkeys(text for _index, text in found)) for key, found in cells.items()}
    street, city = " ".join(texts.get("street", [])), " ".join(texts.get("city", []))
    code, country = " ".join(texts.get("postal_code", [])), " ".join(texts.get("country", []))
    number = " ".join(texts.get("house_number", []))
    street = street if not number or street.endswith(f" {number}") else f"{street} {number}".strip()
    whole, place = split_address("\n".join(texts.get("address", [])))
    if texts.get("place"):
        place = split_place(" ".join(texts["place"]))
    elif code or city:
        split = split_place(city)
        city, code = (split.city or city, code or split.postal_code) if split.postal_code else (city, code)
    city = city or place.city
    return Address(street or whole, postal_code(code or place.postal_code, city, country), city, country)


def region_of(countries: Iterable[str]) -> str:
    """Return the region (ISO 3166) of the country that these cells name; Germany if they name none or several."""
    named = {REGIONS.get(bare(country), HOME) for country in countries if not is_german(country)}
    return named.pop() if len(named) == 1 else HOME


def is_german(country: str) -> bool:
    """Return whether the cell names Germany or is empty."""
    return bare(country) in _GERMANY


def postal_code(text: str, city: str, country: str) -> str:
    """Undo what spreadsheets do to postcodes: 1067 for Dresden was 01067."""
    text = _TRAILING.sub("", _BEFORE.sub("", text.strip(), count=2))
    if len(text) == 4 and text.isdigit() and is_german(country) and (country or is_place_of_the_east(city)):
        return f"0{text}"
    return text


def is_place_of_the_east(city: str) -> bool:
    """Return whether the town is one of those whose postcodes begin with 0."""
    return fold(re.split(r"[ /(,-]", city.strip())[0]) in GERMAN_PLACES or fold(city) in GERMAN_PLACES


def split_place(text: str) -> Place:
    """Split „20095 Hamburg“; without a number all of it is the town."""
    text = text.strip(" ,")
    if found := _PLACE.fullmatch(text):
        return Place(found[1], _line(found[2]))
    if found := _PLACE_LAST.fullmatch(text):
        return Place(found[2], _line(found[1]))
    return Place(text, "") if text.isdigit() and len(text) in (4, 5) else Place("", _line(text))


def split_address(text: str) -> tuple[str, Place]:
    """Split a whole address into street and place; one that cannot be split is the street."""
    text = _COUNTRY.sub("", text.strip())
    if found := _ADDRESS.fullmatch(text):
        return _line(found[1]), split_place(_line(found[2]))
    if _PLACE.fullmatch(text):
        return "", split_place(text)
    return _line(text), Place("", "")


def _line(text: str) -> str:
    """Join several lines to one."""
    return one_line(", ".join(filter(None, map(str.strip, text.splitlines())))).strip(" ,")
