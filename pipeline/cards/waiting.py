"""How long a lead has waited for its first answer, in the hours of its office, and when it has waited too long.

Does not touch the database: a card carries since when its lead waits, and the office is at hand wherever a card is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.utils.translation import gettext as _

from accounts.hours import DEFAULT_HOURS, Hours, hours_of
from accounts.models import Account

AN_HOUR = 60
OPENINGS = 2  # that a page knows: today's, and one more should it stay without an answer


class Stage(IntEnum):
    """Who has been told of a lead that waits; each once."""

    NOBODY = 0
    ASSIGNEE = 1
    MANAGERS = 2


@dataclass(frozen=True)
class Clock:
    """The clock of an office's first answers: its hours, and the minutes after which a lead is late (None: never)."""

    hours: Hours
    late_after: int | None

    def waited(self, since: datetime, now: datetime) -> "Waited":
        minutes = self.hours.minutes(since, now)
        return Waited(minutes, self.late_after is not None and minutes >= self.late_after)


@dataclass(frozen=True)
class Waited:
    """How many minutes a lead has waited, and whether that is too long."""

    minutes: int
    is_late: bool

    @property
    def label(self) -> str:
        """„wartet seit 3 Std.“; outside the office's hours a lead only waits."""
        if self.minutes == 0:
            return _("wartet")
        if self.minutes < AN_HOUR:
            return words()["minutes"] % self.minutes
        return words()["hours"] % (self.minutes // AN_HOUR)


def words() -> dict[str, str]:
    """Return the words of labels, each with room for a number (`static/js/clock.js`)."""
    return {"minutes": _("wartet seit %s Min."), "hours": _("wartet seit %s Std.")}


UNKNOWN = Clock(hours_of(DEFAULT_HOURS, "", "UTC"), None)  # of no office: for what is shown of none


def clock_of(account: Account) -> Clock:
    return Clock(account.hours, account.late_after)


NOT: dict[str, Any] = {"waits_since": None, "remind_at": None, "reminded": Stage.NOBODY}


def begin(account: Account, since: datetime) -> dict[str, Any]:
    """Return the fields of a card whose lead waits from this moment."""
    return {"waits_since": since, "remind_at": next_look(account, since, Stage.NOBODY), "reminded": Stage.NOBODY}


def stages(account: Account) -> list[tuple[Stage, int]]:
    """Return who is told after how many minutes, in this order."""
    after = ((Stage.ASSIGNEE, account.late_after), (Stage.MANAGERS, account.managers_after))
    return [(stage, minutes) for stage, minutes in after if minutes is not None]


def next_look(account: Account, since: datetime, told: int) -> datetime | None:
    """Return when the next stage begins after the one that was told last; None if there is none."""
    return next((account.hours.after(since, minutes) for stage, minutes in stages(account) if stage > told), None)


def going_on(account: Account, now: datetime) -> dict[str, Any]:
    """Return what an open page needs to count on by itself, until it asks for the next day (`static/js/clock.js`)."""
    spans = account.hours.openings(now, OPENINGS)
    open_at = " ".join(f"{opens}-{closes}" for opens, closes in spans)
    return {"open": open_at, "late": "" if account.late_after is None else account.late_after, **words()}
