"""Deciding who is the same person: one rule for imports, forms, inquiries and duplicate warnings. Knows no models.

Two records are the same person when an e-mail address agrees and the names do not contradict each other, or when a
real number agrees, both sides have first and last name and they agree, and no e-mail addresses stand against each
other. What identifies nobody (placeholders, `info@`) is left out before anything is compared.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from contacts import contact_points, search
from contacts.identity_words import NOBODY, NOT_A_NAME
from contacts.phones import e164

SHARED_BY = 3  # an address that so many people of different names have identifies nobody

MAX_REMEMBERED = 8192  # numbers

_NUMBERS: dict[str, str] = {}  # as typed → in E.164
_WORD = re.compile(r"[^\W_]+")
_ONE_DIGIT = re.compile(r"(\d)\1*")
_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´](?=\w)")


class Same(Enum):
    """What two records of one person agree in."""

    EMAIL = "email"
    PHONE = "phone"
    # Only likely, for people to decide:
    LIKE_EMAIL = "like_email"  # without dots and +tag
    PLACE = "place"  # name and address


@dataclass(frozen=True)
class Record:
    """What a person is known by, from a contact, a form or a row of a file."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    emails: tuple[str, ...] = ()  # folded, without those that identify nobody
    numbers: tuple[str, ...] = ()  # E.164, without those that identify nobody
    addresses: tuple[str, ...] = ()  # all e-mail addresses, folded

    @property
    def has_full_name(self) -> bool:
        return bool(name_words(self.first_name) and name_words(self.last_name))

    @property
    def is_company(self) -> bool:
        return bool(self.company) and not (self.first_name or self.last_name)


def record(values: Mapping[str, Any]) -> Record:
    """Return the record of a contact's facts, given by field name."""
    addresses = contact_points.texts(values.get("email") or "", values.get("more_emails") or ())
    phones = contact_points.texts(values.get("phone") or "", values.get("more_phones") or ())
    folded = tuple(dict.fromkeys(map(str.lower, addresses)))
    numbers = dict.fromkeys(map(number_of, phones))
    return Record(
        values.get("first_name") or "",
        values.get("last_name") or "",
        values.get("company") or "",
        tuple(one for one in folded if is_someones(one)),
        tuple(one for one in numbers if one and is_real(one)),
        folded,
    )


def without(known: Record, addresses: Iterable[str]) -> Record:
    """Return the record without addresses that identify nobody."""
    left_out = frozenset(addresses)
    return replace(known, emails=tuple(one for one in known.emails if one not in left_out))


def same(one: Record, other: Record) -> Same | None:
    """Return what makes the two the same person, or None if they are not."""
    if {*one.emails} & {*other.emails} and not contradict(one, other):
        return Same.EMAIL
    if {*one.numbers} & {*other.numbers} and _names_agree(one, other) and not _addresses_oppose(one, other):
        return Same.PHONE
    return None


def likely(one: Record, other: Record, *, at_one_place: bool) -> Same | None:
    """Return what makes the two likely the same person, for people to decide; None if they are not.

    Beyond `same`, that is a similar e-mail address without contradicting names, or the same name `at_one_place`.
    """
    if found := same(one, other):
        return found
    if {*map(loose, one.emails)} & {*map(loose, other.emails)} and not contradict(one, other):
        return Same.LIKE_EMAIL
    return Same.PLACE if at_one_place and _names_agree(one, other) else None


def places(values: Mapping[str, Any]) -> set[str]:
    """Return the street with the postal code, and with the city, in one spelling; nothing without a number."""
    street = "".join(_WORD.findall(search.fold(values.get("street") or ""))).replace("strasse", "str")
    if not any(map(str.isdigit, street)):
        return set()
    around = (values.get("postal_code") or "", search.fold(values.get("city") or ""))
    return {f"{street} {one.replace(' ', '')}" for one in around if one}


def shared(one: Record, other: Record) -> Same | None:
    """Return what the two have in common, even if they are not the same person."""
    if {*one.emails} & {*other.emails}:
        return Same.EMAIL
    return Same.PHONE if {*one.numbers} & {*other.numbers} else None


def contradict(one: Record, other: Record) -> bool:
    """Return whether the names belong to two people. A name that is missing on one side contradicts nothing.

    The order of first and last name does not matter, and an initial fits its name. A company's name counts where
    nobody is named on either side.
    """
    if one.is_company and other.is_company:
        return not _within(_words(one.company), _words(other.company))
    if one.has_full_name and other.has_full_name:
        first, last = _words(one.first_name), _words(one.last_name)
        theirs = _words(other.first_name), _words(other.last_name)
        straight = _within(first, theirs[0]) and _within(last, theirs[1])
        return not (straight or (_within(first, theirs[1]) and _within(last, theirs[0])))
    lasts = _words(one.last_name), _words(other.last_name)
    return not (_within(_person(one), _person(other)) or (all(lasts) and _within(*lasts)))


def is_someones(address: str) -> bool:
    """Return whether an e-mail address can identify a person: `keine@`, `info@`, `noreply@` and the like cannot."""
    local = "".join(_WORD.findall(search.fold(address.partition("@")[0])))
    return "@" in address and local.rstrip("0123456789") not in NOBODY and any(map(str.isalnum, local))


def is_real(number: str) -> bool:
    """Return whether a number (E.164) can be real: not 000000, 123456 and other things typed to fill a field."""
    digits = number.removeprefix("+49").removeprefix("+")
    return bool(digits) and not _ONE_DIGIT.fullmatch(digits[-7:]) and digits not in "123456789012345678"


def loose(address: str) -> str:
    """Return an address in lower case, without dots and +tag before the @, as duplicate warnings compare it."""
    local, at, domain = address.lower().rpartition("@")
    return local.partition("+")[0].replace(".", "") + at + domain if local.partition("+")[0] else address.lower()


def keys(account_id: int, values: Mapping[str, Any]) -> list[str]:
    """Return the keys under which a contact is looked up for comparison; each begins with the office's id."""
    known = record(values)
    found = [*map(email_key, known.addresses), *map(phone_key, known.numbers), *name_keys(known)]
    return sorted({f"{account_id}:{key}" for key in found})


def email_key(address: str) -> str:
    return "e:" + loose(address)[:250]


def phone_key(number: str) -> str:
    return "p:" + number.removeprefix("+")


def name_keys(known: Record) -> list[str]:
    """Return keys for the full name, in any order and spelling of umlauts, or for a company's name."""
    if known.is_company:
        return ["c:" + _flat(known.company)]
    return ["n:" + _flat(known.first_name, known.last_name)] if known.has_full_name else []


def same_name(one: Record, other: Record) -> bool:
    """Return whether first and last name, or the company's name, are the same."""
    return bool({*name_keys(one)} & {*name_keys(other)}) and not contradict(one, other)


def different(records: Sequence[Record]) -> int:
    """Return the minimal number of people with different names among the records."""
    people: list[Record] = []
    for each in records:
        if all(contradict(each, known) for known in people):
            people.append(each)
    return len(people)


@lru_cache(maxsize=4096)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, without salutation and title. Cached: many people share a first or last name."""
    return tuple(word for word in _WORD.findall(search.fold(_joined(text))) if word not in NOT_A_NAME)


def number_of(phone: str) -> str:
    """Return the number in E.164. Cached: parsing is slow, and comparing asks for the same number several times."""
    found = _NUMBERS.get(phone)
    if found is None:
        found = e164(phone)
        remember_numbers({phone: found})
    return found


def remember_numbers(numbers: Mapping[str, str]) -> None:
    """Spare `number_of` the parsing of texts whose numbers in E.164 are known."""
    if len(_NUMBERS) > MAX_REMEMBERED:
        _NUMBERS.clear()
    _NUMBERS.update(numbers)


def _names_agree(one: Record, other: Record) -> bool:
    if one.is_company and other.is_company:
        return same_name(one, other)
    return one.has_full_name and other.has_full_name and same_name(one, other)


def _addresses_oppose(one: Record, other: Record) -> bool:
    return bool(one.addresses and other.addresses) and not {*one.addresses} & {*other.addresses}


def _person(known: Record) -> list[frozenset[str]]:
    return _words(f"{known.first_name} {known.last_name}")


def _words(text: str) -> list[frozenset[str]]:
    """Return the spellings of each word of a name: Müller is mueller and muller."""
    return [
        frozenset((search.fold(word), search.fold_short(word)))
        for word in _WORD.findall(_joined(text))
        if search.fold(word) not in NOT_A_NAME
    ]


def _within(some: list[frozenset[str]], others: list[frozenset[str]]) -> bool:
    """Return whether the shorter name is part of the longer one. A word counts once; an initial fits its name."""
    few, many = sorted((some, list(others)), key=len)
    many = list(many)
    for word in few:
        fitting = next((one for one in many if word & one), None)
        fitting = fitting or next((one for one in many if _initial(word, one)), None)
        if fitting is None:
            return False
        many.remove(fitting)
    return True


def _initial(one: frozenset[str], other: frozenset[str]) -> bool:
    short, long = sorted((min(one, key=len), min(other, key=len)), key=len)
    return len(short) == 1 and long.startswith(short)


def _joined(text: str) -> str:
    return _APOSTROPHES.sub("", text)


def _flat(*names: str) -> str:
    """Return the sorted words in one spelling of umlauts. Only used as a key: "Bauer" and "Baur" become the same."""
    return " ".join(sorted([word for name in names for word in _flat_words(name)]))[:200]


@lru_cache(maxsize=8192)
def _flat_words(name: str) -> tuple[str, ...]:
    return tuple(word.replace("ae", "a").replace("oe", "o").replace("ue", "u") for word in name_words(name))
