"""Moments as programs write them: ISO 8601, German dates with a time, seconds or milliseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Europe/Berlin")  # of a moment without a zone

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"[0-9]{9,10}(?:[0-9]{3})?")
_GERMAN = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}),?[ T]+(?:um )?([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?: Uhr)?"
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.{0,20}")


def moment_of(text: str) -> datetime | None:
    """Return the moment with its zone; None for anything else, a mere date included."""
    text = text.strip()
    try:
        found = _read(text)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and _FIRST <= found < _LAST else None


def _read(text: str) -> datetime | None:
    if text.isascii() and _SECONDS.fullmatch(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text) / (1000 if len(text) > 10 else 1))
    if german := _GERMAN.fullmatch(text):
        day, month, year, clock = german.groups()
        text = f"{year}-{month:0>2}-{day:0>2}T{clock:0>5}"
    elif not _ISO.fullmatch(text):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=HOME)
