"""An office's hours: how many minutes of them lie between two moments, and when a number of them will be over.

Does not touch the database. Minutes are whole ones that have really passed, also where a clock was put forward or back.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DEFAULT_HOURS = "0900-1800,0900-1800,0900-1800,0900-1800,0900-1800,-,-"
CLOSED = "-"
HOURS_PATTERN = r"^(-|[0-2]\d[0-5]\d-[0-2]\d[0-5]\d)(,(-|[0-2]\d[0-5]\d-[0-2]\d[0-5]\d)){6}$"
MIDNIGHT = "2400"
ROUNDING = 0.01  # seconds, of sums of floating-point numbers
DAYS = 400  # looked at most; who has waited for longer has waited for as long
ONE_DAY = timedelta(days=1)

Day = tuple[time, time] | None  # from and until; the latter 00:00 for the end of the day. None: closed
Span = tuple[float, float]  # seconds since 1970


class Hours:
    """The hours of an office: of each weekday from Monday, without its free days, in its time zone."""

    def __init__(self, week: Sequence[Day], free: frozenset[date], zone: ZoneInfo) -> None:
        self.week, self.free, self.zone = week, free, zone
        self._spans: dict[date, Span | None] = {}

    def minutes(self, since: datetime, until: datetime) -> int:
        """Return how many minutes the office was open between two moments; 0 if they are in reverse."""
        start, end = since.timestamp(), until.timestamp()
        open_for = sum(max(0.0, min(end, closes) - max(start, opens)) for opens, closes in self._until(since, end))
        return int((open_for + ROUNDING) // 60)

    def after(self, since: datetime, minutes: int) -> datetime | None:
        """Return the moment at which the office has been open for so many minutes; None if that is too far away."""
        start, left = since.timestamp(), minutes * 60.0
        for opens, closes in self._until(since, start + DAYS * 86400):
            length = max(0.0, closes - max(start, opens))
            if length >= left:
                return datetime.fromtimestamp(max(start, opens) + left, UTC)
            left -= length
        return None

    def openings(self, moment: datetime, number: int) -> list[tuple[int, int]]:
        """Return when the office is open next, in minutes since 1970: the present time, if it is, and those after."""
        now, found = moment.timestamp(), []
        for opens, closes in self._until(moment, now + 30 * 86400):
            if closes > now:
                found.append((int(opens // 60), int(closes // 60)))
            if len(found) == number:
                break
        return found

    def _until(self, since: datetime, end: float) -> Iterator[Span]:
        """Yield when the office is open, from the day of `since` to that of `end`."""
        day = since.astimezone(self.zone).date()
        for _ in range(DAYS):
            span = self._spans[day] if day in self._spans else self._open(day)
            if span is not None:
                if span[0] > end:
                    return
                yield span
            elif end < datetime.combine(day, time(), self.zone).timestamp():
                return
            day += ONE_DAY

    def _open(self, day: date) -> Span | None:
        hours = None if day in self.free else self.week[day.weekday()]
        span = None
        if hours is not None:
            opens, closes = hours
            last = day if closes > opens else day + ONE_DAY
            span = (_moment(day, opens, self.zone), _moment(last, closes, self.zone))
        if len(self._spans) < 2 * DAYS:
            self._spans[day] = span
        return span


def _moment(day: date, at: time, zone: ZoneInfo) -> float:
    return datetime.combine(day, at, zone).timestamp()


def week_of(text: str) -> list[Day]:
    """Return the hours of each weekday, as they are kept in `Account.office_hours`."""
    return [None if day == CLOSED else (_time(day[:4]), _time(day[5:])) for day in text.split(",")]


def text_of(week: Sequence[Day]) -> str:
    """Return the hours of each weekday as text."""
    return ",".join(CLOSED if day is None else f"{day[0]:%H%M}-{_until(day[1])}" for day in week)


def _time(text: str) -> time:
    return time() if text == MIDNIGHT else time(int(text[:2]), int(text[2:]))


def _until(at: time) -> str:
    return MIDNIGHT if at == time() else f"{at:%H%M}"


@lru_cache(maxsize=500)
def hours_of(office_hours: str, free_days: str, time_zone: str) -> Hours:
    """Return the hours of an office by its fields. Kept, with what has been looked up of days."""
    free = frozenset(map(date.fromisoformat, free_days.split(","))) if free_days else frozenset[date]()
    return Hours(week_of(office_hours), free, ZoneInfo(time_zone))
