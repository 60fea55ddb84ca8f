"""The demo's people are believable, reach nobody who exists, and are the same for the same seed."""

import re
from collections import Counter
from itertools import islice

import pytest

from accounts.models import Account
from base.copying import text_array
from base.emails import clean_email
from contacts.choices import PropertyKind
from contacts.csv.reading import read
from contacts.csv.rows import write
from contacts.derived import derive, lexemes
from contacts.models import Contact, Salutation, Source
from contacts.phones import e164
from contacts.search import vector
from demo.data import PLACES
from demo.derived import derived
from demo.people import people

RESERVED = re.compile(r"\+49(?:3023125|6990009|4066969|2214710|8999998)\d{3}|\+49(?:17139200|176040690)\d{2}")


@pytest.fixture(scope="module")
def crowd():
    return list(people(5_000, seed=1))


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    assert list(people(200, seed=7)) == list(people(200, seed=7))
    assert list(people(200, seed=7)) != list(people(200, seed=8))


def test_a_larger_crowd_starts_with_the_smaller_one():
    assert list(people(50, seed=7)) == list(islice(people(1_000, seed=7), 50))


def test_addresses_and_numbers_belong_to_nobody(crowd):
    for person in crowd:
        assert person.email == "" or clean_email(person.email) == person.email
        domain = person.email.partition("@")[2]
        assert domain in ("", "example.org", "example.com", "example.net") or domain.endswith(".example")
        assert person.phone == "" or RESERVED.fullmatch(e164(person.phone))


def test_everybody_has_a_name_and_can_be_reached(crowd):
    for person in crowd:
        assert person.last_name or person.company
        assert person.email or person.phone


def test_addresses_are_not_shared_and_numbers_hardly(crowd):
    emails = [person.email for person in crowd if person.email]
    assert len(emails) == len(set(emails))
    phones = [person.phone for person in crowd[:300] if person.phone]
    assert len(phones) == len(set(phones))


def test_codes_belong_to_their_towns(crowd):
    assert len(PLACES) == len(set(PLACES)) == 116
    assert all(re.fullmatch(r"[0-9]{5}", code) and city for code, city in PLACES)
    assert {(person.postal_code, person.city) for person in crowd} - set(PLACES) == {("", "")}


def test_every_fact_fits_its_field(crowd):
    for person in crowd:
        for key, value in person.facts().items():
            field = Contact._meta.get_field(key)
            if isinstance(value, str) and field.max_length:
                assert len(value) <= field.max_length
        assert all(len(tag) <= 30 for tag in person.tags)
    assert {person.salutation for person in crowd} <= {"", *Salutation.values}
    assert {person.property_kind for person in crowd} == {"", *PropertyKind.values}
    assert {person.source for person in crowd} == set(Source.values) - {Source.IMPORT}


def test_the_crowd_is_realistically_mixed(crowd):
    share = Counter()
    for person in crowd:
        share["couple"] += bool(person.partner_first_name)
        share["title"] += bool(person.title)
        share["company only"] += bool(person.company and not person.last_name)
        share["noble"] += any(word in person.last_name.split() for word in ("von", "zu"))
        share["umlaut"] += bool(set(person.last_name) & set("äöüßÄÖÜ"))
        share["no e-mail"] += not person.email
        share["no phone"] += not person.phone
    least = {"couple": 500, "title": 200, "company only": 20, "noble": 20, "umlaut": 700}
    least |= {"no e-mail": 300, "no phone": 300}
    assert {key for key, count in least.items() if share[key] < count} == set()
    assert share["couple"] < 1_000
    assert len({(person.first_name, person.last_name) for person in crowd}) > 4_000


def test_exported_people_are_imported_as_they_were(crowd):
    facts = [person.facts() for person in crowd[:500]]
    sheet = read(b"".join(write(facts, list(facts[0]))))
    entries = list(sheet.entries(sheet.mapping))
    assert [entry.errors for entry in entries] == [[]] * 500
    assert [entry.values for entry in entries] == facts


def test_values_derived_part_by_part_equal_those_of_a_contact(crowd):
    office = Account(pk=7)
    for person in crowd[:1_500]:
        contact = derive(Contact(account=office, **person.facts()))
        found = derived(7, person)
        assert (found.phone_e164, found.sort_name) == (contact.phone_e164, contact.sort_name)
        assert found.keys == text_array(contact.keys)
        assert {*found.search.split()} == {*vector(lexemes(contact)).split()}  # no lexeme has a blank


def test_an_address_that_was_cut_at_a_hyphen_has_no_empty_word(crowd):
    long = next(iter(crowd))._replace(email="graf-von-hohenfels-vermoegensverwaltung-@familie.example")
    found = derived(7, long).search
    assert "'vermoegensverwaltung' 'familie' 'example'" in found and "''" not in found


def test_a_hundred_thousand_people_keep_their_addresses_apart():
    emails = [person.email for person in people(100_000, seed=3) if person.email]
    assert len(emails) > 80_000
    assert len(emails) == len(set(emails))
