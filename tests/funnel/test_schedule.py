"""When a mail may leave."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from funnel.permission.schedule import Window, due_after

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Window(BERLIN, time(8), time(18), frozenset({date(2026, 12, 25)}))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        (local(2026, 11, 23, 10), local(2026, 11, 23, 10)),
        (local(2026, 11, 23, 7, 59), local(2026, 11, 23, 8)),
        (local(2026, 11, 23, 18), local(2026, 11, 24, 8)),
        (local(2026, 11, 27, 18, 30), local(2026, 11, 30, 8)),  # Friday evening → Monday
        (local(2026, 11, 28, 12), local(2026, 11, 30, 8)),
        (local(2026, 12, 25, 9), local(2026, 12, 28, 8)),  # a holiday before a weekend
        (local(2026, 3, 29, 2, 30), local(2026, 3, 30, 8)),  # the hour that summer time skips
        (local(2026, 10, 25, 2, 30), local(2026, 10, 26, 8)),  # the hour that comes twice
        (local(2028, 2, 29, 9), local(2028, 2, 29, 9)),
    ],
)
def test_window_opens(asked, opens):
    assert WINDOW.next_open(asked) == opens


def test_days_are_calendar_days_across_the_change_of_clocks():
    friday = local(2026, 3, 27, 10)
    assert due_after(friday.astimezone(UTC), days=3, at=None, window=WINDOW) == local(2026, 3, 30, 10)


def test_a_time_of_day_in_the_past_means_the_next_day():
    assert due_after(local(2026, 11, 23, 10), days=0, at=time(9), window=WINDOW) == local(2026, 11, 24, 9)
    assert due_after(local(2026, 11, 23, 8, 30), days=0, at=time(9), window=WINDOW) == local(2026, 11, 23, 9)


@pytest.mark.parametrize(
    ("begun", "days", "at", "due"),
    [
        (
            local(2026, 11, 26, 10),
            2,
            time(16),
            local(2026, 11, 30, 16),
        ),  # Saturday → Monday, at the same hour
        (local(2026, 12, 23, 10), 2, time(9, 30), local(2026, 12, 28, 9, 30)),  # a holiday before a weekend
        (local(2026, 11, 26, 10), 2, time(20), local(2026, 11, 30, 8)),  # outside the hours: when they begin
        (local(2026, 11, 26, 10), 2, None, local(2026, 11, 30, 8)),
    ],
)
def test_a_time_of_day_on_a_weekend_keeps_its_hour(begun, days, at, due):
    assert due_after(begun, days=days, at=at, window=WINDOW) == due


def test_a_quarter_to_midnight_utc_is_tomorrow_in_berlin():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert due_after(late, days=1, at=time(9), window=WINDOW) == local(2026, 11, 25, 9)


def test_an_office_that_is_always_closed_is_searched_for_a_year_at_most():
    days = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(2000))
    assert Window(BERLIN, time(8), time(18), days).next_open(local(2026, 11, 23, 20)) > local(2027, 6, 1)
