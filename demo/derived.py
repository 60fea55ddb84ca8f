"""The derived fields of the demo's contacts, by the product's functions, called once for each name, street or number.

The lexemes of a contact are those of its facts, and different facts are few. A test compares the result with
`contacts.derived`.
"""

from functools import lru_cache
from typing import NamedTuple

from base.copying import text_array
from contacts import identity, search
from contacts.description import FACTS
from demo.people import Person

_WORDED = [
    Person._fields.index(fact.name)
    for fact in FACTS.values()
    if fact.searched and fact.kind == "text" and fact.name != "street" and fact.name in Person._fields
]


class Derived(NamedTuple):
    """The derived columns of a contact, as text for COPY."""

    phone_e164: str
    sort_name: str | None
    search: str
    keys: str


def derived(account_id: int, person: Person) -> Derived:
    """Return the derived columns of a person."""
    return Derived(
        identity.number_of(person.phone),
        search.sort_key(person.last_name, person.first_name, person.company),
        _vector(person),
        text_array(sorted([f"{account_id}:{key}" for key in _keys(person)])),
    )


def _vector(person: Person) -> str:
    """Return the search vector as text, in which lexemes may be repeated and in any order."""
    street, _blank, number = person.street.rpartition(" ")
    parts = [_found_by(person[place]) for place in _WORDED if person[place]]
    parts += [_street(street), _street(number), _phone(person.phone), *map(_found_by, person.tags)]
    if person.email:
        parts.append(_address(person.email))
    return " ".join(parts)


def _address(email: str) -> str:
    """Do what `search.lexemes` does, for addresses of lower-case ASCII letters, digits, points and hyphens."""
    words = filter(None, email.replace("@", "-").replace(".", "-").split("-"))  # a long name may end at a hyphen
    return "' '".join((f"'{email}", *words)) + "'"


@lru_cache(maxsize=8192)
def _found_by(text: str) -> str:
    return search.vector(search.lexemes(text=text))


@lru_cache(maxsize=2048)
def _street(text: str) -> str:
    return search.vector(search.lexemes(street=text))


@lru_cache(maxsize=8192)
def _phone(phone: str) -> str:
    return search.vector(search.lexemes(phone=identity.number_of(phone) or phone))


def _keys(person: Person) -> list[str]:
    known = identity.Record(person.first_name, person.last_name, person.company)
    keys = [identity.email_key(person.email)] if person.email else []
    return [*keys, *identity.name_keys(known), *_phone_keys(person.phone)]


@lru_cache(maxsize=8192)
def _phone_keys(phone: str) -> tuple[str, ...]:
    return tuple(map(identity.phone_key, identity.record({"phone": phone}).numbers))
