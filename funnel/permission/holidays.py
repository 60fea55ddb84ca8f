"""The public holidays observed in all of Germany. Offices add those of their own state themselves."""

from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIXED: tuple[tuple[int, int, Promise], ...] = (
    (1, 1, _("Neujahr")),
    (5, 1, _("Tag der Arbeit")),
    (10, 3, _("Tag der Deutschen Einheit")),
    (12, 25, _("1. Weihnachtstag")),
    (12, 26, _("2. Weihnachtstag")),
)
# Days after Easter Sunday.
MOVABLE: tuple[tuple[int, Promise], ...] = (
    (-2, _("Karfreitag")),
    (1, _("Ostermontag")),
    (39, _("Christi Himmelfahrt")),
    (50, _("Pfingstmontag")),
)


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar, by Gauss's algorithm with Lichtenberg's corrections."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    golden = year % 19
    seed = (19 * golden + moon) % 30
    late = (seed + golden // 11) // 29
    border = 21 + seed - late  # the full moon, as a day of March
    sunday = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + timedelta(days=border + 7 - (border - sunday) % 7 - 1)


def nationwide(year: int) -> list[tuple[date, str]]:
    """Return the nine nationwide holidays of a year with their names, in order."""
    fixed = [(date(year, month, day), str(name)) for month, day, name in FIXED]
    sunday = easter(year)
    return sorted(fixed + [(sunday + timedelta(days=days), str(name)) for days, name in MOVABLE])
