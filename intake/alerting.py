"""Having people told of what was taken in by itself. The rows of what arrived say of whom nobody was told yet."""

from datetime import datetime
from itertools import groupby

from django.db import transaction

from base.sql import all_rows
from intake.models import Result
from pipeline.alerts.telling import tell
from pipeline.models import Alert

FEW = 200  # arrivals at once: what is read again in one transaction is told in one mail
WHY = {Result.NEW: Alert.Why.NEW, Result.AGAIN: Alert.Why.AGAIN}
UNTOLD = """
UPDATE intake_arrival SET is_told = true WHERE id IN (
    SELECT id FROM intake_arrival WHERE NOT is_told AND result IN ('new', 'again')
    ORDER BY id LIMIT %(few)s FOR NO KEY UPDATE SKIP LOCKED
) RETURNING account_id, result, contact_id
"""


def tell_waiting(*, now: datetime) -> int:
    """Have users told of the contacts that arrived since the last time, in all offices; return how many arrivals.

    With nothing to tell it is one look at an empty index. That somebody is to be told is one transaction with the mark
    that says so. What is suspicious, refused or a test is no contact, and what a colleague made
    of it is marked by them.
    """
    number = 0
    while told := _tell_few(now):
        number += told
    return number


@transaction.atomic
def _tell_few(now: datetime) -> int:
    rows = sorted(row for row in all_rows(UNTOLD, {"few": FEW}) if row[2] is not None)
    for (account_id, result), found in groupby(rows, lambda row: row[:2]):
        tell(account_id=account_id, contact_ids={row[2] for row in found}, why=WHY[Result(result)], now=now)
    return len(rows)
