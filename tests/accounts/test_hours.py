"""An office's hours: minutes that really pass, over nights, weekends, free days and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.hours import DEFAULT_HOURS, hours_of, text_of, week_of

BERLIN = "Europe/Berlin"
ALL_DAY = ",".join(["0000-2400"] * 7)


def at(text, zone=BERLIN):
    """„Mo 9:30“ and so on, in the week of Monday, 23 November 2026."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    place = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So", "+Mo", "+Di").index(day)
    return datetime(2026, 11, 23, hour, minute, tzinfo=ZoneInfo(zone)) + timedelta(days=place)


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("Mo 9:30", "Mo 12:45", 195),
        ("Mo 9:30", "Mo 9:30", 0),
        ("Mo 12:00", "Mo 11:00", 0),
        ("Mo 6:00", "Mo 8:59", 0),
        ("Mo 7:00", "Mo 9:01", 1),
        ("Mo 17:00", "Di 10:00", 120),
        ("Mo 20:00", "Di 8:00", 0),
        ("Fr 17:30", "+Mo 9:15", 45),
        ("Sa 10:00", "So 20:00", 0),
        ("Mo 9:00", "+Mo 9:00", 5 * 540),
    ],
)
def test_minutes_over_nights_and_weekends(since, until, minutes):
    hours = hours_of(DEFAULT_HOURS, "", BERLIN)
    assert hours.minutes(at(since), at(until)) == minutes
    if minutes and not until.endswith(":00"):
        assert hours.after(at(since), minutes) == at(until)


def test_a_free_day_is_as_closed_as_a_sunday():
    hours = hours_of(DEFAULT_HOURS, "2026-11-24,2026-12-25", BERLIN)
    assert hours.minutes(at("Mo 17:00"), at("Mi 10:00")) == 120
    assert hours.after(at("Mo 17:30"), 60) == at("Mi 9:30")


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        ("UTC", date(2026, 3, 29), 24),
        ("Europe/Lisbon", date(2026, 10, 25), 25),
        (BERLIN, date(2028, 2, 29), 24),
    ],
)
def test_a_day_on_which_clocks_change_has_the_hours_that_pass(zone, day, length):
    hours = hours_of(ALL_DAY, "", zone)
    start, end = (datetime.combine(one, time(), ZoneInfo(zone)) for one in (day, day + timedelta(days=1)))
    assert hours.minutes(start, end) == length * 60
    assert hours.after(start, length * 60) == end.astimezone(UTC)


def test_a_shift_in_the_night_of_the_change_counts_what_passes():
    night = ",".join(["0100-0400"] * 7)
    hours = hours_of(night, "", BERLIN)
    spring, autumn = (datetime(2026, month, day, tzinfo=ZoneInfo(BERLIN)) for month, day in ((3, 29), (10, 25)))
    assert hours.minutes(spring, spring + timedelta(hours=20)) == 120
    assert hours.minutes(autumn, autumn + timedelta(hours=20)) == 240


def test_the_same_moment_is_of_another_day_elsewhere():
    moment = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)  # Friday, 17:30 in Berlin and 18:30 in Athens
    later = moment + timedelta(hours=2)
    found = [hours_of(DEFAULT_HOURS, "", zone).minutes(moment, later) for zone in (BERLIN, "Europe/Athens", "UTC")]
    assert found == [30, 0, 90]


def test_who_waits_for_years_is_counted_soon_and_an_office_that_is_never_open_counts_nothing():
    long_ago, now = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    assert hours_of(DEFAULT_HOURS, "", BERLIN).minutes(long_ago, now) > 100_000
    never = hours_of(",".join("-" * 7), "", BERLIN)
    assert (never.minutes(long_ago, now), never.after(now, 1), never.openings(now, 2)) == (0, None, [])


def test_openings_are_those_a_page_counts_with():
    hours = hours_of(DEFAULT_HOURS, "", BERLIN)
    minutes = [tuple(int(at(text).timestamp() // 60) for text in pair) for pair in OPEN]
    assert hours.openings(at("Fr 12:00"), 2) == minutes
    assert hours.openings(at("Fr 18:00"), 1) == minutes[1:]


OPEN = [("Fr 9:00", "Fr 18:00"), ("+Mo 9:00", "+Mo 18:00")]


def test_hours_are_kept_as_they_are_read():
    text = "0900-1800,0000-2400,-,0830-2400,-,1000-1330,-"
    assert text_of(week_of(text)) == text
