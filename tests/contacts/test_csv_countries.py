"""Which country the cells of a file name, and how its numbers are read."""

import pytest

from contacts.csv.cells import clean
from contacts.csv.places import region_of


@pytest.mark.parametrize(
    ("countries", "region"),
    [
        (["Frankreich"], "FR"),
        (["FR"], "FR"),
        (["fra"], "FR"),
        (["USA"], "US"),
        (["United States"], "US"),
        (["Österreich"], "AT"),
        (["Oesterreich"], "AT"),
        (["A"], "AT"),
        (["Schweiz"], "CH"),
        (["Deutschland"], "DE"),
        (["D"], "DE"),
        ([], "DE"),
        (["Atlantis"], "DE"),
        (["Frankreich", "FR"], "FR"),
        (["Frankreich", "Deutschland"], "FR"),
        (["Frankreich", "Spanien"], "DE"),
    ],
)
def test_how_a_country_is_written(countries, region):
    assert region_of(countries) == region


def numbers(phone, country):
    values = clean(["Perrin", phone, country], {0: "last_name", 1: "phone", 2: "country"}).values
    return [values.get("phone"), *(one["text"] for one in values.get("more_phones", []))]


@pytest.mark.parametrize(
    ("phone", "country", "read"),
    [
        ("04 50 11 22 33", "Frankreich", ["+33 4 50 11 22 33"]),
        ("04 50 11 22 33", "", ["04 50 11 22 33"]),
        ("312-555-0122", "USA", ["+1 312-555-0122"]),
        ("0664 1234567", "Österreich", ["+43 664 1234567"]),
        ("04 50 11 22 33, 0171 5574099", "Frankreich", ["+33 4 50 11 22 33", "0171 5574099"]),
        ("+49 171 5574099", "Spanien", ["+49 171 5574099"]),
    ],
)
def test_a_number_is_read_as_in_the_country_of_its_row(phone, country, read):
    assert numbers(phone, country) == read
