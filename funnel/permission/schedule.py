"""When a mail may leave: grace period, delay, and the hours and days of sending. Does not touch the database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRACE_PERIOD = timedelta(minutes=10)  # after a status change, so that a slip of the mouse mails nobody
SATURDAY = 5
MAX_DAYS_AHEAD = 400  # ends the search in an office whose holidays never end


@dataclass(frozen=True)
class Window:
    """The sending window: Monday to Friday between two times in the office's time zone, except on its holidays."""

    zone: ZoneInfo
    opens: time
    closes: time
    holidays: Collection[date] = ()

    def is_open(self, moment: datetime) -> bool:
        """Return whether mails may leave at `moment`."""
        local = moment.astimezone(self.zone)
        return self._works(local.date()) and self.opens <= local.time() < self.closes

    def next_open(self, moment: datetime, at: time | None = None) -> datetime:
        """Return `moment` if the window is open then, else its next opening, at `at` if that is inside the window."""
        if self.is_open(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        for _ in range(MAX_DAYS_AHEAD):
            if self._works(day):
                break
            day += timedelta(days=1)
        hour = at if at and self.opens <= at < self.closes else self.opens
        return datetime.combine(day, hour, self.zone).astimezone(moment.tzinfo)

    def _works(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays


def due_after(moment: datetime, *, days: int, at: time | None, window: Window) -> datetime:
    """Return `days` local days after `moment`, at `at` if given, moved to the next open window.

    Days are calendar days in the office's time zone, so that daylight saving time shifts no mail by an hour.
    """
    local = moment.astimezone(window.zone)
    due = datetime.combine(local.date() + timedelta(days=days), at or local.time(), window.zone)
    if due < moment:  # `at` has already passed on the first day
        due = datetime.combine(due.date() + timedelta(days=1), due.time(), window.zone)
    return window.next_open(due.astimezone(moment.tzinfo), at)
