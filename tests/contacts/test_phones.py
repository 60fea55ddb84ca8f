from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.phones import e164, from_abroad, looks_like_one


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0170 1234567", "+491701234567"),
        ("+49 (0)170/1234567", "+491701234567"),
        ("+49 0170 1234567", "+491701234567"),
        ("0049 170 1234567", "+491701234567"),
        ("(0170) 123 45 67", "+491701234567"),
        ("0170.123.4567", "+491701234567"),
        ("0170 – 1234567", "+491701234567"),
        ("0170\u00a01234567", "+491701234567"),
        ("٠١٧٠ ١٢٣٤٥٦٧", "+491701234567"),
        ("０１７０ １２３４５６７", "+491701234567"),
        ("491701234567", "+491701234567"),
        ("1701234567", "+491701234567"),
        ("04921 123456", "+494921123456"),
        ("030/23125-123", "+493023125123"),
        ("Tel. 030 23125123 (Büro)", "+493023125123"),
        ("030 23125123, mobil 0170 1234567", "+493023125123"),
        ("2. Stock: 0170 1234567", "+491701234567"),
        ("+43 1 2345678", "+4312345678"),
        ("+1 (212) 555-0100", "+12125550100"),
    ],
)
def test_typed_numbers_become_one_form(typed, number):
    assert e164(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "keine",
        "110",
        "0",
        "+",
        "+49",
        "=HYPERLINK(…)",
        "0" * 90,
        "1" * 5_000,
        "0170\x00",
        "-5",
        "01.02",
        "+49 (0)170/12-34",  # no mobile number is so short
        "312-555-0122",  # of another country, and nothing says which
    ],
)
def test_an_invalid_number_has_no_normal_form(typed):
    assert e164(typed) == ""


@given(st.text(alphabet="0123456789+-/() ٠١x", max_size=40) | st.text(max_size=40))
def test_normalizing_twice_changes_nothing(typed):
    number = e164(typed)
    assert number == "" or (number[0] == "+" and number[1:].isdecimal() and number.isascii())
    assert len(number) <= 20
    assert e164(number) == number


@pytest.mark.parametrize(
    ("typed", "region", "written"),
    [
        ("04 50 11 22 33", "FR", "+33 4 50 11 22 33"),
        ("312-555-0122", "US", "+1 312-555-0122"),
        ("0664 1234567", "AT", "+43 664 1234567"),
        ("044 668 18 00", "CH", "+41 44 668 18 00"),
        ("0171 5574099", "FR", ""),  # a German number of somebody who lives there
        ("+49 171 5574099", "FR", ""),
        ("0049 171 5574099", "FR", ""),
        ("040 55570001", "DE", ""),
    ],
)
def test_a_number_of_another_country_gets_its_code(typed, region, written):
    assert from_abroad(typed, region) == written
    assert e164(written) == "".join(sign for sign in written if sign not in " -")


def test_a_number_without_normal_form_may_still_look_like_one():
    assert (looks_like_one("312-555-0122"), e164("312-555-0122")) == (True, "")
    assert not looks_like_one("keine")


@pytest.mark.parametrize("separator", ["", " ", "/", "-"])
def test_plain_numbers_are_read_as_the_library_reads_them(separator: str) -> None:
    """They are the most, and not given to it."""
    dice = Random(7)
    for _ in range(400):
        area = "0" + str(dice.randint(1, 9)) + "".join(dice.choices("0123456789", k=dice.randint(1, 5)))
        text = area + separator + "".join(dice.choices("0123456789", k=dice.randint(4, 9)))
        try:
            number = phonenumbers.parse(text, "DE")
            is_one = phonenumbers.is_valid_number(number)
        except phonenumbers.NumberParseException:
            is_one = False
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_one else ""
        assert e164(text) == expected
