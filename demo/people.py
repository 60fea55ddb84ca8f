"""Believable people for the demo, the same for the same seed. None of them exists: their mail goes to example domains,
and their numbers are from blocks that the Federal Network Agency reserves for films and books.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import cycle
from random import Random
from typing import Any, NamedTuple, TypeVar

from contacts.search import fold
from demo.data import COMPANIES, NOBLE, ORIGINS, PLACES, STREETS, TITLES
from demo.texts import INQUIRIES, SOURCES, TAGS

Choice = TypeVar("Choice")

_DOMAINS = ("example.org", "example.com", "example.net", "post.example", "mail.example", "familie.example")
_TWO_DIGITS = range(48, 100)
# Area code, and the first digits of a block of 1,000 numbers, by town.
_LOCAL_NUMBERS = {
    "Berlin": "030 23125",
    "Frankfurt am Main": "069 90009",
    "Hamburg": "040 66969",
    "Köln": "0221 4710",
    "München": "089 99998",
}
_MOBILE_NUMBERS = ("0171 39200", "0176 040690")  # blocks of 100
# Weight, kind, ranges of living area and plot, the earliest year.
_PROPERTIES = (
    (52, "house", (92, 260), (260, 1400), 1898),
    (28, "apartment", (38, 138), None, 1903),
    (7, "multi_family", (240, 980), (320, 1700), 1895),
    (6, "land", None, (340, 2600), None),
    (4, "commercial", (85, 1400), (200, 5200), 1925),
    (3, "other", None, None, None),
)


def _forms(family: str) -> tuple[str, str]:
    women, _bar, men = family.partition("|")
    return women, men or women


def _hundred(choices: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return each choice without its first member, which is how often it is repeated."""
    return tuple(choice[1:] for choice in choices for _ in range(choice[0]))


_ORIGIN_OF = _hundred((share, women, men, tuple(map(_forms, families))) for share, women, men, families in ORIGINS)
_SOURCE_OF = _hundred(SOURCES)
_PROPERTY_OF = _hundred(_PROPERTIES)


def drawn(chance: Random, choices: Sequence[Choice]) -> Choice:
    """Do what `Random.choice` does, in half the time: a contact takes some fifty of them."""
    return choices[int(chance.random() * len(choices))]


class Person(NamedTuple):
    """The facts of a contact by field, and its inquiry."""

    salutation: str
    title: str
    first_name: str
    last_name: str
    company: str
    partner_salutation: str
    partner_title: str
    partner_first_name: str
    partner_last_name: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    property_kind: str
    living_area: Decimal | None
    plot_area: Decimal | None
    year_built: int | None
    source: str
    source_detail: str
    tags: tuple[str, ...]
    inquiry: str

    def facts(self) -> dict[str, object]:
        """Return the fields of a contact only, with tags as a list."""
        facts = self._asdict() | {"tags": list(self.tags)}
        del facts["inquiry"]
        return facts


def people(count: int, seed: int) -> Iterator[Person]:
    """Yield `count` people; a larger count with the same seed begins with the same ones."""
    chance = Random(seed)
    numbers = _Numbers(chance)
    addresses: dict[str, int] = {}
    for _ in range(count):
        yield _person(chance, numbers, addresses)


def _person(chance: Random, numbers: "_Numbers", addresses: dict[str, int]) -> Person:
    women, men, families = drawn(chance, _ORIGIN_OF)
    is_woman = chance.random() < 0.5
    first_name = drawn(chance, women if is_woman else men)
    family = drawn(chance, NOBLE if chance.random() < 0.008 else families)
    last_name = family[0] if is_woman else family[1]
    salutation = "mrs" if is_woman else "mr"
    title = drawn(chance, TITLES) if chance.random() < 0.07 else ""
    partner = ("", "", "", "")
    company = ""
    kind = chance.random()
    if kind < 0.14:
        partner = _partner(chance, is_woman, women, men, family, families)
    elif kind < 0.18:
        company = drawn(chance, COMPANIES).format(name=family[1])
    elif kind < 0.19:
        company, salutation, title, first_name = drawn(chance, COMPANIES).format(name=last_name), "", "", ""
    elif kind < 0.21:
        salutation = title = first_name = ""
    elif kind < 0.22:
        salutation = "neutral"
    postal_code, city = drawn(chance, PLACES)
    is_known = chance.random() < 0.93
    source, details = drawn(chance, _SOURCE_OF)
    # Everybody has a number or an address.
    email = _email(chance, first_name, company if kind >= 0.18 and company else last_name, addresses)
    reach = chance.random()
    return Person(
        salutation,
        title,
        first_name,
        "" if company and not first_name else last_name,
        company,
        *partner,
        "" if reach < 0.1 else email,
        "" if reach > 0.86 else numbers.of(city),
        f"{drawn(chance, STREETS)} {_house_number(chance)}" if is_known else "",
        postal_code if is_known else "",
        city if is_known else "",
        *_property(chance),
        source,
        drawn(chance, details),
        tuple(chance.sample(TAGS, drawn(chance, (1, 1, 1, 2, 2, 3)))) if chance.random() < 0.3 else (),
        drawn(chance, INQUIRIES),
    )


def _partner(
    chance: Random,
    is_woman: bool,
    women: tuple[str, ...],
    men: tuple[str, ...],
    family: tuple[str, str],
    families: tuple[tuple[str, str], ...],
) -> tuple[str, str, str, str]:
    """Return salutation, title and names of the partner, who mostly has the same last name."""
    partner_is_woman = is_woman if chance.random() < 0.06 else not is_woman
    if chance.random() < 0.2:
        family = drawn(chance, families)
    return (
        "mrs" if partner_is_woman else "mr",
        drawn(chance, TITLES) if chance.random() < 0.04 else "",
        drawn(chance, women if partner_is_woman else men),
        family[0] if partner_is_woman else family[1],
    )


def _email(chance: Random, first_name: str, last_name: str, addresses: dict[str, int]) -> str:
    first, last = _letters(first_name), _letters(last_name)[:40]
    pattern = chance.random()
    if not first:
        local = last
    elif pattern < 0.6:
        local = f"{first}.{last}"
    elif pattern < 0.8:
        local = f"{first[0]}.{last}"
    else:
        local = f"{last}{drawn(chance, _TWO_DIGITS)}"
    address = f"{local}@{drawn(chance, _DOMAINS)}"
    addresses[address] = again = addresses.get(address, 0) + 1
    return address if again == 1 else f"{local}-{again}@{address.partition('@')[2]}"


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    """Return lower-case letters and single hyphens, as in an address."""
    plain = fold(name.replace("’", ""))
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def _house_number(chance: Random) -> str:
    return f"{min(int(chance.expovariate(1 / 24)) + 1, 240)}{drawn(chance, 'abc') if chance.random() < 0.12 else ''}"


def _property(chance: Random) -> tuple[str, Decimal | None, Decimal | None, int | None]:
    """Return kind, living area, plot and year; the agency knows less about older leads."""
    if chance.random() < 0.08:
        return "", None, None, None
    kind, living, plot, earliest = drawn(chance, _PROPERTY_OF)
    knows = chance.random() < 0.85
    return (
        kind,
        _area(chance, living, 2) if living and knows else None,
        _area(chance, plot, 0) if plot and knows else None,
        drawn(chance, range(earliest, 2022)) if earliest and knows else None,
    )


def _area(chance: Random, between: tuple[int, int], places: int) -> Decimal:
    """Return an area, mostly a small one; some are exact to the decimal."""
    size = round(chance.triangular(*between, between[0] + (between[1] - between[0]) * 0.3))
    exact = int(chance.random() * 100) if places and chance.random() < 0.25 else 0
    return Decimal(f"{size}.{exact:02}")


class _Numbers:
    """Phone numbers in random order, without repetitions until the blocks are exhausted."""

    def __init__(self, chance: Random) -> None:
        blocks = {city: [f"{block}{end:03}" for end in range(1000)] for city, block in _LOCAL_NUMBERS.items()}
        mobile = [f"{block}{end:02}" for block in _MOBILE_NUMBERS for end in range(100)]
        for block in (*blocks.values(), mobile):
            chance.shuffle(block)
        self._local = {city: cycle(block[:600]) for city, block in blocks.items()}
        spare = [number for rest in zip(*(block[600:] for block in blocks.values()), strict=True) for number in rest]
        self._any = cycle(mobile + spare)

    def of(self, city: str) -> str:
        return next(self._local.get(city, self._any))
