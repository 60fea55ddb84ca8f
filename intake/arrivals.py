"""Keeping what arrives before anybody reads it, within limits: strangers decide how much it is."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from base.refusals import Refusal, TooMany
from base.sql import changed, one_row
from intake.models import Arrival, Inlet, InletKind
from intake.reading.lead import MAX_BYTES

PATIENCE = timedelta(minutes=1)  # until the worker takes what its keeper has not
KEPT = timedelta(days=90)
# In one statement, which counts and keeps or does neither. What waits for the same key waits in the unique index.
KEEP = """
WITH room AS (
    UPDATE intake_inlet SET
        last_arrival_at = %(now)s,
        minute = %(minute)s, in_minute = CASE WHEN minute = %(minute)s THEN in_minute + 1 ELSE 1 END,
        day = %(day)s, in_day = CASE WHEN day = %(day)s THEN in_day + 1 ELSE 1 END,
        bytes_in_day = CASE WHEN day = %(day)s THEN bytes_in_day + %(size)s ELSE %(size)s END
    WHERE id = %(inlet)s AND account_id = %(account)s
        AND (minute IS DISTINCT FROM %(minute)s OR in_minute < %(a_minute)s)
        AND (day IS DISTINCT FROM %(day)s OR in_day < %(a_day)s AND bytes_in_day + %(size)s <= %(bytes_a_day)s)
    RETURNING id
)
INSERT INTO intake_arrival (account_id, inlet_id, key, arrived_at, content_type, raw, size, parser, result, reason,
    attempts, due_at)
SELECT %(account)s, id, %(key)s, %(now)s, %(content_type)s, %(raw)s, %(size)s, '', 'waiting', '', 1, %(due)s FROM room
ON CONFLICT (inlet_id, key) DO NOTHING
RETURNING id
"""
BATCH = 500
FORGET = """
DELETE FROM intake_arrival WHERE id IN (
    SELECT id FROM intake_arrival WHERE arrived_at < %(before)s LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
"""
DROP = """
UPDATE intake_inlet SET dropped = dropped + 1 WHERE id = %(inlet)s AND account_id = %(account)s
RETURNING minute = %(minute)s AND in_minute >= %(a_minute)s
"""


class Limit(NamedTuple):
    """How much of one inlet is kept."""

    a_minute: int
    a_day: int
    bytes_a_day: int


LIMITS = {
    InletKind.FORM: Limit(60, 2_000, 20_000_000),
    InletKind.API: Limit(6_000, 200_000, 400_000_000),
    InletKind.HOOK: Limit(600, 20_000, 100_000_000),
    InletKind.ADDRESS: Limit(300, 5_000, 200_000_000),
    InletKind.MAILBOX: Limit(300, 5_000, 200_000_000),
}
# Of what a robot may have sent, so that it leaves room for people on the same day and in the same minute.
DOUBTED = Limit(20, 400, 4_000_000)


class TooMuch(TooMany):
    """The inlet is full for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_("Das ist gerade zu viel auf einmal. Bitte versuchen Sie es später noch einmal."))
        self.seconds = seconds


class TooLarge(Refusal):
    """Larger than anything that is read."""

    status = 413


def keep(*, inlet: Inlet, key: str, raw: bytes, content_type: str, is_doubted: bool = False, now: datetime) -> Arrival:
    """Keep what arrived, and return it: the earlier one if this key has arrived before.

    Whoever keeps it calls `taking.take` next; if they are killed, the worker does. Raises TooMuch, and counts it as
    dropped, beyond the inlet's limits, which are narrower for what `is_doubted`; TooLarge for more than anybody reads.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(_("Das ist zu groß. Es wurde nichts gespeichert."))
    moment = now.replace(second=0, microsecond=0)
    values = {
        "inlet": inlet.pk,
        "account": inlet.account_id,
        "key": key,
        "raw": raw,
        "size": len(raw),
        "content_type": content_type[:200],
        "now": now,
        "due": now + PATIENCE,
        "minute": moment,
        "day": moment.replace(hour=0, minute=0),
        **(DOUBTED if is_doubted else LIMITS[InletKind(inlet.kind)])._asdict(),
    }
    row = one_row(KEEP, values)
    if row:
        return _made(row[0], inlet, values)
    found = Arrival.objects.of(inlet.account_id).select_related("inlet").filter(inlet=inlet, key=key).first()
    if found is None:
        is_minute = one_row(DROP, values)
        raise TooMuch(60 - now.second if is_minute and is_minute[0] else 3600)
    return found


def _made(pk: int, inlet: Inlet, values: dict[str, Any]) -> Arrival:
    """Return the row just inserted, without reading it."""
    texts = {name: values[name] for name in ("key", "content_type", "raw", "size")}
    times = {"arrived_at": values["now"], "due_at": values["due"]}
    arrival = Arrival(pk=pk, account_id=inlet.account_id, inlet=inlet, **texts, **times)
    arrival._state.adding = False
    return arrival


def forget(*, now: datetime) -> int:
    """Erase what arrived more than 90 days ago, in all offices, and return how much it was.

    In batches, each a transaction of its own, so that no office waits for all of them.
    """
    erased = 0
    while batch := changed(FORGET, {"before": now - KEPT, "batch": BATCH}):
        erased += batch
    return erased
