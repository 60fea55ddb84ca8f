"""Dates, areas and years in the cells of a file, as people and spreadsheets write them.

A reader returns the value and whether it is exact: of "120-130" it takes the first number, and the cell itself is kept
in the note.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from base.dates import parse_date
from base.ids import is_id
from contacts.description import FIRST_YEAR_BUILT, LAST_YEAR_BUILT

MAX_AREA = Decimal("9999999.99")
MAX_EUROS = 2_000_000_000
LAST_SHORT_YEAR = 2069  # 69 is 2069, 70 is 1970
Read = tuple[object, bool]  # the value, and whether it is exact

_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets
_ABOUT = r"(?:ca\.?|circa|etwa|rund|um|ungefähr|~|≈|baujahr|bj\.?)?"
_NUMBER = re.compile(
    rf"{_ABOUT}(?P<digits>[0-9][0-9.,'’]*?)(?:,-+|,–)?(?P<unit>m2|qm|m\^2|quadratmeter)?"
    rf"(?P<range>(?:[-–]|bis)[0-9][0-9.,]*)?(?P=unit)?(?:m2|qm)?"
)
_EUROS = re.compile(
    rf"{_ABOUT}(?:€|eur|euro)?(?P<digits>[0-9][0-9.,'’]*?)(?:,-+|,–)?"
    rf"(?:(?P<thousands>t(?:€|eur|sd\.?)|tausend)|(?P<millions>mio\.?))?"
    rf"(?P<range>(?:€|eur|euro)?(?:[-–]|bis)[0-9][0-9.,]*)?(?:€|eur|euro)?"
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_YEAR = re.compile(rf"\(?{_ABOUT} ?([0-9]{{4}})(er(?: jahre)?|[/–-](?:[0-9]{{4}}|[0-9]{{2}}))?\)?")
_WEEKDAY = re.compile(r"(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)[a-zäöüß]*\.?,?\s+", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<day>.*?)(?:,?[ T]\s*(?:um )?(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:\s?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)(?:\s?Uhr)?)"
)
_SHORT_DATE = re.compile(r"([0-9]{1,2})([./-])\s?([0-9]{1,2})\2\s?([0-9]{2}|[0-9]{4})")
_DAY_OF_SHEET = re.compile(r"([1-9][0-9]{4})(?:[.,]([0-9]+))?")
_DAY_OF_VCARD = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WORDS = re.compile(r"([0-9]{1,2})\.?\s+([A-Za-zä]{3,9})\.?,?\s+([0-9]{4})")
_NO_DATE = re.compile(r"0{1,2}\.0{1,2}\.(?:00|0000)|0000-00-00(?: 00:00:00)?|0")
_MONTHS = (
    "jan",
    "feb",
    "mär mar mrz",
    "apr",
    "mai may",
    "jun",
    "jul",
    "aug",
    "sep",
    "okt oct",
    "nov",
    "dez dec",
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}


@lru_cache(maxsize=1024)  # few different ones in a file
def read_area(text: str) -> Read:
    compact = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = _NUMBER.fullmatch(compact)
    if not found:
        raise ValueError(_("„%(text)s“ ist keine Fläche in m².") % {"text": text})
    digits = _plain(found["digits"])
    if digits.count(".") > 1:
        raise ValueError(_("„%(text)s“ ist keine Fläche in m².") % {"text": text})
    area = Decimal(digits).quantize(Decimal("0.01"), ROUND_HALF_UP) if len(digits) < 20 else MAX_AREA + 1
    if area > MAX_AREA:
        raise ValueError(_("Die Fläche ist zu groß."))
    return area, not found["range"]


@lru_cache(maxsize=1024)
def read_euros(text: str) -> Read:
    """Read „489.000 €“, „ca. 450 TEUR“, „0,5 Mio. €“ as whole euros."""
    compact = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    found = _EUROS.fullmatch(compact)
    digits = _plain(found["digits"]) if found else "."
    if not found or digits.count(".") > 1 or len(digits) > 15:
        raise ValueError(_("„%(text)s“ ist kein Betrag in Euro.") % {"text": text})
    times = 1_000_000 if found["millions"] else 1000 if found["thousands"] else 1
    euros = int((Decimal(digits) * times).to_integral_value(ROUND_HALF_UP))
    if euros > MAX_EUROS:
        raise ValueError(_("Der Betrag ist zu groß."))
    return euros, not found["range"]


@lru_cache(maxsize=1024)
def read_year(text: str) -> Read:
    if text in ("0", "0000"):
        return None, True
    found = _YEAR.fullmatch(text.casefold().removesuffix(".0").removesuffix(",0"))
    if not found:
        raise ValueError(_("„%(text)s“ ist keine Jahreszahl.") % {"text": text})
    if not FIRST_YEAR_BUILT <= int(found[1]) <= LAST_YEAR_BUILT:
        years = {"first": FIRST_YEAR_BUILT, "last": LAST_YEAR_BUILT}
        raise ValueError(_("Das Jahr muss zwischen %(first)s und %(last)s liegen.") % years)
    return int(found[1]), not found[2]


@lru_cache(maxsize=1024)
def read_date(text: str, last_year: int = LAST_SHORT_YEAR) -> Read:
    """Read a date, ignoring a time. A two-digit year is the latest one that is not after `last_year`."""
    if _NO_DATE.fullmatch(text):
        return None, True
    found = _CLOCK.fullmatch(text)
    return _day(found["day"] if found else text, last_year), True


def read_past_date(text: str) -> Read:
    """Read a date that is not in the future; also 19800501, as in vCards."""
    today = timezone.localdate()
    found = _DAY_OF_VCARD.fullmatch(text)
    day, is_exact = read_date("-".join(found.groups()) if found else text, today.year)
    if isinstance(day, date) and day > today:
        raise ValueError(_("Das Datum liegt in der Zukunft."))
    return day, is_exact


def read_moment(text: str) -> Read:
    """Read a date with or without a time; without an offset it is local time."""
    if _NO_DATE.fullmatch(text):
        return None, True
    if (sheet := _DAY_OF_SHEET.fullmatch(text)) and sheet[2]:
        seconds = round(float(f"0.{sheet[2][:15]}") * 86_400)
        at = datetime.combine(_day(sheet[1]), datetime.min.time()) + timedelta(seconds=seconds)
        return timezone.make_aware(at), True
    found = _CLOCK.fullmatch(text)
    day = _day(found["day"] if found else text)
    clock = (found["clock"] if found else "00:00").replace(" ", "")
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{'0' if clock[1] == ':' else ''}{clock}")
    except ValueError:
        raise ValueError(_("„%(text)s“ ist kein Zeitpunkt.") % {"text": text}) from None
    return (moment if moment.tzinfo else timezone.make_aware(moment)), True


def read_id(text: str) -> Read:
    if not is_id(text):
        raise ValueError(_("„%(text)s“ ist keine Kontakt-ID.") % {"text": text})
    return int(text), True


READERS: dict[str, Callable[[str], Read]] = {
    "area": read_area,
    "euros": read_euros,
    "year": read_year,
    "date": read_date,
    "past": read_past_date,
    "moment": read_moment,
    "id": read_id,
}


def _plain(digits: str) -> str:
    """Return a number as Python writes it: 1250.5 for 1.250,50 and 1,250.50, and 1250 for 1.250."""
    digits = digits.replace("'", "").replace("’", "").rstrip(".,")
    if "," in digits and digits.rfind(",") < digits.rfind("."):
        return digits.replace(",", "")
    if "," in digits or _THOUSANDS.fullmatch(digits):
        return digits.replace(".", "").replace(",", ".")
    return digits


def _day(text: str, last_year: int = LAST_SHORT_YEAR) -> date:
    """Parse a date, day first, or the day number of a spreadsheet."""
    text = _WEEKDAY.sub("", text.strip(), count=1)
    if (sheet := _DAY_OF_SHEET.fullmatch(text)) and 10_000 <= int(sheet[1]) < 80_000:
        return _EPOCH + timedelta(days=int(sheet[1]))
    if found := _SHORT_DATE.fullmatch(text):
        day, _sign, month, year = found.groups()
        year = year if len(year) == 4 else str(last_year - (last_year - int(year)) % 100)
        return parse_date(f"{day}.{month}.{year}")
    if (found := _WORDS.fullmatch(text)) and (number := _MONTH_OF.get(found[2].lower()[:3])):
        return parse_date(f"{found[1]}.{number}.{found[3]}")
    return parse_date(text)
