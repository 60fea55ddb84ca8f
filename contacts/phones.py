"""Phone numbers as typed, and their E.164 form by which they are compared. Only numbers that can exist count."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber as Number

HOME = "DE"
_MIN_DIGITS = 6  # after the country code: neither "110" nor a house number is a person's number
_CANDIDATE = re.compile(r"[+(]?[0-9][0-9 ()/.–-]*[0-9]")
_WITH_CODE = re.compile(r"49[ 1-9]")
_PLAIN = re.compile(r"0[1-9][0-9]{1,5}[ /-]?[0-9]{4,9}")  # as most are written: 0170 1234567
_PLAIN_LENGTHS = range(8, 12)  # without the 0: of these, the library takes the 0 for the prefix
_SPACES = re.compile(r"\s")


def e164(raw: str) -> str:
    """Return the first number in the text as "+49…", read as in Germany; "" if there is none."""
    for candidate in _CANDIDATE.findall(_ascii_digits(raw[:100])):
        if found := _home(candidate):
            return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return ""


def looks_like_one(raw: str) -> bool:
    """Return whether the text may be a number somewhere, even if it cannot be dialled from Germany as written."""
    candidates = _CANDIDATE.findall(_ascii_digits(raw[:100]))
    return any(_parsed(each, HOME, phonenumbers.is_possible_number) for each in candidates)


def from_abroad(raw: str, region: str) -> str:
    """Return a number written as in the given country with that country's code: "+33 4 50 11 22 33".

    Returns "" for a number that already has a code, and for one that cannot exist there.
    """
    text = _ascii_digits(raw[:100])
    if region == HOME or text.startswith(("+", "00")):
        return ""
    found = _parsed(text, region)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if found else ""


def _home(candidate: str) -> Number | None:
    if candidate.startswith("49") and _WITH_CODE.match(candidate) and (found := _parsed("+" + candidate)):
        return found  # a "+" that a spreadsheet took for a sign and dropped
    return _parsed(candidate)


def _parsed(
    text: str, region: str = HOME, is_one: Callable[[Number], bool] = phonenumbers.is_valid_number
) -> Number | None:
    number = _any_parsed(text, region)
    return number if number and is_one(number) else None


@lru_cache(maxsize=2048)  # a number is looked for first, and then brought into its form
def _any_parsed(text: str, region: str) -> Number | None:
    if region == HOME and text.isascii() and _PLAIN.fullmatch(text):
        digits = "".join(filter(str.isdigit, text))[1:]
        if len(digits) in _PLAIN_LENGTHS:
            return Number(country_code=49, national_number=int(digits))  # what `parse` finds, in a tenth of its time
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if len(phonenumbers.national_significant_number(number)) >= _MIN_DIGITS else None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return _SPACES.sub(" ", text)
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
