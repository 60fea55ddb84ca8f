"""Dates as offices write and read them. Each function takes the current day or time as an argument."""

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1900, 2200

DueState = Literal["later", "today", "overdue"]

_GERMAN = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]+)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def parse_date(text: str, last_year: int = LAST_YEAR) -> date:
    """Parse "24.12.2026", "1.2.2026" or "2026-12-24". Raises ValueError with a sentence for the user."""
    text = text.strip()
    if found := _GERMAN.fullmatch(text):
        day, month, year = found.groups()
    elif found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    else:
        raise ValueError(_("Bitte ein Datum wie 24.12.2026 angeben."))
    if len(year) < 4:
        raise ValueError(_("Bitte das Jahr vierstellig angeben, zum Beispiel 24.12.2026."))
    if len(year) > 4 or not FIRST_YEAR <= int(year) <= last_year:
        years = {"first": FIRST_YEAR, "last": last_year}
        raise ValueError(_("Das Jahr muss zwischen %(first)s und %(last)s liegen.") % years)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(_("Den Tag %(date)s gibt es nicht.") % {"date": text}) from None


def parse_past_date(text: str, today: date) -> date:
    """Return the same for a day that is not in the future."""
    day = parse_date(text, today.year)
    if day > today:
        raise ValueError(_("Das Datum liegt in der Zukunft."))
    return day


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month if it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def quick_picks(today: date) -> list[tuple[str, str, date]]:
    """Return the due dates offered as buttons: key, label, day. "Next Monday" is never today."""
    return [
        ("today", _("heute"), today),
        ("tomorrow", _("morgen"), today + timedelta(days=1)),
        ("in-3-days", _("in 3 Tagen"), today + timedelta(days=3)),
        ("next-monday", _("nächsten Montag"), today + timedelta(days=7 - today.weekday())),
        ("in-1-month", _("in 1 Monat"), add_months(today, 1)),
        ("in-3-months", _("in 3 Monaten"), add_months(today, 3)),
        ("in-6-months", _("in 6 Monaten"), add_months(today, 6)),
    ]


def due_state(due: date, today: date) -> DueState:
    """Return whether a date is overdue, due today or in the future."""
    if due == today:
        return "today"
    return "later" if due > today else "overdue"


def due_label(due: date, today: date) -> str:
    """Return the text of the due date's chip: "Heute", "seit 3 Tagen", "25.11.", "25.11.2027"."""
    days = (today - due).days
    if days == 0:
        return _("Heute")
    if days == 1:
        return _("seit gestern")
    if days > 1:
        return _("seit %(days)s Tagen") % {"days": days}
    return short_date(due, today)


def short_date(day: date, today: date) -> str:
    """Return "25.11.", with the year if it is another one."""
    return f"{day:%d.%m.}" if day.year == today.year else f"{day:%d.%m.%Y}"


def moment_label(moment: datetime, now_local: datetime) -> str:
    """Return "22.11., 16:40" in the time zone of `now_local`, with the year if it is another one."""
    local = moment.astimezone(now_local.tzinfo)
    year = "" if local.year == now_local.year else local.year
    return f"{local.day:02}.{local.month:02}.{year}, {local.hour:02}:{local.minute:02}"


def moment_texts(moment: datetime | None, now_local: datetime, prefix: str = "") -> dict[str, str]:
    """Return what a template shows in a `time` element: "iso" and "at", both empty without a moment."""
    iso, at = (moment.isoformat(timespec="seconds"), moment_label(moment, now_local)) if moment else ("", "")
    return {f"{prefix}iso": iso, f"{prefix}at": at}


def when_label(moment: datetime | None, now_local: datetime) -> str:
    """Return the text of a card's last action, in the time zone of `now_local`: "heute, 07:41", "20.11.2026"."""
    if moment is None:
        return _("noch keine Aktion")
    local = moment.astimezone(now_local.tzinfo)
    days = (now_local.date() - local.date()).days
    if days == 0:
        return _("heute, %(time)s") % {"time": f"{local.hour:02}:{local.minute:02}"}
    if days == 1:
        return _("gestern, %(time)s") % {"time": f"{local.hour:02}:{local.minute:02}"}
    return f"{local.day:02}.{local.month:02}.{local.year}"  # as "%d.%m.%Y", which takes three times as long
