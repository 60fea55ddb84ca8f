import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.dates import add_months, due_label, due_state, parse_date, parse_past_date, quick_picks, when_label

BERLIN = ZoneInfo("Europe/Berlin")
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24.12.2026", date(2026, 12, 24)),
        ("1.2.2026", date(2026, 2, 1)),
        ("01.02.2026", date(2026, 2, 1)),
        (" 1. 2. 2026\n", date(2026, 2, 1)),
        ("2026-12-24", date(2026, 12, 24)),
        ("29.02.2028", date(2028, 2, 29)),
        ("01.01.1900", date(1900, 1, 1)),
        ("31.12.2200", date(2200, 12, 31)),
    ],
)
def test_written_days_are_understood(text, day):
    assert parse_date(text) == day


@given(days)
def test_german_and_iso_writing_mean_the_same_day(day):
    assert parse_date(f"{day.day:02}.{day.month:02}.{day.year}") == day
    assert parse_date(f"{day.day}.{day.month}.{day.year}") == day
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30.02.2026", "Den Tag 30.02.2026 gibt es nicht."),
        ("29.02.2027", "Den Tag 29.02.2027 gibt es nicht."),
        ("2026-13-01", "Den Tag 2026-13-01 gibt es nicht."),
        ("0.1.2026", "Den Tag 0.1.2026 gibt es nicht."),
        ("24.12.26", "Bitte das Jahr vierstellig angeben, zum Beispiel 24.12.2026."),
        ("0001-01-01", "Das Jahr muss zwischen 1900 und 2200 liegen."),
        ("9999-12-31", "Das Jahr muss zwischen 1900 und 2200 liegen."),
        ("31.12.1899", "Das Jahr muss zwischen 1900 und 2200 liegen."),
        ("01.01.2201", "Das Jahr muss zwischen 1900 und 2200 liegen."),
        ("1.1.20260", "Das Jahr muss zwischen 1900 und 2200 liegen."),
        ("30.02.", "Bitte ein Datum wie 24.12.2026 angeben."),
        ("morgen", "Bitte ein Datum wie 24.12.2026 angeben."),
        ("", "Bitte ein Datum wie 24.12.2026 angeben."),
        ("24/12/2026", "Bitte ein Datum wie 24.12.2026 angeben."),
        ("٢٤.١٢.٢٠٢٦", "Bitte ein Datum wie 24.12.2026 angeben."),
        ("24.12.2026; DROP TABLE", "Bitte ein Datum wie 24.12.2026 angeben."),
    ],
)
def test_an_invalid_day_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValueError) as refusal:
        parse_date(text)
    assert str(refusal.value) == sentence


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_a_refusal(text):
    try:
        assert 1900 <= parse_date(text).year <= 2200
    except ValueError as refusal:
        assert str(refusal).endswith(".")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_end_on_the_last_day_when_the_month_is_shorter(day, months, later):
    assert add_months(day, months) == later


def test_quick_picks_of_a_wednesday():
    assert quick_picks(date(2026, 11, 25)) == [
        ("today", "heute", date(2026, 11, 25)),
        ("tomorrow", "morgen", date(2026, 11, 26)),
        ("in-3-days", "in 3 Tagen", date(2026, 11, 28)),
        ("next-monday", "nächsten Montag", date(2026, 11, 30)),
        ("in-1-month", "in 1 Monat", date(2026, 12, 25)),
        ("in-3-months", "in 3 Monaten", date(2027, 2, 25)),
        ("in-6-months", "in 6 Monaten", date(2027, 5, 25)),
    ]


@pytest.mark.parametrize("text", ["24.12.2026", "2026-12-24", "01.01.1900"])
def test_a_past_date_may_be_today(text):
    assert parse_past_date(text, date(2026, 12, 24)) == parse_date(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("25.12.2026", "Das Datum liegt in der Zukunft."),
        ("01.01.2027", "Das Jahr muss zwischen 1900 und 2026 liegen."),
        ("31.12.1899", "Das Jahr muss zwischen 1900 und 2026 liegen."),
        ("30.02.1980", "Den Tag 30.02.1980 gibt es nicht."),
    ],
)
def test_a_future_day_is_refused_as_a_past_date(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_past_date(text, date(2026, 12, 24))


@given(days)
def test_next_monday_is_a_monday_one_to_seven_days_ahead(today):
    monday = {key: day for key, _label, day in quick_picks(today)}["next-monday"]
    assert monday.weekday() == 0
    assert timedelta(days=1) <= monday - today <= timedelta(days=7)


@pytest.mark.parametrize(
    ("due", "state", "label"),
    [
        (date(2026, 11, 25), "today", "Heute"),
        (date(2026, 11, 24), "overdue", "seit gestern"),
        (date(2026, 11, 22), "overdue", "seit 3 Tagen"),
        (date(2025, 11, 25), "overdue", "seit 365 Tagen"),
        (date(2026, 11, 26), "later", "26.11."),
        (date(2026, 12, 1), "later", "01.12."),
        (date(2027, 1, 1), "later", "01.01.2027"),
    ],
)
def test_due_dates_seen_on_25_november(due, state, label):
    today = date(2026, 11, 25)
    assert due_state(due, today) == state
    assert due_label(due, today) == label


@pytest.mark.parametrize(
    ("moment", "label"),
    [
        (datetime(2026, 11, 25, 6, 41, tzinfo=UTC), "heute, 07:41"),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), "heute, 00:00"),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), "gestern, 23:59"),
        (datetime(2026, 11, 24, 17, 20, tzinfo=UTC), "gestern, 18:20"),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "20.11.2026"),
        (datetime(2026, 11, 26, 12, 0, tzinfo=UTC), "26.11.2026"),
        (None, "noch keine Aktion"),
    ],
)
def test_last_action_is_shown_in_local_time(moment, label):
    assert when_label(moment, datetime(2026, 11, 25, 9, 0, tzinfo=BERLIN)) == label


def test_half_past_midnight_in_summer_belongs_to_the_new_day():
    now = datetime(2026, 7, 1, 0, 40, tzinfo=BERLIN)
    assert when_label(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), now) == "heute, 00:30"
