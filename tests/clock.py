"""A fixed clock: pages and rows that ask for the time see the days that tests name."""

import time
from datetime import UTC, datetime

import pytest
from django.utils import timezone

TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # a week after the Monday on which stories begin


class _Instance(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock to Tuesday, 10:00 in Berlin; time goes on from there.

    For Django and all that asks it or `time.time`; PostgreSQL, certificates and other processes keep the true time.
    """
    ahead, seconds = TUESDAY - datetime.now(UTC), time.time

    class Moment(datetime, metaclass=_Instance):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return datetime.now(tz) + ahead

    monkeypatch.setattr(timezone, "datetime", Moment)
    monkeypatch.setattr(time, "time", lambda: seconds() + ahead.total_seconds())
