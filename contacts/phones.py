"""Phone numbers as typed, and the one form by which they are compared."""

import re
import unicodedata

import phonenumbers

_FEWEST_DIGITS = 6  # after the country code: neither "110" nor a house number is a person's number
_CANDIDATE = re.compile(r"[+(]?[0-9][0-9 ()/.–-]*[0-9]")
_SPACES = re.compile(r"\s")


def e164(raw: str) -> str:
    """The first number in the text as "+49…", read as in Germany; "" if there is none."""
    for candidate in _CANDIDATE.findall(_ascii_digits(raw[:100])):
        if found := _parse(candidate):
            return found
    return ""


def _parse(candidate: str) -> str:
    if re.match(r"49[ 1-9]", candidate) and (abroad := _number("+" + candidate, strict=True)):
        return abroad  # a "+" that a spreadsheet took for a sign and dropped
    return _number(candidate, strict=False)


def _number(text: str, *, strict: bool) -> str:
    try:
        number = phonenumbers.parse(text, "DE")
    except phonenumbers.NumberParseException:
        return ""
    known = phonenumbers.is_valid_number if strict else phonenumbers.is_possible_number
    if not known(number) or len(phonenumbers.national_significant_number(number)) < _FEWEST_DIGITS:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _ascii_digits(text: str) -> str:
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
