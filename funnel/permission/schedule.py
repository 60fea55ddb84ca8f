"""When a mail may leave: hold, delay, the hours and days of sending. Pure: no database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRACE_PERIOD = timedelta(minutes=10)  # after a change of status, so that a slip of the hand mails nobody
SATURDAY = 5
MAX_DAYS_AHEAD = 400  # beyond it, an office whose holidays never end would be asked for ever


@dataclass(frozen=True)
class Window:
    """Monday to Friday between two times of the office's zone, but for its holidays."""

    zone: ZoneInfo
    opens: time
    closes: time
    holidays: Collection[date] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether a mail may leave at this moment."""
        local = moment.astimezone(self.zone)
        return self._works(local.date()) and self.opens <= local.time() < self.closes

    def next_open(self, moment: datetime, at: time | None = None) -> datetime:
        """The moment itself if the window is open then, else when it opens next; `at` a wished time of that day."""
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
    """So many local days after the moment, at a time of day if one is wished, in the next open window.

    Days are calendar days of the office: the change to and from summer time moves no mail by an hour.
    """
    local = moment.astimezone(window.zone)
    due = datetime.combine(local.date() + timedelta(days=days), at or local.time(), window.zone)
    if due < moment:  # the wished time of the first day is over
        due = datetime.combine(due.date() + timedelta(days=1), due.time(), window.zone)
    return window.next_open(due.astimezone(moment.tzinfo), at)
