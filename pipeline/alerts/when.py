"""When somebody is told: at once or each quarter of an hour, never in their quiet hours, never too often. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

Quiet = tuple[time, time]  # from, until

A_QUARTER = timedelta(minutes=15)
MOST_AN_HOUR = 12  # mails to one user, and as many pushes
GAP = timedelta(hours=1) / MOST_AN_HOUR  # so a burst is the first mail, and one that gathers the rest


def due(*, now: datetime, last: datetime | None, gathers: bool, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """Return when to tell of what happens `now`, if somebody was told `last`.

    Quiet hours are on the clock of the zone. An end that this clock skips is the same time after the change; of an end
    that it shows twice, the first counts for what is before it.
    """
    at = _next_quarter(now) if gathers else now
    if last is not None:
        at = max(at, last + GAP)
    return _after(at, quiet, zone) if quiet else at


def _next_quarter(now: datetime) -> datetime:
    """Return the next full quarter: of UTC, and so of any zone."""
    full = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return full if full == now else full + A_QUARTER


def _after(at: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime:
    """Return the moment itself, or the end of the quiet hours it falls in."""
    start, end = quiet
    local = at.astimezone(zone)
    clock = local.time()
    if start <= end:
        is_quiet, days = start <= clock < end, 0
    else:
        is_quiet, days = clock >= start or clock < end, 1 if clock >= start else 0
    if not is_quiet:
        return at
    ends = datetime.combine(local.date() + timedelta(days=days), end, zone)
    if ends.timestamp() <= at.timestamp():  # that clock shows it once more
        ends = ends.replace(fold=1)
    return max(at, datetime.fromtimestamp(ends.timestamp(), at.tzinfo))
